import { pathFollowingSigns } from '../../qubo/path-following.js';
import { alignedWeights } from '../../qubo/sign-rows.js';
import type { Binarizer } from '../binarizer.js';
import { postTraining, type PostTrainingOptions } from '../post-training.js';

export interface GpfqOptions extends PostTrainingOptions {
  /** Draws each sign (SPFQ), by the seed of the fit's options; at one bit the draws often lose to plain signs, which then stay. */
  readonly stochastic?: boolean;
}

/**
 * Post-training binarization by greedy path following (GPFQ; with one bit, Zhang & Saab 2024, arXiv 2412.18184), after the alignment
 * of weights to the inputs that matrices in front of them leave.
 */
export const gpfq = ({ stochastic = false, ...options }: GpfqOptions = {}): Binarizer =>
  postTraining(stochastic ? 'gpfq-stochastic' : 'gpfq', {
    method: (rows, scale, { weights, seed }) =>
      pathFollowingSigns(rows.gram, alignedWeights(rows, weights), scale, stochastic ? seed : undefined),
  }, options);
