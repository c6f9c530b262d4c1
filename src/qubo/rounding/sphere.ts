import { cholesky } from '../../core/cholesky.js';
import { outputError, residuals, type NeuronProblem } from './problem.js';

export interface SphereResult {
  readonly codes: Float64Array;
  /** No rounding has a smaller output error (beyond the last digits of f64). */
  readonly proven: boolean;
  readonly nodes: number;
}

/** Part of the mean diagonal that makes a singular matrix definite; it adds the same to every rounding, since r² = r. */
const shift = 1e-9;

/** The symmetric matrix in the order in which the least of what is left of the diagonal comes first (Wübben et al. 2001). */
function sortedOrder(matrix: Float64Array, m: number): Uint32Array {
  const left = matrix.slice(), order = Uint32Array.from({ length: m }, (_, i) => i), done = new Uint8Array(m);
  for (let place = 0; place < m; place++) {
    let pick = -1;
    for (let i = 0; i < m; i++) if (!done[i] && (pick < 0 || left[i * m + i]! < left[pick * m + pick]!)) pick = i;
    order[place] = pick;
    done[pick] = 1;
    const pivot = left[pick * m + pick]!;
    for (let i = 0; i < m; i++)
      if (!done[i]) for (let j = 0; j < m; j++) if (!done[j]) left[i * m + j]! -= left[i * m + pick]! * left[pick * m + j]! / pivot;
  }
  return order;
}

/**
 * The best of all 2ⁿ roundings: depth-first over the choices, the nearer one first (Schnorr & Euchner 1994), cut where the part that
 * is decided costs as much as the best rounding so far. `start` is that at first. Fan-ins of up to about 40; stops after `nodes`.
 */
export function exactRounding(problem: NeuronProblem, start: Float64Array, { nodes: limit = 2e7 } = {}): SphereResult {
  const { n, gram, scale, low, step } = problem, half = residuals(problem, low);
  const live = Array.from({ length: n }, (_, i) => i).filter(i => gram[i * n + i]! > 0), m = live.length;
  const A = new Float64Array(m * m);
  let mean = 0;
  live.forEach((i, p) => live.forEach((j, q) => { A[p * m + q] = scale * scale * step[i]! * step[j]! * gram[i * n + j]!; }));
  for (let p = 0; p < m; p++) mean += A[p * m + p]! / m;
  const delta = shift * mean;
  for (let p = 0; p < m; p++) A[p * m + p]! += delta;
  const order = sortedOrder(A, m), sorted = new Float64Array(m * m);
  for (let p = 0; p < m; p++) for (let q = 0; q < m; q++) sorted[p * m + q] = A[order[p]! * m + order[q]!]!;
  const L = cholesky(sorted, m), variables = order.map(p => live[p]!);

  // E N = ‖b − Lᵀr‖² + a constant; level p of `b` holds what is left when the places above p are decided.
  const b = new Float64Array((m + 1) * m), top = m * m;
  for (let p = 0; p < m; p++) {
    const i = variables[p]!;
    let sum = -scale * step[i]! * half[i]! + delta / 2;
    for (let q = 0; q < p; q++) sum -= L[p * m + q]! * b[top + q]!;
    b[top + p] = sum / L[p * m + p]!;
  }
  const costOf = (bits: Int8Array): number => {
    let cost = 0;
    for (let p = 0; p < m; p++) {
      let sum = b[top + p]!;
      for (let q = p; q < m; q++) sum -= L[q * m + p]! * bits[q]!;
      cost += sum * sum;
    }
    return cost;
  };
  const bits = Int8Array.from(variables, i => start[i] === low[i] ? 0 : 1);
  const tried = new Uint8Array(m), above = new Float64Array(m + 1);
  let best = bits.slice(), radius = costOf(bits), nodes = 0, p = m - 1;
  while (p < m && nodes < limit) {
    if (tried[p] === 2) { tried[p++] = 0; continue; }
    nodes++;
    const from = (p + 1) * m, pivot = L[p * m + p]!, left = b[from + p]!;
    const bit = tried[p] === 0 ? (2 * left > pivot ? 1 : 0) : 1 - bits[p]!;
    tried[p]!++;
    bits[p] = bit;
    const cost = above[p + 1]! + (left - pivot * bit) ** 2;
    if (cost >= radius) { tried[p++] = 0; continue; }
    if (p === 0) {
      [radius, best] = [cost, bits.slice()];
      continue;
    }
    above[p] = cost;
    for (let q = 0, to = p * m; q < p; q++) b[to + q] = b[from + q]! - bit * L[p * m + q]!;
    p--;
  }
  const codes = start.slice();
  variables.forEach((i, place) => { codes[i] = low[i]! + step[i]! * best[place]!; });
  const better = outputError(problem, codes) < outputError(problem, start);
  return { codes: better ? codes : start.slice(), proven: p >= m, nodes };
}
