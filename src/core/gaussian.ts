import { random } from './random.js';

/** Seeded N(0, 1) entries of an m × n matrix, row-major, its columns then scaled to unit norm (Liu et al. 2019, ALISTA). */
export function gaussianEntries(rows: number, cols: number, seed: number): Float32Array {
  const { normal } = random(seed), A = new Float32Array(rows * cols), squares = new Float64Array(cols);
  for (let i = 0; i < A.length; i++) {
    A[i] = normal();
    squares[i % cols]! += A[i]! * A[i]!;
  }
  for (let i = 0; i < A.length; i++) A[i]! /= Math.sqrt(squares[i % cols]!);
  return A;
}
