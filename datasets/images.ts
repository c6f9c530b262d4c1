import type { Dataset, Tensor } from '../src/types.js';
import { flat, formatShape } from '../src/core/array.js';
import { random, type Random } from '../src/core/random.js';
import { dataset, splitSeed } from './dataset.js';

export interface PatchOptions {
  /** Side of the square patches. */
  readonly patch: number;
  readonly seed: number;
  /** Patches as [patch²] in the place of [patch, patch]. */
  readonly flat?: boolean;
  /** Random symmetries of the square, and random shrinking to 0.6 … 1 of the size for half of the patches. */
  readonly augment?: boolean;
  /** Images that test patches are cut from, without augmentation; the training images unless given. */
  readonly test?: readonly { readonly name: string; readonly image: Tensor }[];
}

const smallestScale = 0.6;

/** Bilinear value at a place inside the image. */
function at(image: Float32Array, width: number, height: number, row: number, col: number): number {
  const r = Math.min(height - 1, Math.max(0, row)),
    c = Math.min(width - 1, Math.max(0, col));
  const i = Math.min(height - 2, Math.floor(r)),
    j = Math.min(width - 2, Math.floor(c)),
    a = r - i,
    b = c - j,
    from = i * width + j;
  return (
    (1 - a) * ((1 - b) * image[from]! + b * image[from + 1]!) +
    a * ((1 - b) * image[from + width]! + b * image[from + width + 1]!)
  );
}

/**
 * Random patches of luma images [h, w] in 0…255, scaled to 0…1. Images are drawn with equal probability, and then a place.
 * Throws a RangeError for an image smaller than a patch.
 */
export function images(
  list: readonly { readonly name: string; readonly image: Tensor }[],
  { patch, seed, flat: flatten = false, augment = false, test = list }: PatchOptions,
): Dataset {
  if (!Number.isSafeInteger(patch) || patch < 2)
    throw new RangeError(`images: expected patches of at least 2 pixels, got ${patch}`);
  if (!list.length || !test.length) throw new RangeError('images: expected at least one image, got none');
  for (const { name, image } of [...list, ...test])
    if (image.shape.length !== 2 || image.shape.some(n => n < patch))
      throw new RangeError(`${name}: expected a gray image of at least ${patch} x ${patch}, got ${formatShape(image.shape)}`);
  const shape = flatten ? [patch * patch] : [patch, patch];

  function draw(rng: Random, from: typeof list, altered: boolean, out: Float32Array): void {
    const { image } = from[rng.integer(from.length)]!,
      [h, w] = image.shape as [number, number],
      data = flat(image);
    const symmetry = altered ? rng.integer(8) : 0,
      limit = Math.max(smallestScale, (patch + 1) / Math.min(h, w));
    const scale = altered && limit < 1 && rng.integer(2) ? limit + (1 - limit) * rng.uniform() : 1;
    const reach = Math.ceil(patch / scale),
      top = rng.integer(h - reach + 1),
      left = rng.integer(w - reach + 1),
      last = patch - 1;
    for (let i = 0; i < patch; i++)
      for (let j = 0; j < patch; j++) {
        const r = symmetry & 1 ? last - i : i,
          c = symmetry & 2 ? last - j : j,
          [u, v] = symmetry & 4 ? [c, r] : [r, c];
        out[i * patch + j] =
          (scale === 1
            ? data[(top + u) * w + left + v]!
            : at(data, w, h, top + (u + 0.5) / scale - 0.5, left + (v + 0.5) / scale - 0.5)) / 255;
      }
  }
  return dataset({
    name: `${patch}x${patch} patches of ${list.length} images`,
    shape,
    fill(split, index, out) {
      draw(random(seed, 0x70617463, splitSeed(split), index), split === 'train' ? list : test, augment && split === 'train', out);
    },
  });
}
