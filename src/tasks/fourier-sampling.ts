import { sparseSpikes } from '../../datasets/index.js';
import { fourier, randomMask } from '../../operators/index.js';
import { l1 } from '../core/prox.js';
import type { Task } from './task.js';

const n = 256;

/** Sparse real signals from a random part of their spectrum: the learnt weights are one number a sampled frequency. */
export const fourierSampling: Task = {
  name: 'fourier-sampling',
  summary: 'sparse signals from two fifths of their spectrum',
  variants: ['random'],
  networks: ['learned-ista'],
  layers: 12,
  make: ({ seed }) => ({
    operator: fourier([n], { mask: randomMask([n], { fraction: 0.4, seed }), complexInput: false }), prox: l1(), lambda: 0.02,
    signals: sparseSpikes(n, { density: 0.05, seed }), data: `embedded generator, seed ${seed}`, sparsity: Math.round(0.05 * n),
    recipe: { layerSteps: 100, layerRate: 0.02, jointSteps: 800, jointRate: 2e-3, batch: 32 },
  }),
};
