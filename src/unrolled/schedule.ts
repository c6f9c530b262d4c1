import type { Param, UnrolledNetwork } from '../types.js';
import { distinct } from './param.js';

/** A stretch of training with one set of parameters, one depth and one learning rate. */
export interface Stage {
  /** Layers 0 … depth − 1 run; the loss is at the last of them. */
  readonly depth: number;
  readonly learningRate: number;
  readonly steps: number;
  /** The network's params that are learnt, and what the optimizer moves in their place. */
  readonly learnt: readonly Param[];
  readonly moved: readonly Param[];
  /** A new layer starts from the values of the layer before it: those whose names differ in the layer's number alone. */
  readonly startFrom: readonly { readonly to: Param; readonly from: Param }[];
}

export interface ScheduleOptions {
  /** 'joint' trains all layers at once; 'depth-wise' adds one layer after the other (Chen et al. 2018). */
  readonly schedule?: 'joint' | 'depth-wise';
  /** Steps of the joint stage, or of each new layer. */
  readonly steps: number;
  readonly learningRate?: number;
  /** Depth-wise: after each new layer all layers so far are trained at these multiples of the learning rate … */
  readonly refine?: readonly number[];
  /** … for so many steps each. */
  readonly refineSteps?: number;
}

/** `movedFor` gives what the optimizer moves in the place of a layer's params: latent weights for a one-bit matrix, say. */
export function stagesOf(net: UnrolledNetwork, movedFor: (params: readonly Param[]) => readonly Param[],
  { schedule = 'joint', steps, learningRate = 1e-3, refine = [0.2, 0.02], refineSteps = Math.ceil(steps / 2) }: ScheduleOptions): Stage[] {
  if (!Number.isSafeInteger(steps) || steps < 0) throw new RangeError(`train: expected steps >= 0, got ${steps}`);
  if (!(learningRate > 0 && learningRate < Infinity)) throw new RangeError(`train: expected learningRate > 0, got ${learningRate}`);
  const K = net.layers.length;
  const stage = (from: number, depth: number, rate: number, count: number, startFrom: Stage['startFrom'] = []): Stage => {
    const learnt = distinct(net.layers.slice(from, depth).flatMap(layer => [...layer.params]));
    return { depth, learningRate: rate, steps: count, learnt, moved: movedFor(learnt), startFrom };
  };
  if (schedule === 'joint') return [stage(0, K, learningRate, steps)];
  if (schedule !== 'depth-wise') throw new RangeError(`train: expected schedule joint or depth-wise, got ${String(schedule)}`);
  const kind = ({ name }: Param): string => name.replace(/\.\d+$/, '');
  return net.layers.flatMap((layer, k) => {
    // A fitted start, say.
    if (!layer.params.some(({ trainable }) => trainable)) return [];
    const before = k === 0 ? [] : net.layers[k - 1]!.params;
    const startFrom = layer.params
      .flatMap(to => before.filter(from => from !== to && kind(from) === kind(to)).map(from => ({ to, from })))
      .flatMap(({ to, from }) => movedFor([to]).map((moved, i) => ({ to: moved, from: movedFor([from])[i]! })));
    return [
      stage(k, k + 1, learningRate, steps, startFrom),
      ...refine.map(rate => stage(0, k + 1, learningRate * rate, refineSteps)),
    ];
  });
}
