import type { LinearOperator, NetworkDescription, UnrolledNetwork } from '../types.js';
import { l1 } from '../core/prox.js';
import { istaNet, type IstaNetOptions } from '../unrolled/ista-net.js';
import type { Recipe, TaskOptions } from './task.js';

export const transformOf = (network: string): 'istanet' | 'istanet-plus' => (network === 'ista-net' ? 'istanet' : 'istanet-plus');

/** A network's name among those of a task, from what it is: 'hqs-net' is ISTA-Net+ with proximal data steps. */
export const networkName = ({ args }: NetworkDescription): string =>
  (args['dataStep'] === 'proximal' ? 'hqs-net' : args['transform'] === 'istanet' ? 'ista-net' : 'ista-net-plus');

/** ISTA-Net+ small enough to train within a minute on a CPU: 12 channels unless told otherwise, no symmetry loss. */
export const smallNetwork = (operator: LinearOperator, { network, seed, features = 12, frame }: TaskOptions, options: Partial<IstaNetOptions> = {}) =>
  (layers: number): UnrolledNetwork => istaNet({ operator, prox: l1() },
    { layers, transform: transformOf(network), features, ...(network === 'hqs-net' && { dataStep: 'proximal' }), symmetry: 0, seed, ...(frame !== undefined && { frame }), ...options });

/** Float training, then as long again with every binarizer. */
export const smallRecipe: Recipe = {
  layerSteps: 0, layerRate: 0.01, startSteps: 800, startRate: 3e-3, jointSteps: 500, jointRate: 2e-3, batch: 2, clip: 0.1,
  latent: { mixing: 0.5, bound: 1.5 },
};

/** The same at higher rates, which images of few edges bear. */
export const phantomRecipe: Recipe = { ...smallRecipe, startRate: 6e-3, jointRate: 4e-3 };
