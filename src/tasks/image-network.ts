import type { LinearOperator, UnrolledNetwork } from '../types.js';
import { l1 } from '../core/prox.js';
import { istaNet, type IstaNetOptions } from '../unrolled/ista-net.js';
import type { Recipe } from './task.js';

/** ISTA-Net+ small enough to train within minutes on a CPU: 16 channels. */
export const smallNetwork = (operator: LinearOperator, network: string, seed: number, options: Partial<IstaNetOptions> = {}) =>
  (layers: number): UnrolledNetwork => istaNet({ operator, prox: l1() },
    { layers, transform: network === 'ista-net' ? 'istanet' : 'istanet-plus', features: 16, seed, ...options });

/** Float training, then as long again with every binarizer. */
export const smallRecipe: Recipe = {
  layerSteps: 0, layerRate: 0.01, startSteps: 600, startRate: 2e-3, jointSteps: 600, jointRate: 2e-3, batch: 8, clip: 0.1,
  latent: { mixing: 0.5, bound: 1.5 },
};
