import type { LinearOperator } from '../types.js';
import { cholesky, choleskySolve } from '../core/cholesky.js';
import { weightBlocks } from '../core/pattern.js';

/** How far W is from inverting A column by column, accumulated in f64. */
export interface Coherence {
  /** Σ_{i≠j} (w_iᵀ a_j)², the objective of Liu et al. 2019, eq. 16. */
  readonly objective: number;
  /** max_{i≠j} |w_iᵀ a_j|, the generalized mutual coherence. */
  readonly coherence: number;
  /** max_i |w_iᵀ a_i − 1|. */
  readonly diagonalError: number;
}

/** (AAᵀ + shift I)⁻¹ A on the pattern of A, block by block, f64 inside; dense and block patterns only. */
export function regularisedInverse(A: LinearOperator, shift: number): Float32Array {
  const blocks = weightBlocks('regularisedInverse', A), a = A.weights!(), out = new Float32Array(a.length);
  for (const { rows, cols, first: at } of blocks) {
    const outer = new Float64Array(rows * rows);
    for (let i = 0; i < rows; i++) for (let k = 0; k <= i; k++) {
      let sum = i === k ? shift : 0;
      for (let j = 0; j < cols; j++) sum += a[at + i * cols + j]! * a[at + k * cols + j]!;
      outer[i * rows + k] = sum;
    }
    const L = cholesky(outer, rows), column = new Float64Array(rows);
    for (let j = 0; j < cols; j++) {
      for (let i = 0; i < rows; i++) column[i] = a[at + i * cols + j]!;
      choleskySolve(L, rows, column);
      for (let i = 0; i < rows; i++) out[at + i * cols + j] = column[i]!;
    }
  }
  return out;
}

/**
 * ALISTA's weights in closed form: w_i = (AAᵀ)⁻¹a_i / (a_iᵀ(AAᵀ)⁻¹a_i), the minimiser of Σ_{i≠j}(w_iᵀa_j)² subject to
 * w_iᵀa_i = 1 (Liu, Chen, Wang & Yin 2019), on the pattern of A, block by block.
 */
export function analyticWeight(A: LinearOperator): Float32Array {
  const W = regularisedInverse(A, 0), a = A.weights!();
  for (const { rows, cols, first: at } of weightBlocks('analyticWeight', A))
    for (let j = 0; j < cols; j++) {
      let diagonal = 0;
      for (let i = 0; i < rows; i++) diagonal += W[at + i * cols + j]! * a[at + i * cols + j]!;
      for (let i = 0; i < rows; i++) W[at + i * cols + j]! /= diagonal;
    }
  return W;
}

/** Objective and generalized coherence of weights W on the pattern of A (dense or blocks). */
export function coherenceOf(A: LinearOperator, W: Float32Array): Coherence {
  const blocks = weightBlocks('coherenceOf', A), a = A.weights!();
  let objective = 0, coherence = 0, diagonalError = 0;
  for (const { rows, cols, first: at } of blocks) {
    const products = new Float64Array(cols * cols);
    for (let r = 0; r < rows; r++) for (let i = 0; i < cols; i++) {
      const w = W[at + r * cols + i]!;
      for (let j = 0; j < cols; j++) products[i * cols + j]! += w * a[at + r * cols + j]!;
    }
    for (let i = 0; i < cols; i++) for (let j = 0; j < cols; j++) {
      const value = products[i * cols + j]!;
      if (i === j) diagonalError = Math.max(diagonalError, Math.abs(value - 1));
      else {
        objective += value * value;
        coherence = Math.max(coherence, Math.abs(value));
      }
    }
  }
  return { objective, coherence, diagonalError };
}
