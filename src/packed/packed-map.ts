import type { OneBitMatrix, PatternMap } from '../types.js';
import { unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { weightCount } from '../core/pattern.js';
import { scratch, signProduct, temp, type Precision, type Product } from '../kernels/index.js';
import { patternMap, signalBySignal } from '../kernels/maps/index.js';

/**
 * A linear map that holds sign bits alone. Dense and block-diagonal signs are multiplied as they are; on other patterns, and
 * for ternary codes and channel scales, the weights are written out in f32 for the length of one product.
 */
export function packedMap(matrix: OneBitMatrix, scale: number, precision: Precision): PatternMap {
  const map = patternMap(matrix.pattern);
  const addGradient = (): never => { throw new TypeError(`${matrix.name}: packed sign bits cannot be trained`); };
  const product = signProductOf(matrix, scale, precision);
  if (product) return { ...signalBySignal(map, product), addGradient };
  const channels = matrix.rowScales && channelsOf(matrix.pattern).channels;
  const decoded = (): Float32Array => {
    const weights = temp(map.count);
    unpackCodes(matrix, scale, weights);
    if (channels) for (let i = 0; i < weights.length; i++) weights[i]! *= matrix.rowScales![channels[i]!]!;
    return weights;
  };
  return {
    ...map, addGradient,
    apply: (_, x, out, batch) => scratch(() => map.apply(decoded(), x, out, batch)),
    applyAdjoint: (_, y, out, batch) => scratch(() => map.applyAdjoint(decoded(), y, out, batch)),
  };
}

/** The product with a matrix of plain signs, where its pattern has a kernel. */
export function signProductOf(matrix: OneBitMatrix, scale: number, precision: Precision): Product | undefined {
  if (matrix.zeros || matrix.rowScales) return undefined;
  const weights = (): Float32Array => {
    const signs = new Float32Array(weightCount(matrix.pattern));
    unpackCodes(matrix, 1, signs);
    return signs;
  };
  return signProduct(matrix.pattern, { weights, scale: () => scale }, precision);
}
