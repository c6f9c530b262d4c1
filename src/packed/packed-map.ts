import type { OneBitMatrix, PatternMap } from '../types.js';
import { unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { fromLanes, laneBlock, scratch, signProduct, temp, toLanes, type Precision } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';

/** Below this many signals one product each is quicker than all together, which costs the same for 1 to 8. */
const fewest = 5;

/**
 * A linear map that holds sign bits alone. Dense and block-diagonal signs are multiplied as they are; on other patterns, and
 * for ternary codes and channel scales, the weights are written out in f32 for the length of one product.
 */
export function packedMap(matrix: OneBitMatrix, scale: number, precision: Precision): PatternMap {
  const map = patternMap(matrix.pattern);
  const addGradient = (): never => { throw new TypeError(`${matrix.name}: packed sign bits cannot be trained`); };
  const product = matrix.zeros || matrix.rowScales ? undefined : signProduct(matrix.pattern, matrix.signs, scale, precision);
  if (product) return { ...map, ...oneAfterTheOther(product.apply, map.inSize, map.outSize), applyAdjoint: oneAfterTheOther(product.applyAdjoint, map.outSize, map.inSize).apply, addGradient };
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

/** A product on signals side by side as one on signals one after the other. */
function oneAfterTheOther(run: (x: Float32Array, out: Float32Array, lanes: number) => void, from: number, to: number): Pick<PatternMap, 'apply'> {
  return {
    apply(_, x, out, batch) {
      if (batch < fewest) for (let b = 0; b < batch; b++) run(x.subarray(b * from, (b + 1) * from), out.subarray(b * to, (b + 1) * to), 1);
      else scratch(() => {
        const lanes = Math.ceil(batch / laneBlock) * laneBlock, wide = temp(from * lanes).fill(0), result = temp(to * lanes);
        toLanes(x.subarray(0, from * batch), batch, wide, lanes);
        run(wide, result, lanes);
        fromLanes(result, lanes, out.subarray(0, to * batch), batch);
      });
    },
  };
}
