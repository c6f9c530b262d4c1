import type { Dataset, LinearOperator, OneBitNetwork, UnrolledNetwork } from '../types.js';
import type { TrainOptions } from '../unrolled/train.js';

/**
 * A last part of the training on an operator of another size, the one that is meant: kernels do not depend on the size of their
 * images, so most steps can be taken on small ones (progressive resizing, Howard & Gugger 2020). Codes are in full then.
 */
export interface Finish {
  readonly operator: LinearOperator;
  readonly data: Dataset;
  readonly steps: number;
  readonly learningRate: number;
}

/** How long and at what rate a binarizer trains, if it trains; the network that it is given stays as it is. */
export type FitOptions = Partial<Omit<TrainOptions, 'reparametrisation'>> & { readonly finish?: Finish };

/** What `train` is told in the last part. */
export const finishing = ({ finish, ...options }: FitOptions, phase: string): TrainOptions =>
  ({ ...jointDefaults, ...options, phase: `${options.phase ?? phase}, full size`, steps: finish!.steps, learningRate: finish!.learningRate });

/** network + data → one-bit network. */
export interface Binarizer {
  readonly name: string;
  fit(net: UnrolledNetwork, data: Dataset, options?: FitOptions): Promise<OneBitNetwork>;
}

/** Steps, rate and clipping of joint training where the caller names none. */
export const jointDefaults = { schedule: 'joint', steps: 2000, learningRate: 5e-4, clip: 1 } as const;
