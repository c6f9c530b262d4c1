import type { Param, Shape } from '../types.js';
import { gemm, resident, view } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';
import { cosineFrame, framedRows } from './frame.js';

/** A tight frame across the channels in front of kernels, W = S G at every place of a signal. */
export interface ChannelFrame {
  /** G as kernels of one tap; computed, as the G of a Frame is. */
  readonly G: Param;
  /** Channels that it gives. */
  readonly channels: number;
  /** S = W Gᵀ of kernels W, ordered out × in × taps, for which S G = W. */
  of(kernels: Float32Array, taps: number): Float32Array;
}

/** The frame for kernels that take `from` channels of signals of `shape`. Throws a RangeError for a redundancy that has none. */
export function channelFrame(who: string, shape: Shape, from: number, redundancy: number): ChannelFrame {
  const channels = framedRows(who, from, redundancy), entries = cosineFrame(channels, from);
  const map = patternMap({
    kind: 'toeplitz', shape, support: shape.map(() => 1), origin: shape.map(() => 0), boundary: 'zero', channels: { in: from, out: channels },
  });
  return {
    G: { name: `frame.${from}`, value: resident(entries), grad: new Float32Array(0), map, oneBit: false, trainable: false },
    channels,
    of(kernels, taps) {
      const outs = kernels.length / (from * taps), out = new Float32Array(outs * channels * taps);
      for (let o = 0; o < outs; o++)
        gemm(view(entries, channels, from), view(kernels, from, taps, taps, o * from * taps), view(out, channels, taps, taps, o * channels * taps));
      return out;
    },
  };
}
