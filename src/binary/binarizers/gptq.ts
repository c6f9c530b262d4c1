import { alignedWeights, successiveSigns } from '../../qubo/sign-rows.js';
import type { Binarizer } from '../binarizer.js';
import { postTraining, type PostTrainingOptions } from '../post-training.js';

/**
 * Post-training binarization by successive rounding (GPTQ: Frantar et al. 2022): each weight of a row becomes a sign, and those still
 * to come make up for its error, by the Hessian of what the row meets on its mask, as in Optimal Brain Compression.
 */
export const gptq = (options: PostTrainingOptions = {}): Binarizer =>
  postTraining('gptq', { method: (rows, scale, { weights }) => successiveSigns(rows, scale, alignedWeights(rows, weights)) }, options);
