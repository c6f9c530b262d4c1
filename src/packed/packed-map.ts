import type { OneBitMatrix, PatternMap } from '../types.js';
import { unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { scratch, temp } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';

/**
 * A linear map that holds sign bits alone: the reference kernel, which writes the weights out for the length of one product.
 * It therefore gives the binarised float network's numbers bit for bit.
 */
export function packedMap(matrix: OneBitMatrix, scale: number): PatternMap {
  const map = patternMap(matrix.pattern);
  const channels = matrix.rowScales && channelsOf(matrix.pattern).channels;
  const decoded = (): Float32Array => {
    const weights = temp(map.count);
    unpackCodes(matrix, scale, weights);
    if (channels) for (let i = 0; i < weights.length; i++) weights[i]! *= matrix.rowScales![channels[i]!]!;
    return weights;
  };
  return {
    ...map,
    apply: (_, x, out, batch) => scratch(() => map.apply(decoded(), x, out, batch)),
    applyAdjoint: (_, y, out, batch) => scratch(() => map.applyAdjoint(decoded(), y, out, batch)),
    addGradient() { throw new TypeError(`${matrix.name}: packed sign bits cannot be trained`); },
  };
}
