import type { LinearOperator, NetworkDescription, UnrolledNetwork } from '../types.js';
import { l1 } from '../core/prox.js';
import { istaNet } from '../unrolled/ista-net.js';
import type { IstaNetOptions } from '../unrolled/ista-net-options.js';
import type { Recipe, TaskOptions } from './task.js';

/** What tasks call their networks: 'hqs-net' is ISTA-Net+ with proximal data steps, 'ista-net-dct' is made for signs. */
const kinds: Readonly<Record<string, Partial<IstaNetOptions>>> = {
  'ista-net-plus': { transform: 'istanet-plus' },
  'ista-net': { transform: 'istanet' },
  'ista-net-dct': { transform: 'istanet-plus', input: 'dct', bias: true },
  'hqs-net': { transform: 'istanet-plus', dataStep: 'proximal' },
};

/** Those that every task of images and sequences offers. */
export const imageNetworks: readonly string[] = ['ista-net-plus', 'ista-net', 'ista-net-dct'];

export const kindOf = (network: string): Partial<IstaNetOptions> => kinds[network]!;

/** A network's name among those of a task, from what it is. */
export const networkName = ({ args }: NetworkDescription): string =>
  (args['dataStep'] === 'proximal' ? 'hqs-net' : args['input'] === 'dct' ? 'ista-net-dct' : args['transform'] === 'istanet' ? 'ista-net' : 'ista-net-plus');

/** ISTA-Net+ small enough to train within a minute on a CPU: 12 channels unless told otherwise, no symmetry loss. */
export const smallNetwork = (operator: LinearOperator, { network, seed, features = 12, frame }: TaskOptions, options: Partial<IstaNetOptions> = {}) =>
  (layers: number): UnrolledNetwork => istaNet({ operator, prox: l1() },
    { layers, ...kindOf(network), features, symmetry: 0, seed, ...(frame !== undefined && { frame }), ...options });

/** Float training, then as long again with every binarizer. */
export const smallRecipe: Recipe = {
  layerSteps: 0, layerRate: 0.01, startSteps: 800, startRate: 3e-3, jointSteps: 500, jointRate: 2e-3, batch: 2, clip: 0.1,
  latent: { mixing: 0.5, bound: 1.5 },
};

/**
 * The same at higher rates, which images of few edges bear. Weights shrink as the root of the channels and Adam's steps do not: networks wider
 * than 24 channels train as much slower.
 */
export function phantomRecipe(features = 12): Recipe {
  const pace = Math.min(1, Math.sqrt(24 / features));
  return { ...smallRecipe, startRate: 6e-3 * pace, jointRate: 4e-3 * pace };
}
