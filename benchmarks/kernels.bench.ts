// The kernels beside NumPy, SciPy, PyTorch, tfjs and onnxruntime on the same numbers.
import { conv3x3, gemm, rectify, view } from '../src/kernels/index.js';
import type { Case } from './case.js';
import { fourierCases } from './fourier.bench.js';
import { denseShapes, manyLanes } from './shapes.js';
import { signCases } from './signs.bench.js';
import { slidingCases } from './sliding.bench.js';
import { structuredCases } from './structured.bench.js';

/** Sums of f32 in another order. */
const f32 = 1e-5;

/** out = W x for one vector, or for vectors side by side: x is cols × batch. */
function dense(rows: number, cols: number, batch: number): Case {
  return {
    kernel: batch === 1 ? 'gemv' : 'gemm', shape: `${rows}x${cols}`, batch, mask: 'dense', tolerance: f32,
    prepare(data) {
      const W = data.normals(rows * cols), x = data.normals(cols * batch), output = data.zeros(rows * batch);
      const arrays = { W: { data: W, shape: [rows, cols] }, x: { data: x, shape: batch === 1 ? [cols] : [cols, batch] } };
      const [a, b, c] = [view(W, rows, cols), view(x, cols, batch), view(output, rows, batch)];
      return {
        run: () => gemm(a, b, c), output,
        peers: ['numpy', 'torch', 'tfjs-wasm', 'onnxruntime-node'].map(peer => ({ peer, op: 'matmul', arrays })),
      };
    },
  };
}

function convolution(channels: number, side: number, batch: number): Case {
  return {
    kernel: 'conv3x3', shape: `${channels}->${channels} channels, ${side}x${side}`, batch, mask: 'toeplitz', tolerance: f32,
    prepare(data) {
      const w = data.normals(9 * channels ** 2), x = data.normals(batch * channels * side ** 2), output = data.zeros(x.length);
      const sizes = { channelsIn: channels, channelsOut: channels, height: side, width: side, batch };
      const arrays = { w: { data: w, shape: [channels, channels, 3, 3] }, x: { data: x, shape: [batch, channels, side, side] } };
      return { run: () => conv3x3(x, w, output, sizes), output, peers: [{ peer: 'torch', op: 'conv3x3', arrays }] };
    },
  };
}

/** Channels of a layer of ISTA-Net; the copy is timed with it, as the peers' is. */
function rectified(channels: number, side: number, batch: number): Case {
  return {
    kernel: 'rectify', shape: `${channels} channels, ${side}x${side}`, batch, mask: 'none', tolerance: 0,
    prepare(data) {
      const x = data.normals(batch * channels * side ** 2), output = data.zeros(x.length), arrays = { x: { data: x, shape: [x.length] } };
      return {
        run() {
          output.set(x);
          rectify(output);
        },
        output, peers: ['numpy', 'torch'].map(peer => ({ peer, op: 'rectify', arrays })),
      };
    },
  };
}

export const kernelCases: readonly Case[] = [
  ...denseShapes.map(([rows, cols]) => dense(rows, cols, 1)),
  ...denseShapes.map(([rows, cols]) => dense(rows, cols, manyLanes)),
  convolution(32, 33, 16),
  convolution(32, 256, 1),
  rectified(48, 64, 2),
  ...signCases,
  ...structuredCases,
  ...fourierCases,
  ...slidingCases,
];
