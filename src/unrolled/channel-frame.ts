import type { Param, Shape } from '../types.js';
import { dctMatrix } from '../core/dct.js';
import { gemm, resident, view } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';
import { checkEntries, cosineFrame, framedRows } from './frame.js';

/** What stands in front of kernels. */
export interface Filters {
  /** Its own kernels; computed, as the G of a Frame is. */
  readonly G: Param;
  /** Channels that it gives. */
  readonly channels: number;
}

/** A tight frame across the channels in front of kernels, W = S G at every place of a signal; G has one tap. */
export interface ChannelFrame extends Filters {
  /** S = W Gᵀ of kernels W, ordered out × in × taps, for which S G = W. */
  of(kernels: Float32Array, taps: number): Float32Array;
}

function fixed(name: string, value: Float32Array, shape: Shape, taps: number, from: number, to: number): Param {
  const map = patternMap({
    kind: 'toeplitz', shape, support: shape.map(() => taps), origin: shape.map(() => taps >> 1), boundary: 'zero', channels: { in: from, out: to },
  });
  return { name, value: resident(value), grad: new Float32Array(0), map, oneBit: false, trainable: false };
}

/** How many filters `dctFilters` has on signals of so many axes. */
export const dctFilterCount = (axes: number, taps: number): number => taps ** axes - 1;

/** The orthonormal DCT-II of the window of `taps` places along each axis around every place but for the window's mean, by frequency in row-major order. */
export function dctFilters(shape: Shape, taps: number): Filters {
  const C = dctMatrix(taps), area = taps ** shape.length, channels = dctFilterCount(shape.length, taps);
  const entries = Float32Array.from({ length: channels * area }, (_, at) => {
    // Convolutions read the window from its end.
    let frequency = Math.floor(at / area) + 1, place = area - 1 - (at % area), product = 1;
    for (const _axis of shape) {
      product *= C[(frequency % taps) * taps + (place % taps)]!;
      frequency = Math.floor(frequency / taps);
      place = Math.floor(place / taps);
    }
    return product;
  });
  return { G: fixed('filters', entries, shape, taps, 1, channels), channels };
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
  return {
    G: fixed(`frame.${from}`, entries, shape, 1, from, channels),
    channels,
    of(kernels, taps) {
      const outs = kernels.length / (from * taps), out = new Float32Array(outs * channels * taps);
      for (let o = 0; o < outs; o++)
        gemm(view(entries, channels, from), view(kernels, from, taps, taps, o * from * taps), view(out, channels, taps, taps, o * channels * taps));
      return out;
    },
  };
}
