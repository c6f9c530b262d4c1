import type { OneBitMatrix, PatternMap } from '../types.js';
import { unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { weightCount } from '../core/pattern.js';
import { axpby, scratch, signCsr, signProduct, signToeplitz, temp, type Precision, type Product, type SignMap } from '../kernels/index.js';
import { hasWinograd, patternMap, signalBySignal } from '../kernels/maps/index.js';

/**
 * A linear map that holds bits alone. Dense, block-diagonal, sparse and most convolutions' signs are multiplied as they are, and so
 * are ternary codes and channel scales of dense and block-diagonal ones. Elsewhere the weights are written out in f32 for the length
 * of one product: in 3×3 convolutions of channels, where Winograd's on floats is quicker (1.2 to 1.4 times at 32 channels), in
 * Fourier filters, and for ternary codes and channel scales on other patterns.
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

/** The sum of two products. */
function sumOf(A: Product, B: Product): Product {
  const both = (verb: 'apply' | 'applyAdjoint'): Product['apply'] => (x, out, lanes) => scratch(() => {
    const second = temp(out.length);
    A[verb](x, out, lanes);
    B[verb](x, second, lanes);
    axpby(1, out, 1, second, out);
  });
  return { ...A, apply: both('apply'), applyAdjoint: both('applyAdjoint') };
}

/** The product with factors for the columns, again and again where blocks share their weights. */
function columnwise(A: Product, factors: Float32Array): Product {
  const times = (x: Float32Array, out: Float32Array, lanes: number): void => {
    for (let j = 0, at = 0; j < A.inSize; j++) {
      const factor = factors[j % factors.length]!;
      for (const end = at + lanes; at < end; at++) out[at] = factor * x[at]!;
    }
  };
  return {
    ...A,
    apply: (x, out, lanes) => scratch(() => {
      const scaled = temp(x.length);
      times(x, scaled, lanes);
      A.apply(scaled, out, lanes);
    }),
    applyAdjoint(y, out, lanes) {
      A.applyAdjoint(y, out, lanes);
      times(out, out, lanes);
    },
  };
}

/**
 * The product with signs, ternary codes or channel scales on the kernels of signs, where the pattern has one: ternary codes are half
 * the sum of two sign matrices that differ where the code is 0.
 */
export function signProductOf(matrix: OneBitMatrix, scale: number, precision: Precision): Product | undefined {
  const { pattern, zeros, rowScales } = matrix;
  const part = (zero: number): Product | undefined => {
    const weights = (): Float32Array => {
      const codes = new Float32Array(weightCount(pattern));
      unpackCodes(matrix, 1, codes);
      return zeros ? codes.map(code => code || zero) : codes;
    };
    return signProduct(pattern, { weights, scale: () => (zeros ? scale / 2 : scale) }, precision);
  };
  const plus = part(1);
  if (!plus) return undefined;
  const codes = zeros ? sumOf(plus, part(-1)!) : plus;
  return rowScales ? columnwise(codes, rowScales) : codes;
}
