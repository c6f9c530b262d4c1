/**
 * Lower Cholesky factor of a symmetric positive definite matrix (row-major n × n, f64; only the lower triangle is read).
 * Throws a RangeError naming the pivot where the matrix is not positive definite.
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i !== j) L[i * n + j] = sum / L[j * n + j]!;
      else if (sum > 0) L[i * n + i] = Math.sqrt(sum);
      else throw new RangeError(`cholesky: expected a positive definite matrix, got pivot ${sum} at row ${i}`);
    }
  return L;
}

/** Solves L Lᵀ x = b in place. */
export function choleskySolve(L: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= L[i * n + k]! * b[k]!;
    b[i] = sum / L[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= L[k * n + i]! * b[k]!;
    b[i] = sum / L[i * n + i]!;
  }
}
