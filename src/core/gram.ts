import type { LinearOperator, Pattern } from '../types.js';
import { csrProduct, csrTranspose, explicitOperator, patternOf } from './explicit.js';

/**
 * Pattern of AᴴA and its values there, computed in f64: blocks stay blocks, a circular convolution stays Toeplitz with a
 * support of 2k − 1 taps, Fourier-diagonal stays diagonal; everything else is written out.
 */
export function gram(A: LinearOperator): { pattern: Pattern; weights: Float32Array } {
  const pattern = A.pattern();
  if (!A.weights) throw new TypeError(`${A.name}: its entries are not known; give linop a pattern and weights`);
  const w = A.weights();
  switch (pattern.kind) {
    case 'dense': return { pattern: { kind: 'dense', rows: pattern.cols, cols: pattern.cols }, weights: gramOf(w, 0, pattern.rows, pattern.cols) };
    case 'blocks': {
      let at = 0;
      const own = (pattern.shared ? pattern.blocks.slice(0, 1) : pattern.blocks).map(({ rows, cols }) => {
        const square = gramOf(w, at, rows, cols);
        at += rows * cols;
        return square;
      });
      const weights = new Float32Array(own.reduce((n, square) => n + square.length, 0));
      own.reduce((to, square) => (weights.set(square, to), to + square.length), 0);
      return { pattern: { ...pattern, blocks: pattern.blocks.map(({ cols }) => ({ rows: cols, cols })) }, weights };
    }
    case 'toeplitz':
      if (pattern.boundary !== 'circular' || pattern.support.some((k, axis) => 2 * k - 1 > pattern.shape[axis]!)) break;
      return {
        pattern: { ...pattern, support: pattern.support.map(k => 2 * k - 1), origin: pattern.support.map(k => k - 1) },
        weights: autocorrelation(w, pattern.support),
      };
    case 'diagonal':
      return { pattern: pattern.basis === 'fourier' ? { ...pattern, form: 'circulant' } : pattern, weights: w.map(value => value * value) };
  }
  const matrix = explicitOperator(A);
  return patternOf(csrProduct(csrTranspose(matrix), matrix));
}

/** BᵀB of the rows × cols block that starts at `at`. */
function gramOf(w: Float32Array, at: number, rows: number, cols: number): Float32Array {
  const sums = new Float64Array(cols * cols);
  for (let r = 0; r < rows; r++) {
    const row = w.subarray(at + r * cols, at + (r + 1) * cols);
    for (let i = 0; i < cols; i++) {
      const left = row[i]!;
      for (let j = 0; j < cols; j++) sums[i * cols + j]! += left * row[j]!;
    }
  }
  return Float32Array.from(sums);
}

/** c[s] = Σ_t h[t] h[t + s], lags −(k−1) … k−1 on each axis, row-major. */
function autocorrelation(h: Float32Array, support: readonly number[]): Float32Array {
  const [kh, kw] = support.length === 1 ? [1, support[0]!] : [support[0]!, support[1]!];
  const width = 2 * kw - 1;
  const sums = new Float64Array((2 * kh - 1) * width);
  for (let a = 0; a < kh; a++) for (let b = 0; b < kw; b++)
    for (let c = 0; c < kh; c++) for (let d = 0; d < kw; d++)
      sums[(c - a + kh - 1) * width + (d - b + kw - 1)]! += h[a * kw + b]! * h[c * kw + d]!;
  return Float32Array.from(sums);
}
