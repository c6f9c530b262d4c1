import type { Layer, NetworkDescription, Problem, State, Tensor, UnrolledNetwork } from '../types.js';
import { batchOf, batchedShape, checkFinite, flat, sizeOf, tensor } from '../core/array.js';
import { scratch, temp } from '../kernels/index.js';
import { distinct } from './param.js';

/** Signals that one pass over the layers carries at a time: bounds the temporaries of a large batch. */
const chunk = 128;

/**
 * Runs the layers on a batch and shows each iterate's x to `visit`; the views are valid during that call alone. `initial`
 * must own its arrays: they receive every next state.
 */
export function runLayers(layers: readonly Layer[], initial: State, y: Float32Array, batch: number,
  visit: (x: Float32Array, layer: number) => void): void {
  layers.forEach((layer, k) => scratch(() => {
    const [next] = layer.vjp(initial, y, batch);
    for (const key in initial) initial[key]!.set(next[key]!);
    visit(initial['x']!, k);
  }));
}

/** A network of `layers` on a problem; states start at zero in every array named by `stateKeys`. */
export function network(problem: Problem, description: NetworkDescription, layers: readonly Layer[],
  stateKeys: readonly string[] = ['x']): UnrolledNetwork {
  const { operator } = problem;
  const n = sizeOf(operator.inShape), m = sizeOf(operator.outShape);
  const initial = (batch: number): State =>
    Object.fromEntries(stateKeys.map(key => [key, temp(n * batch).fill(0)]));

  const run = (verb: string, y: Tensor, visit: (x: Float32Array, layer: number, at: number) => void): void => {
    const who = `${description.preset}.${verb}`;
    const count = batchOf(who, y, operator.outShape), data = flat(y);
    checkFinite(`${who}: measurement`, data);
    for (let at = 0; at < count; at += chunk) scratch(() => {
      const batch = Math.min(chunk, count - at);
      runLayers(layers, initial(batch), data.subarray(at * m, (at + batch) * m), batch, (x, k) => visit(x, k, at * n));
    });
  };
  const output = (y: Tensor): Tensor => {
    const shape = batchedShape(y, operator.outShape, operator.inShape);
    return tensor(new Float32Array(sizeOf(shape)), shape);
  };
  return {
    problem, description, layers, initial,
    params: distinct(layers.flatMap(layer => [...layer.params])),
    forward(y) {
      const out = output(y);
      run('forward', y, (x, k, at) => { if (k === layers.length - 1) out.data.set(x, at); });
      return out;
    },
    iterates(y) {
      const outs = layers.map(() => output(y));
      run('iterates', y, (x, k, at) => outs[k]!.data.set(x, at));
      return outs;
    },
  };
}
