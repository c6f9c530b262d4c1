// Soft thresholds in sliding windows, a layer of a network.
import { dctMatrix } from '../src/core/dct.js';
import { windowWeights } from '../src/core/sliding-dct.js';
import { slidingShrinkage } from '../src/kernels/index.js';
import type { Case } from './case.js';

const width = 8, threshold = 0.5;

function slidingDct(side: number, batch: number): Case {
  return {
    kernel: 'sliding-dct', shape: `${side}x${side}, windows ${width}x${width}`, batch, mask: 'none', tolerance: 1e-5,
    prepare(data) {
      const x = data.normals(batch * side ** 2), output = data.zeros(x.length), { coefficients, apply } = slidingShrinkage([side, side], width);
      const theta = data.zeros(coefficients).fill(threshold, 1);
      const arrays = {
        x: { data: x, shape: [batch, 1, side, side] }, theta: { data: theta, shape: [coefficients] },
        axis: { data: Float32Array.from(dctMatrix(width)), shape: [width, width] }, weights: { data: windowWeights([side, side], width), shape: [side, side] },
      };
      return { run: () => apply(x, theta, output), output, peers: [{ peer: 'torch', op: 'sliding-dct', arrays }] };
    },
  };
}

export const slidingCases: readonly Case[] = [slidingDct(33, 16), slidingDct(256, 1)];
