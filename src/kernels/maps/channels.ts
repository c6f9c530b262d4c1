import type { Pattern, PatternMap } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { boundary } from '../../core/boundary.js';
import { conv3x3, conv3x3InputGradient, conv3x3WeightGradient, gemm, scratch, temp, transposed, view } from '../index.js';

type ChannelPattern = Pattern & { kind: 'toeplitz'; channels: { in: number; out: number } };

/** One kernel for each pair of an input and an output channel; 3×3 kernels on zero-extended images run on a kernel of their own. */
export function channelsMap(pattern: ChannelPattern): PatternMap {
  const { shape, support, origin } = pattern;
  const direct = shape.length === 2 && support.every(k => k === 3) && origin.every(o => o === 1) && pattern.boundary === 'zero';
  return direct ? squareMap(pattern) : columnsMap(pattern);
}

function squareMap(pattern: ChannelPattern): PatternMap {
  const { channels, shape } = pattern, size = sizeOf(shape), count = 9 * channels.in * channels.out;
  const sizes = { channelsIn: channels.in, channelsOut: channels.out, height: shape[0]!, width: shape[1]! };
  // The kernel correlates, a convolution turns its taps.
  const turned = (w: Float32Array): Float32Array => {
    const out = temp(count);
    for (let at = 0; at < count; at += 9) for (let t = 0; t < 9; t++) out[at + t] = w[at + 8 - t]!;
    return out;
  };
  return {
    pattern, inSize: channels.in * size, outSize: channels.out * size, count,
    apply: (w, x, out, batch) => scratch(() => conv3x3(x, turned(w), out, { ...sizes, batch })),
    applyAdjoint: (w, y, out, batch) => scratch(() => conv3x3InputGradient(y, turned(w), out, { ...sizes, batch })),
    addGradient: (x, y, gw, batch) => scratch(() => {
      const sums = temp(count).fill(0);
      conv3x3WeightGradient(x, y, sums, { ...sizes, batch });
      for (let at = 0; at < count; at += 9) for (let t = 0; t < 9; t++) gw[at + t]! += sums[at + 8 - t]!;
    }),
  };
}

/** Any support and boundary: every pixel's neighbourhood becomes a column, and the convolution a matrix product. */
function columnsMap(pattern: ChannelPattern): PatternMap {
  const { channels, shape, support } = pattern, size = sizeOf(shape), taps = sizeOf(support);
  const depth = channels.in * taps, inSize = channels.in * size, outSize = channels.out * size;
  const { source, padded: [, row] } = boundary(shape, support, pattern.origin, pattern.boundary);
  const width = shape.at(-1)!, tapsWide = support.at(-1)!;
  // place[t * size + i]: the entry of the signal under tap t of output i, −1 where it is zero.
  const place = Int32Array.from({ length: taps * size }, (_, at) => {
    const s = taps - 1 - Math.floor(at / size), i = at % size;
    return source[(Math.floor(i / width) + Math.floor(s / tapsWide)) * row + (i % width) + (s % tapsWide)]!;
  });
  function columns(x: Float32Array, out: Float32Array): void {
    for (let c = 0, to = 0; c < channels.in; c++)
      for (let at = 0; at < place.length; at++, to++) out[to] = place[at]! < 0 ? 0 : x[c * size + place[at]!]!;
  }
  function addBack(cols: Float32Array, x: Float32Array): void {
    for (let c = 0, from = 0; c < channels.in; c++)
      for (let at = 0; at < place.length; at++, from++) if (place[at]! >= 0) x[c * size + place[at]!]! += cols[from]!;
  }
  const each = (batch: number, run: (b: number, cols: Float32Array) => void): void => scratch(() => {
    const cols = temp(depth * size);
    for (let b = 0; b < batch; b++) run(b, cols);
  });
  return {
    pattern, inSize, outSize, count: depth * channels.out,
    apply: (w, x, out, batch) => each(batch, (b, cols) => {
      columns(x.subarray(b * inSize, (b + 1) * inSize), cols);
      gemm(view(w, channels.out, depth), view(cols, depth, size), view(out, channels.out, size, size, b * outSize));
    }),
    applyAdjoint(w, y, out, batch) {
      out.fill(0, 0, batch * inSize);
      each(batch, (b, cols) => {
        gemm(transposed(view(w, channels.out, depth)), view(y, channels.out, size, size, b * outSize), view(cols, depth, size));
        addBack(cols, out.subarray(b * inSize, (b + 1) * inSize));
      });
    },
    addGradient: (x, y, gw, batch) => each(batch, (b, cols) => {
      columns(x.subarray(b * inSize, (b + 1) * inSize), cols);
      gemm(view(y, channels.out, size, size, b * outSize), transposed(view(cols, depth, size)), view(gw, channels.out, depth), true);
    }),
  };
}
