import type { OneBitMatrix, PatternMap } from '../types.js';
import { unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { weightCount } from '../core/pattern.js';
import { scratch, signCsr, signProduct, signToeplitz, temp, type Precision, type Product, type SignMap } from '../kernels/index.js';
import { hasWinograd, patternMap, signalBySignal } from '../kernels/maps/index.js';

/**
 * A linear map that holds sign bits alone. Dense, block-diagonal, sparse and most convolutions' signs are multiplied as they are.
 * For 3×3 convolutions of channels, where Winograd's on floats is quicker (1.2 to 1.4 times at 32 channels), for Fourier
 * filters, ternary codes and channel scales the weights are written out in f32 for the length of one product.
 */
export function packedMap(matrix: OneBitMatrix, scale: number, precision: Precision): PatternMap {
  const map = patternMap(matrix.pattern);
  const addGradient = (): never => { throw new TypeError(`${matrix.name}: packed sign bits cannot be trained`); };
  const product = signProductOf(matrix, scale, precision);
  if (product) return { ...signalBySignal(map, product), addGradient };
  const signs = structuredSigns(matrix);
  if (signs) return {
    ...map, addGradient,
    apply: (_, x, out, batch) => signs.apply(scale, x.subarray(0, map.inSize * batch), out.subarray(0, map.outSize * batch), batch),
    applyAdjoint: (_, y, out, batch) => signs.applyAdjoint(scale, y.subarray(0, map.outSize * batch), out.subarray(0, map.inSize * batch), batch),
  };
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

function structuredSigns({ pattern, signs, zeros, rowScales }: OneBitMatrix): SignMap | undefined {
  if (zeros || rowScales) return undefined;
  if (pattern.kind === 'csr') return signCsr(pattern, signs);
  return pattern.kind === 'toeplitz' && !hasWinograd(pattern) ? signToeplitz(pattern, signs) : undefined;
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
