import type { Pattern, Shape } from '../types.js';
import { sizeOf } from '../core/array.js';
import { boundary } from '../core/boundary.js';
import { scratch } from './memory.js';
import { resident } from './resident.js';
import { byTaps, signCorrelation, tablesPay, type NegativeTap, type SignCorrelation, type SignCorrelationShape } from './sign-correlate.js';
import { checkSignals, checkSigns, isNegative, type SignMap } from './sign-map.js';
import { kernels, readable, room, writable, writeBack } from './wasm.js';

type Toeplitz = Pattern & { kind: 'toeplitz' };

/** Runs of neighbouring places in the signal, for assembly/runs.ts; −1 is a zero. */
function runsOf(source: Int32Array): Float32Array {
  const runs: number[] = [];
  for (let at = 0; at < source.length;) {
    const from = source[at]!, start = at++;
    while (at < source.length && source[at] === (from < 0 ? from : from + at - start)) at++;
    runs.push(from, at - start);
  }
  return resident(new Float32Array(Int32Array.from(runs).buffer));
}

/** Zeros all around images of height × width: kh − 1 rows above and below, kw − 1 columns left and right. */
function zerosAround(height: number, width: number, kh: number, kw: number): Int32Array {
  const row = width + 2 * (kw - 1);
  return Int32Array.from({ length: (height + 2 * (kh - 1)) * row }, (_, at) => {
    const i = Math.floor(at / row) - (kh - 1), j = (at % row) - (kw - 1);
    return i < 0 || i >= height || j < 0 || j >= width ? -1 : i * width + j;
  });
}

/** One direction of the map on flat signals: extend, correlate and, where outputs are an extended signal, fold them. */
interface Direction {
  readonly shape: SignCorrelationShape;
  readonly negative: NegativeTap;
  /** How inputs of `inSize` places a channel are extended. */
  readonly extend: Float32Array;
  readonly inSize: number;
  /** How outputs are folded to `outSize` places a channel. */
  readonly fold?: Float32Array;
  readonly outSize: number;
}

/** `lanes` signals side by side, or 1. */
function run(side: Direction, correlation: SignCorrelation, scale: number, x: number, out: number, lanes: number): void {
  const { shape: { channels, height, width, kh, kw, kernels: count }, extend, fold, inSize, outSize } = side, unit = 4 * lanes;
  const padded = room(channels * height * width * lanes + correlation.spare).byteOffset, work = room(correlation.work).byteOffset;
  kernels.copyRuns(x, inSize * unit, channels, readable(extend).byteOffset, extend.length / 2, unit, padded);
  const to = fold ? room(count * (height - kh + 1) * (width - kw + 1) * lanes).byteOffset : out;
  correlation.run(scale, padded, to, work);
  if (fold) kernels.addRuns(to, outSize * unit, count, readable(fold).byteOffset, fold.length / 2, unit, out);
}

/** Both faces of one direction. */
function faces(side: Direction): Record<'signals' | 'lanes', SignMap['apply']> {
  const { shape, inSize, outSize } = side, from = shape.channels * inSize, to = shape.kernels * outSize, tables = tablesPay(shape);
  let single: SignCorrelation | undefined, many: { lanes: number; correlation: SignCorrelation } | undefined;
  function signals(scale: number, x: number, out: number, batch: number): void {
    single ??= signCorrelation(shape, side.negative);
    for (let b = 0; b < batch; b++) scratch(() => run(side, single!, scale, x + 4 * b * from, out + 4 * b * to, 1));
  }
  function lanes(scale: number, x: number, out: number, count: number): void {
    if (count === 1) return signals(scale, x, out, 1);
    if (!tables) {
      if (many?.lanes !== count) many = { lanes: count, correlation: byTaps(shape, side.negative, count) };
      return run(side, many.correlation, scale, x, out, count);
    }
    // Tables are for neighbours along the signal: signals side by side are turned first.
    const turned = room(from * count).byteOffset, results = room(to * count).byteOffset;
    kernels.transpose(x, 4 * count, from, count, turned, 4 * from);
    signals(scale, turned, results, count);
    kernels.transpose(results, 4 * to, count, to, out, 4 * count);
  }
  const face = (multiply: typeof signals): SignMap['apply'] => (scale, x, out, count) => {
    checkSignals('signToeplitz', x, from, out, to, count);
    scratch(() => {
      const written = writable(out);
      multiply(scale, readable(x).byteOffset, written.byteOffset, count);
      writeBack(written, out);
    });
  };
  return { signals: face(signals), lanes: face(lanes) };
}

/**
 * Signs on a convolution's pattern, 1-D or 2-D, of one channel or many, with any boundary: bit 1 = −1, least significant bit
 * first, in the pattern's order. Many kernels share tables of sums of 4 neighbouring numbers; few take tap by tap.
 */
export function signToeplitz(pattern: Toeplitz, signs: Uint32Array): SignMap {
  const { shape, support, origin, boundary: kind } = pattern, { in: from, out: to } = pattern.channels ?? { in: 1, out: 1 };
  const taps = sizeOf(support), size = sizeOf(shape), [kh, kw] = [support.length > 1 ? support[0]! : 1, support.at(-1)!];
  checkSigns('signToeplitz', signs, from * to * taps);
  const opposite: Shape = support.map((k, axis) => k - 1 - origin[axis]!);
  let ahead: ReturnType<typeof faces> | undefined, back: ReturnType<typeof faces> | undefined;

  // A convolution correlates with its taps turned.
  function forward(): ReturnType<typeof faces> {
    const { source, padded: [height, width] } = boundary(shape, support, origin, kind);
    return faces({
      shape: { channels: from, kernels: to, height, width, kh, kw }, extend: runsOf(source), inSize: size, outSize: size,
      negative: (o, c, t) => isNegative(signs, (o * from + c) * taps + taps - 1 - t),
    });
  }
  // The adjoint's taps are as they stand: over the same boundary from the opposite origin, except that what a reflection copied
  // must be added back to where it came from.
  function adjoint(): ReturnType<typeof faces> {
    const negative: NegativeTap = (o, c, t) => isNegative(signs, (c * from + o) * taps + t);
    const sizes = { channels: to, kernels: from, kh, kw }, rest = { negative, inSize: size, outSize: size };
    if (kind !== 'reflect') {
      const { source, padded: [height, width] } = boundary(shape, support, opposite, kind);
      return faces({ ...rest, shape: { ...sizes, height, width }, extend: runsOf(source) });
    }
    const { source, padded: [height, width] } = boundary(shape, support, origin, kind);
    const rows = height - kh + 1, cols = width - kw + 1;
    return faces({
      ...rest, shape: { ...sizes, height: height + kh - 1, width: width + kw - 1 },
      extend: runsOf(zerosAround(rows, cols, kh, kw)), fold: runsOf(source),
    });
  }
  return {
    inSize: from * size, outSize: to * size,
    apply: (...args) => (ahead ??= forward()).signals(...args),
    applyAdjoint: (...args) => (back ??= adjoint()).signals(...args),
    applyLanes: (...args) => (ahead ??= forward()).lanes(...args),
    applyLanesAdjoint: (...args) => (back ??= adjoint()).lanes(...args),
  };
}
