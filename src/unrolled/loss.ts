import type { Layer, Param, Pullback, UnrolledNetwork } from '../types.js';
import { axpby, dot, scratch, temp } from '../kernels/index.js';
import { runLayers } from './network.js';

/** Signals and their measurements, one after the other. */
export interface Batch {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly count: number;
}

/** What layers are trained for beside the error of the last. */
export interface LayerLoss {
  /** With its settings: resuming a training with others is refused. */
  readonly name: string;
  /** Numbers that `add` moves by itself, multipliers say: they are part of checkpoints. */
  readonly params: readonly Param[];
  /**
   * Its value on a batch, of which the iterates x₁, x₂ … are given. Its gradient is added to `gradients`, one array for each iterate,
   * and, where it does not pass through iterates, to those of trainable params.
   */
  add(batch: Batch, iterates: readonly Float32Array[], gradients: readonly Float32Array[]): number;
}

/** ‖x̂ − x‖² / ‖x‖² over a batch, x̂ after the first `depth` layers. */
export function lossOf(net: UnrolledNetwork, depth: number, x: Float32Array, y: Float32Array, batch: number): number {
  return scratch(() => {
    const error = temp(x.length);
    runLayers(net.layers.slice(0, depth), net.initial(batch), y, batch, (iterate, k) => {
      if (k === depth - 1) axpby(1, iterate, -1, x, error);
    });
    return dot(error, error) / dot(x, x);
  });
}

/**
 * The same loss and the layers' own penalties, their gradient and that of the layer loss added to every trainable Param of these
 * layers. Pullbacks stop at the first layer that has one, since nothing before it is learnt. The layer loss is not part of the
 * number: it may be negative. Of a part of a batch, `energy` is ‖x‖² of the whole, so that parts add up.
 */
export function lossAndGradient(net: UnrolledNetwork, depth: number, x: Float32Array, y: Float32Array, batch: number,
  { layerLoss, energy = dot(x, x) }: { layerLoss?: LayerLoss | undefined; energy?: number } = {}): number {
  return scratch(() => {
    const layers = net.layers.slice(0, depth);
    const first = layers.findIndex(layer => layer.params.some(param => param.trainable));
    let state = net.initial(batch);
    const pullbacks: Pullback[] = [], iterates: Float32Array[] = [];
    let penalties = 0;
    layers.forEach((layer: Layer, k) => {
      if (k < first) {
        runLayers([layer], state, y, batch, iterate => { if (layerLoss) iterates.push(iterate.slice()); });
        return;
      }
      const [next, pullback, penalty] = layer.vjp(state, y, batch);
      // A layer's own loss is a mean square, relative to the signals' as the error is.
      if (penalty) penalties += penalty(x.length / energy);
      state = next;
      iterates.push(next['x']!);
      pullbacks.push(pullback);
    });
    let grad = { ...state };
    for (const key in grad) grad = { ...grad, [key]: temp(state[key]!.length).fill(0) };
    axpby(1, state['x']!, -1, x, grad['x']!);
    const loss = dot(grad['x']!, grad['x']!) / energy;
    axpby(2 / energy, grad['x']!, 0, grad['x']!, grad['x']!);
    const own = layerLoss && iterates.map(iterate => temp(iterate.length).fill(0));
    if (own) layerLoss.add({ x, y, count: batch }, iterates, own);
    for (let k = pullbacks.length - 1; k >= 0; k--) {
      if (own) axpby(1, own[depth - pullbacks.length + k]!, 1, grad['x']!, grad['x']!);
      grad = pullbacks[k]!(grad, k > 0) as typeof grad;
    }
    return loss + penalties;
  });
}
