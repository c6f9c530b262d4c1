import { interruption, turn } from '../../core/breathing.js';
import { coherenceAnnealer } from '../../kernels/index.js';
import type { Dictionary } from './dictionary.js';

export interface CodeSearchOptions {
  /** Codes of each column that are zero; 0 means signs alone. */
  readonly zeros?: number;
  /**
   * κ in Σ_{i≠j} B_ij² + κ B_ij B_ji, 0 to 1: weighs the symmetric part of B by 1 + κ, the skew one by 1 − κ. An iteration
   * without a correction for its memory suffers from Σ_j B_ij B_ji (the Onsager term of Donoho, Maleki & Montanari 2009).
   */
  readonly symmetry?: number;
  /** β in β (s_iᵀa_i / c − 1)², c the mean of s_iᵀa_i over the columns of A, from the second pass on: one scale suits columns of one s_iᵀa_i. */
  readonly balance?: number;
  readonly seed?: number;
  /** Codes of another layer, from another stream of the seed. */
  readonly layer?: number;
  /** Times that all columns are annealed, each time from a lower temperature. */
  readonly passes?: number;
  readonly sweeps?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Temperatures in units of a column's mean sᵀGs / t² over the rows: about what one change of a code moves it by. */
const hottest = 1.6, coldest = { signs: 0.2, zeros: 0.05 };
const breathMs = 100;

/** Signs of a column, its `zeros` smallest entries zero. */
function firstCodes(a: Float32Array, zeros: number): Float32Array {
  const codes = a.map(value => (value < 0 ? -1 : 1));
  const order = Uint32Array.from(a, (_, r) => r).sort((r, q) => Math.abs(a[r]!) - Math.abs(a[q]!) || r - q);
  for (const r of order.subarray(0, zeros)) codes[r] = 0;
  return codes;
}

/**
 * Codes S (rows × cols, row-major) for the columns of A with the least Σ_{i≠j} B_ij² + κ B_ij B_ji, B_ij = s_iᵀa_j / s_iᵀa_i, and β times
 * the spread of s_iᵀa_i, by simulated annealing on the ratio itself, a column at a time; where κ = 0 columns do not depend on one another. Every s_iᵀa_i is
 * positive. The same seed gives the same codes to the bit. Throws a RangeError for options out of range, an AbortError when
 * `signal` aborts.
 */
export async function incoherentCodes(dictionary: Dictionary, options: CodeSearchOptions = {}): Promise<Float32Array> {
  const { zeros = 0, symmetry = 0, balance = 0, seed = 1, layer = 0, passes = 8, sweeps = 100, onProgress, signal } = options;
  const { rows, cols, A, gram } = dictionary;
  if (!Number.isSafeInteger(zeros) || zeros < 0 || zeros >= rows)
    throw new RangeError(`incoherentCodes: expected 0 to ${rows - 1} zeros, got ${zeros}`);
  if (!(symmetry >= 0 && symmetry < 1)) throw new RangeError(`incoherentCodes: expected symmetry within 0 to 1, got ${symmetry}`);
  if (!(balance >= 0 && balance < Infinity)) throw new RangeError(`incoherentCodes: expected balance >= 0, got ${balance}`);
  const columns = Array.from({ length: cols }, (_, i) => Float32Array.from({ length: rows }, (_, r) => A[r * cols + i]!));
  const codes = columns.map(a => firstCodes(a, zeros)), t = new Float64Array(cols), anneal = coherenceAnnealer(gram, rows);
  // Row i: s_iᵀa_j for all j, kept only if columns look at one another.
  const P = new Float64Array(symmetry ? cols * cols : 0);
  let mean = 0;

  function put(i: number, next: Float32Array, old?: Float32Array): void {
    for (let r = 0; r < rows; r++) {
      const change = next[r]! - (old?.[r] ?? 0);
      if (change === 0) continue;
      t[i]! += change * A[r * cols + i]!;
      if (symmetry) for (let j = 0, at = i * cols, from = r * cols; j < cols; j++) P[at + j]! += change * A[from + j]!;
    }
    codes[i] = next;
  }

  /** 2κ Σ_{j≠i} a_j B_ji: its product with s_i, over t_i, is column i's share in 2κ Σ_j B_ij B_ji. */
  function pullOn(i: number): Float32Array {
    const pull = new Float32Array(rows);
    if (!symmetry) return pull;
    const row = Float64Array.from(t, (own, j) => (j === i ? 0 : 2 * symmetry * P[j * cols + i]! / own));
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let j = 0, at = r * cols; j < cols; j++) sum += A[at + j]! * row[j]!;
      pull[r] = sum;
    }
    return pull;
  }

  codes.forEach((own, i) => {
    put(i, own);
    if (!(t[i]! > 0)) throw new RangeError(`incoherentCodes: expected columns other than 0, got 0 in column ${i}`);
    let energy = 0;
    for (let r = 0; r < rows; r++) for (let q = 0; q < rows; q++) energy += own[r]! * own[q]! * gram[r * rows + q]!;
    mean += energy / t[i]! ** 2 / cols;
  });
  const unit = mean / rows, cold = unit * (zeros ? coldest.zeros : coldest.signs);
  let breath = Date.now();
  for (let pass = 0; pass < passes; pass++) {
    const hot = unit * hottest * (1.5 * cold / (unit * hottest)) ** (pass / Math.max(1, passes - 1));
    const temperatures = Float32Array.from({ length: sweeps }, (_, k) => hot * (cold / hot) ** (k / Math.max(1, sweeps - 1)));
    // Signs of the columns, where passes begin, have larger products than any that are found.
    const spread = { weight: pass ? balance : 0, centre: t.reduce((sum, own) => sum + Math.abs(own), 0) / cols };
    for (let i = 0; i < cols; i++) {
      put(i, anneal({ a: columns[i]!, pull: pullOn(i), start: codes[i]!, balance: spread, temperatures, seed: [seed, pass, i, ...(layer ? [layer] : [])] }), codes[i]!);
      if (Date.now() - breath < breathMs) continue;
      onProgress?.(pass * cols + i + 1, passes * cols);
      await turn();
      breath = Date.now();
      if (signal?.aborted) throw interruption('incoherentCodes');
    }
  }
  const S = new Float32Array(rows * cols);
  codes.forEach((own, i) => { for (let r = 0; r < rows; r++) S[r * cols + i] = t[i]! < 0 ? -own[r]! : own[r]!; });
  return S;
}
