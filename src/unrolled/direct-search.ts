import type { Dataset, Param, State, UnrolledNetwork } from '../types.js';
import { interruption, turn } from '../core/breathing.js';
import { scratch } from '../kernels/index.js';
import { measured } from './batches.js';
import type { TrainOptions } from './train.js';

export interface DirectSearchOptions extends Pick<TrainOptions, 'seed' | 'snrDb' | 'phase' | 'onProgress' | 'signal'> {
  /** Training signals that all layers are fitted on. */
  readonly signals?: number;
}

/** Relative changes that are tried, from the first by halves to the last. */
const widest = 0.5, finest = 0.01;

/** Changes params one at a time by ± h of themselves as long as the loss falls, then halves h (Hooke & Jeeves 1961). */
function descend(params: readonly Param[], loss: () => number): number {
  let best = loss();
  for (let h = widest; h > finest;) {
    let gained = false;
    for (const { value, min = -Infinity } of params) for (const change of [1 + h, 1 - h]) {
      const old = value.slice();
      old.forEach((number, i) => { value[i] = Math.max(min, number * change); });
      const now = loss();
      if (now < best) { best = now; gained = true; break; }
      value.set(old);
    }
    if (!gained) h /= 2;
  }
  return best;
}

/**
 * Fits what is trainable of each layer beside its matrices (steps; thresholds, all of a layer by one factor) to the least ‖x_k − x‖² after that layer on fixed signals, one layer
 * after the other, without gradients: where a threshold decides what passes, the loss jumps and its gradient misleads. The first
 * layer begins at its own values, others where the layer before ended. Throws an AbortError when `signal` aborts.
 */
export async function directSearch(net: UnrolledNetwork, data: Dataset, options: DirectSearchOptions = {}): Promise<void> {
  const { signals = 256, seed = 1, snrDb, phase = 'direct search', onProgress, signal } = options;
  const source = measured(net.problem.operator, data, { seed, validation: 0, snrDb });
  const x = new Float32Array(signals * source.n), y = new Float32Array(signals * source.m);
  source.fill('train', source.trainIndices(0, signals), x, y);
  const energy = x.reduce((sum, value) => sum + value * value, 0);
  const kept = (state: State): State => Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array.slice()]));
  let state = scratch(() => kept(net.initial(signals))), before: readonly Param[] = [];
  for (const [k, layer] of net.layers.entries()) {
    const scalars = layer.params.filter(({ trainable, map }) => trainable && !map);
    scalars.forEach((param, i) => { if (before[i]?.value.length === param.value.length) param.value.set(before[i].value); });
    const error = descend(scalars, () => scratch(() => {
      const [{ x: estimate }] = layer.vjp(state, y, signals);
      let sum = 0;
      for (let i = 0; i < x.length; i++) sum += (estimate![i]! - x[i]!) ** 2;
      return sum;
    }));
    state = scratch(() => kept(layer.vjp(state, y, signals)[0]));
    before = scalars;
    onProgress?.({ phase, step: k + 1, steps: net.layers.length, depth: k + 1, nmseDb: 10 * Math.log10(error / energy) });
    await turn();
    if (signal?.aborted) throw interruption(phase, `layer ${k + 1} of ${net.layers.length}`);
  }
}
