import type { Dataset } from '../types.js';
import { dataset, piecewise, sparseSpikes } from '../../datasets/index.js';
import { convolution } from '../../operators/index.js';
import { tensor } from '../core/array.js';
import { l1 } from '../core/prox.js';
import type { Task } from './task.js';

const n = 256;

/** An instrument's response: fast rise, exponential decay; its sum is 1, it is not symmetric, and it keeps all frequencies. */
const response = [0.02, 0.12, 0.3, 0.22, 0.14, 0.085, 0.05, 0.03, 0.02, 0.01, 0.005];

/** The jumps x[i] − x[i−1] of piecewise constant signals: those are sparse, and a blur acts on them as on the signal itself. */
function jumps(signals: Dataset): Dataset {
  return dataset({ name: `${signals.name}-jumps`, shape: [n], size: signals.size, fill(split, index, out) {
    const x = signals.sample(split, index, tensor(new Float32Array(n), [n])).data;
    for (let i = 0; i < n; i++) out[i] = x[i]! - x[(i + n - 1) % n]!;
  } });
}

/** 1-D deconvolution through a known blur: the learnt weights are taps, shared along the diagonals. */
export const deconvolution: Task = {
  name: 'deconvolution',
  summary: 'spike trains (or the jumps of piecewise constant signals) through a known blur',
  variants: ['spikes', 'piecewise'],
  networks: ['learned-ista'],
  layers: 12,
  make: ({ variant, seed }) => ({
    operator: convolution(response, [n]), prox: l1(), lambda: 0.02, data: `embedded generator, seed ${seed}`,
    signals: variant === 'spikes' ? sparseSpikes(n, { density: 0.04, seed }) : jumps(piecewise(n, { seed })),
    sparsity: variant === 'spikes' ? Math.round(0.04 * n) : 6,
    recipe: { layerSteps: 100, layerRate: 0.02, jointSteps: 1500, jointRate: 2e-3, batch: 32 },
  }),
};
