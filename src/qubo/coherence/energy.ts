import type { Dictionary } from './dictionary.js';

/** How far codes S (rows × cols, row-major, a code s_i for each column a_i) are from inverting A, in f64. */
export interface CodeEnergies {
  /** t_i = s_iᵀa_i. */
  readonly diagonal: Float64Array;
  /** N_i = Σ_{j≠i} (s_iᵀa_j)². */
  readonly off: Float64Array;
  /** Σ N_i / t_i²: Σ_{i≠j} B_ij² of B_ij = s_iᵀa_j / t_i, each column with a scale of its own. */
  readonly energy: number;
  /** Σ_{i≠j} B_ij B_ji: 1 times the energy where B is symmetric, 0 where it is as much skew as symmetric. */
  readonly symmetry: number;
  /** max_{i≠j} |B_ij|. */
  readonly coherence: number;
}

/** S as its inner products with A: row i holds s_iᵀa_j for all j. */
export function products({ rows, cols, A }: Dictionary, S: ArrayLike<number>): Float64Array {
  const out = new Float64Array(cols * cols);
  for (let r = 0; r < rows; r++) for (let i = 0; i < cols; i++) {
    const code = S[r * cols + i]!;
    if (code !== 0) for (let j = 0, at = i * cols; j < cols; j++) out[at + j]! += code * A[r * cols + j]!;
  }
  return out;
}

export function codeEnergies(dictionary: Dictionary, S: ArrayLike<number>): CodeEnergies {
  const { cols } = dictionary, P = products(dictionary, S);
  const diagonal = Float64Array.from({ length: cols }, (_, i) => P[i * cols + i]!), off = new Float64Array(cols);
  let energy = 0, symmetry = 0, coherence = 0;
  for (let i = 0; i < cols; i++) {
    for (let j = 0; j < cols; j++) if (j !== i) {
      const value = P[i * cols + j]!;
      off[i]! += value * value;
      symmetry += value / diagonal[i]! * (P[j * cols + i]! / diagonal[j]!);
      coherence = Math.max(coherence, Math.abs(value / diagonal[i]!));
    }
    energy += off[i]! / diagonal[i]! ** 2;
  }
  return { diagonal, off, energy, symmetry, coherence };
}

type Parts = readonly Pick<CodeEnergies, 'diagonal' | 'off'>[];

const total = (parts: Parts, each: (t: number, N: number) => number): number =>
  parts.reduce((sum, { diagonal, off }) => diagonal.reduce((own, t, i) => own + each(t, off[i]!), sum), 0);

/** The λ at which λ s_iᵀa_i is 1 in the mean of all columns. */
export const commonScale = (parts: Parts): number => total(parts, () => 1) / total(parts, t => t);

/**
 * What one scale costs, as the least squared distance of ΛSᵀA from the identity: `own` with the best λ_i of each column,
 * Σ N_i / (N_i + t_i²); `common` with the best λ that all share.
 */
export function identityDistances(parts: Parts): { own: number; common: number } {
  const norm = total(parts, (t, N) => N + t * t);
  return { own: total(parts, (t, N) => N / (N + t * t)), common: total(parts, () => 1) - total(parts, t => t) ** 2 / norm };
}
