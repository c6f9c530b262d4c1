import type { Param, Shape } from '../types.js';
import { gemm, resident, view } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';
import { checkEntries, cosineFrame, framedRows } from './frame.js';

/** A tight frame across the channels in front of kernels, W = S G at every place of a signal. */
export interface ChannelFrame {
  /** G as kernels of one tap; computed, as the G of a Frame is. */
  readonly G: Param;
  /** Channels that it gives. */
  readonly channels: number;
  /** S = W Gᵀ of kernels W, ordered out × in × taps, for which S G = W. */
  of(kernels: Float32Array, taps: number): Float32Array;
}

/** Channels behind the frame of the redundancy for `from` of them. One channel has no frame: multiples of it span nothing new. */
export const framedChannels = (who: string, from: number, redundancy: number): number => {
  const rows = framedRows(who, from, redundancy);
  return from === 1 ? 1 : rows;
};

/** The frame for kernels that take `from` > 1 channels of signals of `shape`. Throws a RangeError for a redundancy or a size that has none. */
export function channelFrame(who: string, shape: Shape, from: number, redundancy: number): ChannelFrame {
  const channels = framedChannels(who, from, redundancy);
  checkEntries(who, channels * from);
  const entries = cosineFrame(channels, from);
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
