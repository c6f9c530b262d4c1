// The kernels on sign bits beside other libraries' f32 kernels on the same ±1.
import { multiplySigns, setSigns, signMatrix, type Precision } from '../src/kernels/index.js';
import type { Case } from './case.js';
import { denseShapes, manyLanes } from './shapes.js';

/** Relative errors of the ways to round the activations; several vectors at once are exact. */
const tolerances: Readonly<Record<Precision, number>> = { exact: 1e-5, standard: 5e-4, fast: 2e-2 };

/** `count` equal blocks on the diagonal; 1 is a dense matrix. */
function signs(rows: number, cols: number, count: number, batch: number, precision: Precision): Case {
  const height = rows / count, width = cols / count;
  return {
    kernel: batch > 1 ? 'sign-gemm' : precision === 'fast' ? 'sign-gemv-fast' : 'sign-gemv', shape: `${rows}x${cols}`, batch,
    mask: count > 1 ? `${count} blocks` : 'dense', tolerance: tolerances[precision],
    prepare(data) {
      const W = data.signs(count * height * width), x = data.normals(cols * batch), output = data.zeros(rows * batch);
      const S = signMatrix(Array.from({ length: count }, (_, b) => ({ rows: height, cols: width, first: b * height * width })));
      setSigns(S, W);
      const arrays = {
        W: { data: W, shape: count > 1 ? [count, height, width] : [rows, cols] },
        x: { data: x, shape: batch > 1 ? [cols, batch] : [cols] },
      };
      return {
        run: () => multiplySigns(S, x, output, batch, 1, precision), output,
        peers: [{ peer: 'numpy', op: count > 1 ? 'blocks' : 'matmul', arrays }],
      };
    },
  };
}

export const signCases: readonly Case[] = [
  ...denseShapes.flatMap(([rows, cols]) => [signs(rows, cols, 1, 1, 'standard'), signs(rows, cols, 1, 1, 'fast')]),
  ...denseShapes.map(([rows, cols]) => signs(rows, cols, 1, manyLanes, 'exact')),
  ...denseShapes.slice(1).flatMap(([rows, cols]) => [signs(rows, cols, 8, 1, 'standard'), signs(rows, cols, 8, manyLanes, 'exact')]),
];
