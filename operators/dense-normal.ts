import type { LinearOperator } from '../src/types.js';
import { cholesky, choleskySolve } from '../src/core/cholesky.js';
import { gemm, view } from '../src/kernels/index.js';
import { checkRho } from './checks.js';

/**
 * (AᵀA + rho I)⁻¹ of a dense m × n matrix, formed once in f64 from the smaller of its two Gram matrices (for m < n by
 * Woodbury: (I − Aᵀ(AAᵀ + rho I)⁻¹A) / rho) and applied to a batch by one product.
 */
export function denseNormalSolver(who: string, A: Float32Array, rows: number, cols: number): Required<LinearOperator>['normalSolver'] {
  return rho => {
    checkRho(who, rho);
    const inverse = rows < cols ? throughRows(A, rows, cols, rho) : throughColumns(A, rows, cols, rho);
    return (b, out, batch) => gemm(view(b, batch, cols), view(inverse, cols, cols), view(out, batch, cols));
  };
}

/** Column j of A in f64. */
const column = (A: Float32Array, rows: number, cols: number, j: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => A[i * cols + j]!);

function throughRows(A: Float32Array, rows: number, cols: number, rho: number): Float32Array {
  const gram = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) for (let k = 0; k <= i; k++) {
    let sum = i === k ? rho : 0;
    for (let j = 0; j < cols; j++) sum += A[i * cols + j]! * A[k * cols + j]!;
    gram[i * rows + k] = sum;
  }
  const L = cholesky(gram, rows), inverse = new Float32Array(cols * cols), sums = new Float64Array(cols);
  for (let j = 0; j < cols; j++) {
    const solved = column(A, rows, cols, j);
    choleskySolve(L, rows, solved);
    sums.fill(0);
    for (let i = 0; i < rows; i++) for (let k = 0; k < cols; k++) sums[k]! += solved[i]! * A[i * cols + k]!;
    for (let k = 0; k < cols; k++) inverse[j * cols + k] = ((j === k ? 1 : 0) - sums[k]!) / rho;
  }
  return inverse;
}

function throughColumns(A: Float32Array, rows: number, cols: number, rho: number): Float32Array {
  const gram = new Float64Array(cols * cols);
  for (let r = 0; r < rows; r++) for (let i = 0; i < cols; i++) {
    const left = A[r * cols + i]!;
    for (let j = 0; j <= i; j++) gram[i * cols + j]! += left * A[r * cols + j]!;
  }
  for (let i = 0; i < cols; i++) gram[i * cols + i]! += rho;
  const L = cholesky(gram, cols), inverse = new Float32Array(cols * cols);
  for (let j = 0; j < cols; j++) {
    const unit = new Float64Array(cols);
    unit[j] = 1;
    choleskySolve(L, cols, unit);
    inverse.set(unit, j * cols);
  }
  return inverse;
}
