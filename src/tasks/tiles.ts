import type { Boundary, OneBitNetwork, Tensor } from '../types.js';
import { resized } from '../../operators/index.js';
import { flat, tensor } from '../core/array.js';
import { onOperator } from '../binary/one-bit-network.js';
import { pack } from '../packed/engine.js';

export interface TileOptions {
  /** Pixels a side. */
  readonly tile?: number;
  /** How far a tile reaches past the part that it settles alone: more than the network sees is wasted. */
  readonly overlap?: number;
  /** How the image goes on past its ends: 'reflect' where that is unknown, else as its blur took it to go on. */
  readonly boundary?: Boundary;
}

/** Tiles that run through the network together: bounds the memory. */
const together = 4;

/** The pixel of 0 to n − 1 that stands at place i past the ends; −1 for none. */
const continued: Readonly<Record<Boundary, (i: number, n: number) => number>> = {
  circular: (i, n) => ((i % n) + n) % n,
  zero: (i, n) => (i >= 0 && i < n ? i : -1),
  // d c b a | a b c d | d c b a
  reflect(i, n) {
    const at = ((i % (2 * n)) + 2 * n) % (2 * n);
    return at < n ? at : 2 * n - 1 - at;
  },
};

/** Throws unless tiles advance by at least their overlap, so that no more than two of a row meet at a pixel. */
export function checkTiles({ tile = 128, overlap = 16 }: TileOptions): void {
  if (!Number.isSafeInteger(tile) || !Number.isSafeInteger(overlap) || overlap < 2 || tile < 3 * overlap)
    throw new RangeError(
      `reconstruct: expected an overlap of at least 2 and tiles of at least 3 overlaps, got ${overlap} and ${tile}`,
    );
}

/**
 * Reconstructs degraded images [h, w] of any size, in tiles that overlap: each tile's outer half margin is dropped and its inner
 * half is blended with its neighbours'. For physics that knows no size (a blur). The network is packed once for all images.
 */
export function tiledReconstructor(net: OneBitNetwork, options: TileOptions = {}): (y: Tensor) => Tensor {
  checkTiles(options);
  const { tile = 128, overlap = 16, boundary = 'reflect' } = options,
    step = tile - 2 * overlap,
    size = tile * tile;
  const engine = pack(onOperator(net, resized(net.problem.operator, [tile, tile]))),
    source = continued[boundary];
  const ramp = Float32Array.from({ length: tile }, (_, i) =>
    Math.min(1, Math.max(0, (2 * Math.min(i, tile - 1 - i) + 1 - overlap) / overlap)),
  );
  return y => {
    const [h, w] = y.shape as [number, number],
      data = flat(y),
      sums = new Float32Array(h * w),
      weights = new Float32Array(h * w);
    const corners: [number, number][] = [];
    for (let r = -overlap; r < h - overlap; r += step) for (let c = -overlap; c < w - overlap; c += step) corners.push([r, c]);
    for (let at = 0; at < corners.length; at += together) {
      const part = corners.slice(at, at + together),
        input = new Float32Array(part.length * size);
      part.forEach(([r, c], b) => {
        const columns = Int32Array.from({ length: tile }, (_, j) => source(c + j, w));
        for (let i = 0; i < tile; i++) {
          const row = source(r + i, h);
          if (row < 0) continue;
          for (let j = 0; j < tile; j++) if (columns[j]! >= 0) input[b * size + i * tile + j] = data[row * w + columns[j]!]!;
        }
      });
      const out = engine.reconstruct(tensor(input, [part.length, tile, tile])).data;
      part.forEach(([r, c], b) => {
        for (let i = Math.max(0, -r); i < Math.min(tile, h - r); i++)
          for (let j = Math.max(0, -c); j < Math.min(tile, w - c); j++) {
            const weight = ramp[i]! * ramp[j]!,
              to = (r + i) * w + c + j;
            sums[to]! += weight * out[b * size + i * tile + j]!;
            weights[to]! += weight;
          }
      });
    }
    return tensor(
      sums.map((sum, i) => sum / weights[i]!),
      [h, w],
    );
  };
}

/** One image; for several, `tiledReconstructor` packs the network once. */
export const reconstructTiled = (net: OneBitNetwork, y: Tensor, options?: TileOptions): Tensor =>
  tiledReconstructor(net, options)(y);
