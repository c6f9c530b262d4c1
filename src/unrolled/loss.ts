import type { Layer, Pullback, UnrolledNetwork } from '../types.js';
import { axpby, dot, scratch, temp } from '../kernels/index.js';
import { runLayers } from './network.js';

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
 * The same loss and the layers' own penalties, their gradient added to every trainable Param of these layers. Pullbacks stop at the first layer that has
 * one, since nothing before it is learnt.
 */
export function lossAndGradient(net: UnrolledNetwork, depth: number, x: Float32Array, y: Float32Array, batch: number): number {
  return scratch(() => {
    const layers = net.layers.slice(0, depth);
    const first = layers.findIndex(layer => layer.params.some(param => param.trainable));
    let state = net.initial(batch);
    const pullbacks: Pullback[] = [];
    const energy = dot(x, x);
    let penalties = 0;
    layers.forEach((layer: Layer, k) => {
      if (k < first) { runLayers([layer], state, y, batch, () => {}); return; }
      const [next, pullback, penalty] = layer.vjp(state, y, batch);
      // A layer's own loss is a mean square, relative to the signals' as the error is.
      if (penalty) penalties += penalty(x.length / energy);
      state = next;
      pullbacks.push(pullback);
    });
    let grad = { ...state };
    for (const key in grad) grad = { ...grad, [key]: temp(state[key]!.length).fill(0) };
    axpby(1, state['x']!, -1, x, grad['x']!);
    const loss = dot(grad['x']!, grad['x']!) / energy;
    axpby(2 / energy, grad['x']!, 0, grad['x']!, grad['x']!);
    for (let k = pullbacks.length - 1; k >= 0; k--) grad = pullbacks[k]!(grad, k > 0) as typeof grad;
    return loss + penalties;
  });
}
