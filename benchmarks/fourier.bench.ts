// The Fourier transform in f32.
import { fourierPlan32 } from '../src/kernels/index.js';
import type { Case } from './case.js';

function fft2(side: number): Case {
  return {
    kernel: 'fft2', shape: `${side}x${side}`, batch: 1, mask: 'none', tolerance: 1e-5,
    prepare(data) {
      const x = data.normals(2 * side ** 2), output = data.zeros(x.length), plan = fourierPlan32([side, side]);
      const arrays = { x: { data: x, shape: [side, side, 2] } };
      return { run: () => plan.forward(x, output), output, peers: ['scipy', 'numpy'].map(peer => ({ peer, op: 'fft2', arrays })) };
    },
  };
}

export const fourierCases: readonly Case[] = [fft2(256), fft2(512)];
