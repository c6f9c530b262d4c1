import type { Pattern, PatternMap } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { conv3x3, conv3x3InputGradient, conv3x3WeightGradient, scratch, temp } from '../index.js';
import { columnsMap } from './columns.js';

export type ChannelPattern = Pattern & { kind: 'toeplitz'; channels: { in: number; out: number } };

/** Whether Winograd's kernel takes it: 3×3 kernels between channels, zeros past the ends. */
export const hasWinograd = ({ shape, support, origin, boundary, channels }: Pattern & { kind: 'toeplitz' }): boolean =>
  channels !== undefined && shape.length === 2 && support.every(k => k === 3) && origin.every(o => o === 1) && boundary === 'zero';

/** One kernel for each pair of an input and an output channel; 3×3 kernels on zero-extended images run on a kernel of their own. */
export function channelsMap(pattern: ChannelPattern): PatternMap {
  return hasWinograd(pattern) ? squareMap(pattern) : columnsMap(pattern);
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
