import type { UnrolledNetwork } from '../../types.js';
import { axpby, dot, scratch, temp } from '../../kernels/index.js';
import type { Binarizer } from '../binarizer.js';
import { iteratesOf, withLayerLoss, type LayerLossMaker } from '../layer-loss.js';

export interface DistillOptions {
  /** What the iterates' mean squared distance costs, in units of the error's. */
  readonly weight?: number;
  /** The network whose iterates are wanted; the one that `fit` is given unless another of as many layers is. */
  readonly teacher?: UnrolledNetwork;
}

/** weight · mean over layers of ‖x_k − t_k‖² / ‖x‖², t_k what the teacher's layer k makes of the same measurements. */
export const nearIterates = (teacher: UnrolledNetwork, weight: number): LayerLossMaker => net => {
  const targetsOf = iteratesOf('distill', teacher, net);
  return {
    name: `distill ${weight}`, params: [],
    add: ({ x, y, count }, iterates, gradients) => scratch(() => {
      const targets = targetsOf(y, count, iterates.length), factor = weight / iterates.length / dot(x, x), error = temp(x.length);
      let total = 0;
      iterates.forEach((iterate, k) => {
        axpby(1, iterate, -1, targets[k]!, error);
        total += dot(error, error);
        axpby(2 * factor, error, 1, gradients[k]!, gradients[k]!);
      });
      return factor * total;
    }),
  };
};

/**
 * Each iterate is drawn to that of the float network, for binarizers that train (layer-wise distillation, as of Bahri et al. 2021).
 * `distilled` signals teach the last iterate alone, in the place of the truth; here the truth stays.
 */
export function distill(binarizer: Binarizer, { weight = 0.3, teacher }: DistillOptions = {}): Binarizer {
  if (!(weight > 0 && weight < Infinity)) throw new RangeError(`distill: expected a finite weight above 0, got ${weight}`);
  return withLayerLoss(binarizer, 'distill', given => nearIterates(teacher ?? given, weight));
}
