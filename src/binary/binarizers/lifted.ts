import type { UnrolledNetwork } from '../../types.js';
import { visitLargest } from '../../core/largest.js';
import { axpby, dot, scratch, softThreshold, temp } from '../../kernels/index.js';
import { gradientData } from '../../unrolled/layers/data-step.js';
import type { Binarizer } from '../binarizer.js';
import { iteratesOf, withLayerLoss, type LayerLossMaker } from '../layer-loss.js';

export interface LiftedOptions {
  /** What layers' Bregman distances cost, in units of the error. */
  readonly weight?: number;
  /** The network whose iterates are wanted; the one that `fit` is given unless another of as many layers is. */
  readonly teacher?: UnrolledNetwork;
}

/**
 * Lifted training of layers x⁺ = soft(z, θ), z = x − η Wᵀ(A x − y) (Wang, Benning & Repetti 2024): layer k is given the iterate t_{k−1}
 * of a float network and pays weight · mean over layers of 2 B(t_k, z) / ‖x‖², where
 *   B(t, z) = ½‖t‖² + θ‖t‖₁ + max_u (⟨u, z⟩ − ½‖u‖² − θ‖u‖₁) − ⟨t, z⟩ ≥ ½‖t − soft(z, θ)‖²
 * is convex in W and ∂B/∂z = soft(z, θ) − t: no threshold is differentiated, and no layer waits for another. Entries that support
 * selection lets through have θ = 0; which ones they are counts as given.
 */
export const liftedLayers = (teacher: UnrolledNetwork, weight: number): LayerLossMaker => net => {
  const steps = net.layers.map(({ name, step }) => {
    if (!step) throw new TypeError(`lifted: expected layers x⁺ = soft(x − eta Wᵀ(A x − y), theta), got ${name} of ${net.description.preset}`);
    return step;
  });
  const data = steps.map(step => gradientData(net.problem.operator, step)), targetsOf = iteratesOf('lifted', teacher, net);
  return {
    name: `lifted ${weight}`, params: [],
    add: ({ x, y, count }, iterates) => scratch(() => {
      const targets = targetsOf(y, count, iterates.length), factor = (2 * weight) / iterates.length / dot(x, x), n = x.length / count;
      const from = temp(x.length).fill(0), next = temp(x.length);
      let total = 0;
      targets.forEach((target, k) => scratch(() => {
        const { theta, keep } = steps[k]!, tau = theta.value[0]!, [z, toData] = data[k]!.step(from, y, count);
        softThreshold(z, tau, next);
        const shrunk = new Uint8Array(x.length).fill(1);
        if (keep) visitLargest(z, tau, keep, temp(n), n, 1, i => { next[i] = z[i]!; shrunk[i] = 0; });
        let distance = 0, slope = 0;
        for (let i = 0; i < x.length; i++) {
          const t = target[i]!, p = next[i]!, lengths = shrunk[i]! * (Math.abs(t) - Math.abs(p));
          distance += (t * t - p * p) / 2 + tau * lengths + (p - t) * z[i]!;
          slope += lengths;
        }
        total += distance;
        if (theta.trainable) theta.grad[0]! += factor * slope;
        // next becomes ∂z.
        axpby(factor, next, -factor, target, next);
        toData(next);
        from.set(target);
      }));
      return factor * total;
    }),
  };
};

/** Layer-wise lifted Bregman losses, for binarizers that train learned ISTA; throws a TypeError for networks of other layers. */
export function lifted(binarizer: Binarizer, { weight = 0.3, teacher }: LiftedOptions = {}): Binarizer {
  if (!(weight > 0 && weight < Infinity)) throw new RangeError(`lifted: expected a finite weight above 0, got ${weight}`);
  return withLayerLoss(binarizer, 'lifted', given => liftedLayers(teacher ?? given, weight));
}
