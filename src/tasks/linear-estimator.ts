import type { Dataset, LinearOperator, Tensor } from '../types.js';
import { tensor } from '../core/array.js';
import { cholesky, choleskySolve } from '../core/cholesky.js';
import { gemm, scratch, temp, transposed, view } from '../kernels/index.js';
import { measured } from '../unrolled/batches.js';

const chunk = 256;

/**
 * Q [n, m] with the least mean squared error of Q y for training signals: E[x yᵀ] (E[y yᵀ] + ridge · trace/m · I)⁻¹, from `signals`
 * of them. No mean is taken out, so that Q is linear.
 */
export function linearEstimator(A: LinearOperator, data: Dataset, { signals, ridge = 1e-5, seed = 1 }: { signals: number; ridge?: number; seed?: number }): Tensor {
  const source = measured(A, data, { seed, validation: 0 }), { n, m } = source;
  const cross = new Float32Array(n * m), square = new Float32Array(m * m);
  for (let at = 0; at < signals; at += chunk) scratch(() => {
    const count = Math.min(chunk, signals - at), x = temp(count * n), y = temp(count * m);
    source.fill('train', Array.from({ length: count }, (_, i) => (at + i) % source.trainSize), x, y);
    gemm(transposed(view(x, count, n)), view(y, count, m), view(cross, n, m), true);
    gemm(transposed(view(y, count, m)), view(y, count, m), view(square, m, m), true);
  });
  let trace = 0;
  for (let i = 0; i < m; i++) trace += square[i * m + i]!;
  const system = Float64Array.from(square);
  for (let i = 0; i < m; i++) system[i * m + i]! += (ridge * trace) / m;
  const factor = cholesky(system, m), Q = new Float32Array(n * m);
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from(cross.subarray(i * m, (i + 1) * m));
    choleskySolve(factor, m, row);
    Q.set(row, i * m);
  }
  return tensor(Q, [n, m]);
}
