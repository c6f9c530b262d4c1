import type { Boundary, LinearOperator, OneBitNetwork, Tensor, UnrolledNetwork } from '../types.js';
import { resized } from '../../operators/index.js';
import { flat, tensor } from '../core/array.js';
import { onOperator } from '../binary/one-bit-network.js';
import { pack } from '../packed/engine.js';
import { sourcesOf, taper, type Source } from './tile-rims.js';

export interface TileOptions {
  /** Pixels a side. */
  readonly tile?: number;
  /** How far a tile reaches past the part that it settles alone: more than the network sees is wasted. */
  readonly overlap?: number;
  /** How the image goes on past its ends: 'reflect' where that is unknown, else as its blur took it to go on. */
  readonly boundary?: Boundary;
}

/** Pixels that run through the network together, or those of one tile: bounds the memory. */
const most = 4 * 128 ** 2;

/** How an operator takes an image to go on past its ends. */
export function boundaryOf(operator: LinearOperator): Boundary {
  const pattern = operator.pattern();
  return pattern.kind === 'toeplitz' ? pattern.boundary : 'reflect';
}

/** Pixels a side; the layers of a larger tile take gigabytes. */
const largest = 4096;

interface Tiles {
  readonly tile: number;
  readonly overlap: number;
  /** Whether the network takes each tile for a period, and sees all of it. */
  readonly fades: boolean;
}

/**
 * The tiles of a network: what the options say, or as large as it needs. A proximal step undoes the blur of the whole tile as if it
 * were a period, so that a jump from one rim to the other rings far; a gradient step sees no further than the blur. Throws a RangeError
 * unless tiles advance by at least their overlap, so that no more than two of a row meet at a pixel.
 */
export function tilesOf({ description: { args }, problem: { operator } }: UnrolledNetwork, options: TileOptions = {}): Tiles {
  const proximal = args['dataStep'] === 'proximal', { tile = proximal ? 256 : 128, overlap = proximal ? 48 : 16 } = options;
  if (!Number.isSafeInteger(tile) || !Number.isSafeInteger(overlap) || overlap < 2 || tile < 3 * overlap)
    throw new RangeError(
      `reconstruct: expected an overlap of at least 2 and tiles of at least 3 overlaps, got ${overlap} and ${tile}`,
    );
  const pattern = operator.pattern(), least = pattern.kind === 'toeplitz' ? Math.max(...pattern.support) : 1;
  if (tile < least || tile > largest) throw new RangeError(`reconstruct: expected tiles of ${least} to ${largest} pixels a side, got ${tile}`);
  return { tile, overlap, fades: proximal && boundaryOf(operator) === 'circular' };
}

/**
 * Reconstructs degraded images [h, w] of any size, in tiles that overlap: each tile's outer half margin is dropped and its inner
 * half is blended with its neighbours'. For physics that knows no size (a blur). The network is packed once for all images.
 */
export function tiledReconstructor(net: OneBitNetwork, options: TileOptions = {}): (y: Tensor) => Tensor {
  const tiles = tilesOf(net, options),
    { tile, overlap } = tiles,
    { boundary = 'reflect' } = options,
    step = tile - 2 * overlap,
    size = tile * tile,
    together = Math.max(1, Math.floor(most / size));
  const A = resized(net.problem.operator, [tile, tile]),
    engine = pack(onOperator(net, A)),
    pattern = A.pattern(),
    reach = pattern.kind === 'toeplitz' ? Math.max(2, Math.max(...pattern.support) >> 1) : 2;
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
        const columns = sourcesOf(tiles, c, w, boundary),
          at = (row: number, { from, other, share }: Source): number =>
            row < 0 ? 0 : share * (from < 0 ? 0 : data[row * w + from]!) + (1 - share) * (other < 0 ? 0 : data[row * w + other]!);
        sourcesOf(tiles, r, h, boundary).forEach(({ from, other, share }, i) => {
          for (let j = 0, to = b * size + i * tile; j < tile; j++, to++)
            input[to] = share * at(from, columns[j]!) + (share < 1 ? (1 - share) * at(other, columns[j]!) : 0);
        });
        if (tiles.fades && boundary === 'reflect') {
          const own = input.subarray(b * size, (b + 1) * size);
          taper(own, A.forward(tensor(own, [tile, tile])).data, tile, [r, c], [h, w], reach);
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
