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

/** What one scale for all columns costs, λ = n / Σ t_i: Σ_i λ² N_i + (λ t_i − 1)², beside `energy` with a scale for each. */
export function commonScale(parts: readonly Pick<CodeEnergies, 'diagonal' | 'off'>[]): { scale: number; energy: number } {
  const each = (visit: (t: number, N: number) => number): number =>
    parts.reduce((sum, { diagonal, off }) => diagonal.reduce((own, t, i) => own + visit(t, off[i]!), sum), 0);
  const scale = each(() => 1) / each(t => t);
  return { scale, energy: each((t, N) => scale * scale * N + (scale * t - 1) ** 2) };
}
