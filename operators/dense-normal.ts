import type { LinearOperator } from '../src/types.js';
import { cholesky, choleskySolve } from '../src/core/cholesky.js';
import { checkRho } from './checks.js';

/**
 * (AᵀA + rho I)⁻¹ b for a dense A in f64: a Cholesky factor of AᵀA + rho I where A is tall, and where it is wide the
 * smaller one of AAᵀ + rho I by Woodbury's identity, (b − Aᵀ(AAᵀ + rho I)⁻¹ A b) / rho.
 */
export function denseNormalSolver(who: string, A: Float32Array, rows: number, cols: number): Required<LinearOperator>['normalSolver'] {
  const wide = rows < cols, size = wide ? rows : cols;
  let known: Float64Array | undefined;
  return rho => {
    checkRho(who, rho);
    const matrix = (known ??= wide ? outerGram(A, rows, cols) : innerGram(A, rows, cols)).slice();
    for (let i = 0; i < size; i++) matrix[i * size + i]! += rho;
    const L = cholesky(matrix, size);
    const reduced = new Float64Array(size), back = new Float64Array(cols);
    return (b, out, batch) => {
      for (let start = 0; start < cols * batch; start += cols) {
        if (!wide) {
          for (let j = 0; j < cols; j++) reduced[j] = b[start + j]!;
          choleskySolve(L, size, reduced);
          out.set(reduced, start);
          continue;
        }
        for (let i = 0; i < rows; i++) {
          let sum = 0;
          for (let j = 0; j < cols; j++) sum += A[i * cols + j]! * b[start + j]!;
          reduced[i] = sum;
        }
        choleskySolve(L, size, reduced);
        back.fill(0);
        for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) back[j]! += A[i * cols + j]! * reduced[i]!;
        for (let j = 0; j < cols; j++) out[start + j] = (b[start + j]! - back[j]!) / rho;
      }
    };
  };
}

/** Lower triangle of AAᵀ. */
function outerGram(A: Float32Array, rows: number, cols: number): Float64Array {
  const G = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += A[i * cols + k]! * A[j * cols + k]!;
      G[i * rows + j] = sum;
    }
  return G;
}

/** Lower triangle of AᵀA. */
function innerGram(A: Float32Array, rows: number, cols: number): Float64Array {
  const G = new Float64Array(cols * cols);
  for (let k = 0; k < rows; k++)
    for (let i = 0; i < cols; i++) {
      const left = A[k * cols + i]!;
      for (let j = 0; j <= i; j++) G[i * cols + j]! += left * A[k * cols + j]!;
    }
  return G;
}
