import type { OneBitMatrix, Pattern, PatternMap } from '../types.js';
import { signBits, unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { weightCount } from '../core/pattern.js';
import { axpby, scratch, signCsr, signProduct, signToeplitz, temp, type Precision, type Product, type SignalSigns } from '../kernels/index.js';
import { fourierSigns, hasWinograd, patternMap, signalBySignal } from '../kernels/maps/index.js';

/**
 * A linear map that holds bits alone. Dense, block-diagonal, sparse and Fourier-diagonal signs and ternary codes and most convolutions'
 * signs are multiplied as they are, and so are channel scales of dense and block-diagonal ones. Elsewhere the weights are written out in
 * f32 for the length of one product: in 3×3 convolutions of channels, where Winograd's on floats is quicker (1.2 to 1.4 times at 32
 * channels), in convolutions with ternary codes, and for several channels' scales on other patterns.
 */
export function packedMap(matrix: OneBitMatrix, scale: number, precision: Precision): PatternMap {
  const map = patternMap(matrix.pattern);
  const addGradient = (): never => { throw new TypeError(`${matrix.name}: packed sign bits cannot be trained`); };
  const product = signProductOf(matrix, scale, precision);
  if (product) return { ...signalBySignal(map, product), addGradient };
  const signs = structuredSigns(matrix), factor = scale * (matrix.rowScales?.[0] ?? 1);
  if (signs) return {
    ...map, addGradient,
    apply: (_, x, out, batch) => signs.apply(factor, x.subarray(0, map.inSize * batch), out.subarray(0, map.outSize * batch), batch),
    applyAdjoint: (_, y, out, batch) => signs.applyAdjoint(factor, y.subarray(0, map.outSize * batch), out.subarray(0, map.inSize * batch), batch),
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

function codesOf(matrix: OneBitMatrix): Float32Array {
  const codes = new Float32Array(weightCount(matrix.pattern));
  unpackCodes(matrix, 1, codes);
  return codes;
}

function structuredSigns(matrix: OneBitMatrix): SignalSigns | undefined {
  const { pattern, signs, zeros, rowScales } = matrix;
  if (rowScales && rowScales.length > 1) return undefined;
  if (pattern.kind === 'diagonal' && pattern.basis === 'fourier') {
    const codes = codesOf(matrix);
    return fourierSigns(pattern, j => codes[j]!);
  }
  if (pattern.kind === 'csr') return zeros ? nonzeros(pattern, codesOf(matrix)) : signCsr(pattern, signs);
  return pattern.kind === 'toeplitz' && !zeros && !hasWinograd(pattern) ? signToeplitz(pattern, signs) : undefined;
}

/** Ternary codes on a sparse pattern are signs on the sparser one of their nonzeros. */
function nonzeros(pattern: Pattern & { kind: 'csr' }, codes: Float32Array): SignalSigns {
  const colIdx = pattern.colIdx.filter((_, k) => codes[k]), rowPtr = new Uint32Array(pattern.rowPtr.length);
  for (let i = 0; i < pattern.rows; i++)
    rowPtr[i + 1] = rowPtr[i]! + codes.subarray(pattern.rowPtr[i], pattern.rowPtr[i + 1]).reduce((count, code) => count + Math.abs(code), 0);
  return signCsr({ ...pattern, rowPtr, colIdx }, signBits(codes.filter(code => code)));
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
    const weights = (): Float32Array => (zeros ? codesOf(matrix).map(code => code || zero) : codesOf(matrix));
    return signProduct(pattern, { weights, scale: () => (zeros ? scale / 2 : scale) }, precision);
  };
  const plus = part(1);
  if (!plus) return undefined;
  const codes = zeros ? sumOf(plus, part(-1)!) : plus;
  return rowScales ? columnwise(codes, rowScales) : codes;
}
