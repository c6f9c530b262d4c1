import { axpby, scratch, temp } from '../../kernels/index.js';
import { param } from '../../unrolled/param.js';
import type { Binarizer } from '../binarizer.js';
import { withLayerLoss, type LayerLossMaker } from '../layer-loss.js';

export interface DescentOptions {
  /** Each layer is to take this share of the distance to the signal away, at least. */
  readonly margin?: number;
  /** Step of the multipliers, which grow where a layer does not. */
  readonly rate?: number;
}

/** Square roots of the squared distances of `count` signals. */
function distances(error: Float32Array, count: number): Float64Array {
  const n = error.length / count, found = new Float64Array(count);
  for (let i = 0; i < error.length; i++) found[Math.floor(i / n)]! += error[i]! ** 2;
  return found.map(Math.sqrt);
}

/**
 * Σ ν_k E[‖x_k − x‖ / ‖x_{k−1} − x‖ − (1 − margin)], the Lagrangian of layers that descend on average; after a batch
 * ν_k ← max(0, ν_k + rate · the batch's mean) (Hadou, NaderiAlizadeh & Ribeiro 2023, supervised form, without their noise).
 */
export const descending = ({ margin, rate }: Required<DescentOptions>): LayerLossMaker => net => {
  const multipliers = param('multipliers', new Float32Array(net.layers.length));
  return {
    name: `descent ${margin} ${rate}`, params: [multipliers],
    add: ({ x, count }, iterates, gradients) => scratch(() => {
      const n = x.length / count, nu = multipliers.value;
      let total = 0, before = distances(x, count), behind: Float32Array | undefined;
      iterates.forEach((iterate, k) => {
        const error = temp(x.length);
        axpby(1, iterate, -1, x, error);
        const now = distances(error, count);
        let mean = 0;
        for (let b = 0; b < count; b++) {
          // A signal that is met has nothing to descend to.
          const far = before[b]!, near = now[b]!;
          if (!(far > 0)) continue;
          mean += (near / far - (1 - margin)) / count;
          const own = near > 0 ? nu[k]! / (count * near * far) : 0, past = (nu[k]! * near) / (count * far ** 3);
          for (let i = b * n; i < (b + 1) * n; i++) {
            gradients[k]![i]! += own * error[i]!;
            if (behind) gradients[k - 1]![i]! -= past * behind[i]!;
          }
        }
        total += nu[k]! * mean;
        nu[k] = Math.max(0, nu[k]! + rate * mean);
        before = now;
        behind = error;
      });
      return total;
    }),
  };
};

/** Layers are held to descend to the signals, for binarizers that train. */
export function descent(binarizer: Binarizer, { margin = 0.05, rate = 1e-3 }: DescentOptions = {}): Binarizer {
  if (!(margin >= 0 && margin < 1)) throw new RangeError(`descent: expected margin at least 0 and below 1, got ${margin}`);
  if (!(rate > 0 && rate < Infinity)) throw new RangeError(`descent: expected a finite rate above 0, got ${rate}`);
  return withLayerLoss(binarizer, 'descent', () => descending({ margin, rate }));
}
