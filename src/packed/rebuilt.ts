import type { UnrolledNetwork } from '../types.js';
import { sizeOf, tensor } from '../core/array.js';

/** Names of layers and params, with sizes: two networks of one outline take each other's values. */
export const outline = ({ layers, params }: UnrolledNetwork): string =>
  [...layers.map(({ name }) => name), ...params.map(({ name, value }) => `${name} ${value.length}`)].join();

/**
 * Whether `own`, rebuilt from the description of `net` with its values, is the same network: one with layers or a prox of the user's own
 * describes itself as another. They are compared by their layers' and params' names and by one answer, to the bit.
 */
export function isRebuilt(net: UnrolledNetwork, own: UnrolledNetwork): boolean {
  if (outline(own) !== outline(net)) return false;
  const { outShape } = net.problem.operator, y = tensor(new Float32Array(sizeOf(outShape)).fill(1), outShape), x = net.forward(y).data;
  return own.forward(y).data.every((value, i) => Object.is(value, x[i]));
}
