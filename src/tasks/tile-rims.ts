import type { Boundary } from '../types.js';

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

/** A number of the tile is share · the image at place `from` and the rest of it at `other`; a place of −1 is 0. */
export interface Source {
  readonly from: number;
  readonly other: number;
  readonly share: number;
}

/**
 * Where the numbers along one axis of a tile that begins at `first` come from. Where tiles fade, the outer half of the overlap, which
 * is dropped, goes over into what lies one period further: blurred images that change into each other slowly are nearly the blur of
 * such a sharp one.
 */
export function sourcesOf(
  { tile, overlap, fades }: { readonly tile: number; readonly overlap: number; readonly fades: boolean }, first: number, n: number, boundary: Boundary,
): Source[] {
  const faded = fades ? overlap / 2 : 0,
    place = continued[boundary];
  return Array.from({ length: tile }, (_, i) => {
    const depth = Math.min(i, tile - 1 - i) + 0.5, from = place(first + i, n);
    if (depth >= faded) return { from, other: from, share: 1 };
    return { from, other: place(first + i + (i < tile / 2 ? tile : -tile), n), share: (1 + Math.sin((Math.PI * depth) / (2 * faded))) / 2 };
  });
}

/**
 * Past the ends of an image that were not seen, a reflection is no blur of anything, and rings: what A makes of the tile takes its place,
 * and goes over into what was measured within the reach of the blur (edge taper).
 */
export function taper(input: Float32Array, blurred: Float32Array, tile: number, [r, c]: readonly [number, number], [h, w]: readonly number[], reach: number): void {
  const depth = (i: number, n: number): number => Math.min(i, n - 1 - i) + 0.5;
  for (let i = 0, at = 0; i < tile; i++)
    for (let j = 0; j < tile; j++, at++) {
      const own = Math.min(1, Math.max(0, Math.min(depth(r + i, h!), depth(c + j, w!)) / reach));
      input[at] = own * input[at]! + (1 - own) * blurred[at]!;
    }
}
