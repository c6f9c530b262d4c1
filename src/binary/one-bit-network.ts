import type { LinearOperator, OneBitNetwork, Param, Shape, UnrolledNetwork } from '../types.js';
import { formatShape } from '../core/array.js';
import { resident } from '../kernels/index.js';
import { networkFrom } from '../unrolled/presets.js';
import { packCodes, unpackCodes, type Codes } from './bits.js';

/** `own`, a network of the same description, with the values of `net`. Throws a RangeError where an operator of another size needs others. */
function withValuesOf(net: UnrolledNetwork, own: UnrolledNetwork): UnrolledNetwork {
  own.params.forEach((param, i) => {
    const from = net.params[i]!;
    if (from.value.length !== param.value.length)
      throw new RangeError(`${net.description.preset}: ${param.name} was trained for ${formatShape(net.problem.operator.inShape)} ` +
        `and does not fit ${formatShape(own.problem.operator.inShape)}; cut the image into tiles`);
    param.value = from.value.slice();
    param.trainable = from.trainable;
  });
  return own;
}

/** A network of its own with the same values; what binarizers work on, so that the one they were given stays as it is. */
export const cloneNetwork = (net: UnrolledNetwork): UnrolledNetwork => withValuesOf(net, networkFrom(net.problem, net.description));

/**
 * A copy of the network on an operator of another size: kernels, steps and thresholds do not depend on it. Its convolutions see signals
 * of `shape`: as they did where the size is the same, those of the operator elsewhere. Throws a RangeError where a matrix depends on the
 * size (a dense W, a fitted start).
 */
export function carried(net: UnrolledNetwork, operator: LinearOperator, shape?: Shape): UnrolledNetwork {
  const { args } = net.description, same = formatShape(net.problem.operator.inShape) === formatShape(operator.inShape);
  const own = shape ?? (same ? args['shape'] : operator.inShape);
  return withValuesOf(net, networkFrom({ operator, prox: net.problem.prox }, { ...net.description, args: { ...args, ...(args['shape'] ? { shape: own } : {}) } }));
}

/** The same for what teaches another network on that operator: its values lie where kernels work. */
export function teacherOn(net: UnrolledNetwork, operator: LinearOperator): UnrolledNetwork {
  const own = carried(net, operator);
  for (const param of own.params) param.value = resident(param.value);
  return own;
}

/** A one-bit network on an operator of another size; throws as `carried` does. */
export function onOperator(net: OneBitNetwork, operator: LinearOperator, shape?: Shape): OneBitNetwork {
  const own = carried(net, operator, shape);
  const matrices = net.matrices.map(matrix => ({ ...matrix, pattern: own.params.find(({ name }) => name === matrix.name)!.map!.pattern }));
  return { ...own, binarizer: net.binarizer, scale: net.scale, matrices };
}

/** The matrices that binarizers turn into codes. */
export const oneBitParams = (net: UnrolledNetwork): Param[] => net.params.filter(param => param.oneBit);

/** A clone to binarize, its matrices trainable. Throws a TypeError for a network that has no learnt matrix. */
export function cloneToBinarize(who: string, net: UnrolledNetwork): UnrolledNetwork {
  const copy = cloneNetwork(net), matrices = oneBitParams(copy);
  if (!matrices.length) throw new TypeError(`${who}: expected a network with learnt matrices, got ${net.description.preset}; see learnedIsta`);
  for (const param of matrices) param.trainable = true;
  return copy;
}

/** All of a network's matrices as codes; `rowScales`, one array a matrix, is for the channel-wise baseline. */
export interface Coded {
  readonly scale: number;
  readonly codes: ReadonlyMap<Param, Codes>;
  readonly rowScales?: ReadonlyMap<Param, { readonly values: Float32Array; readonly channels: Uint32Array }>;
}

/**
 * Freezes codes into a network: weights become scale · code (channel-wise: their channel's scale · code) in place, exactly
 * what the packed engine will read back.
 */
export function oneBitNetwork(net: UnrolledNetwork, binarizer: string, { scale, codes, rowScales }: Coded): OneBitNetwork {
  if (!Number.isFinite(scale) || scale < 0) throw new RangeError(`${binarizer}: expected a finite scale >= 0, got ${scale}`);
  const lambda = Math.fround(scale);
  const matrices = oneBitParams(net).map(param => packCodes(param, codes.get(param)!, rowScales?.get(param)?.values));
  oneBitParams(net).forEach((param, i) => {
    unpackCodes(matrices[i]!, lambda, param.value);
    const own = rowScales?.get(param);
    if (own) for (let k = 0; k < param.value.length; k++) param.value[k]! *= own.values[own.channels[k]!]!;
    param.trainable = false;
  });
  return { ...net, binarizer, scale: lambda, matrices };
}
