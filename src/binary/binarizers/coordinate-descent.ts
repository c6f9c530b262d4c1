import { descendRows } from '../../qubo/sign-rows.js';
import type { Binarizer } from '../binarizer.js';
import { postTraining, type PostTrainingOptions } from '../post-training.js';

/**
 * Post-training binarization: from the signs of the weights, the flip that lowers a row's squared error on calibration data most,
 * until none lowers it; scale and signs in turn.
 */
export const coordinateDescent = (options: PostTrainingOptions = {}): Binarizer =>
  postTraining('coordinate-descent', { method: (rows, scale, { signs }) => descendRows(rows, scale, signs) }, options);
