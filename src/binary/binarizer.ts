import type { Dataset, OneBitNetwork, UnrolledNetwork } from '../types.js';
import type { TrainOptions } from '../unrolled/train.js';

/** How long and at what rate a binarizer trains, if it trains; the network that it is given stays as it is. */
export type FitOptions = Partial<Omit<TrainOptions, 'reparametrisation'>>;

/** network + data → one-bit network. */
export interface Binarizer {
  readonly name: string;
  fit(net: UnrolledNetwork, data: Dataset, options?: FitOptions): Promise<OneBitNetwork>;
}

/** Steps, rate and clipping of joint training where the caller names none. */
export const jointDefaults = { schedule: 'joint', steps: 2000, learningRate: 5e-4, clip: 1 } as const;
