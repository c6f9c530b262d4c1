import type { UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { temp } from '../kernels/index.js';
import { runLayers } from '../unrolled/network.js';
import type { TrainOptions } from '../unrolled/train.js';
import type { Binarizer } from './binarizer.js';
import { teacherOn } from './one-bit-network.js';

/** Makes a loss for the network that is trained. */
export type LayerLossMaker = NonNullable<TrainOptions['layerLoss']>;

/** A binarizer that trains with a loss of layers beside its own, made from the network that it is given; its name ends in the loss's. */
export function withLayerLoss(binarizer: Binarizer, ending: string, make: (given: UnrolledNetwork) => LayerLossMaker): Binarizer {
  const name = `${binarizer.name}-${ending}`;
  return {
    name,
    async fit(net, data, options) {
      return { ...await binarizer.fit(net, data, { phase: name, ...options, layerLoss: make(net) }), binarizer: name };
    },
  };
}

/**
 * The first iterates that a teacher, carried to the operator of `net`, makes of a batch, as temporaries. Throws a RangeError where it has
 * another number of layers.
 */
export function iteratesOf(who: string, teacher: UnrolledNetwork, net: UnrolledNetwork):
  (y: Float32Array, batch: number, depth: number) => Float32Array[] {
  if (teacher.layers.length !== net.layers.length)
    throw new RangeError(`${who}: expected a teacher of ${net.layers.length} layers, got ${teacher.layers.length}`);
  const { operator } = net.problem, { layers, initial } = teacherOn(teacher, operator), n = sizeOf(operator.inShape);
  return (y, batch, depth) => {
    const iterates = Array.from({ length: depth }, () => temp(n * batch));
    runLayers(layers.slice(0, depth), initial(batch), y, batch, (x, k) => iterates[k]!.set(x));
    return iterates;
  };
}
