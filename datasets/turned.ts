import type { Dataset, Tensor } from '../src/types.js';
import { flat, formatShape } from '../src/core/array.js';
import { random } from '../src/core/random.js';
import { dataset, UNLIMITED } from './dataset.js';

/** Smallest size of a slice that is shrunk. */
const smallest = 0.75;

/**
 * Whole square images in 0…255 that are dark at their ends (slices of a body), scaled to 0…1: mirrored and turned by quarters, and
 * every second one by any angle about its centre and shrunk to 0.75 … 1, with 0 outside. Test signals are the images as they are.
 */
export function turnedSlices(list: readonly { readonly name: string; readonly image: Tensor }[], { seed }: { seed: number }): Dataset {
  if (!list.length) throw new RangeError('turnedSlices: expected at least one image, got none');
  const side = list[0]!.image.shape[0]!;
  for (const { name, image } of list)
    if (image.shape.length !== 2 || image.shape.some(n => n !== side))
      throw new RangeError(`${name}: expected a gray image of ${side} x ${side}, got ${formatShape(image.shape)}`);
  const centre = (side - 1) / 2, data = list.map(({ image }) => flat(image));
  return dataset({
    name: `${side}x${side} slices, turned`,
    shape: [side, side],
    size: { train: UNLIMITED, test: list.length },
    fill(split, index, out) {
      if (split === 'test') return out.set(data[index]!.map(value => value / 255));
      const rng = random(seed, 0x7475726e, index), from = data[rng.integer(data.length)]!, symmetry = rng.integer(8), free = rng.integer(2) === 1;
      const angle = free ? 2 * Math.PI * rng.uniform() : 0, scale = free ? smallest + (1 - smallest) * rng.uniform() : 1;
      const cos = Math.cos(angle) / scale, sin = Math.sin(angle) / scale;
      const pixel = (r: number, c: number): number => (r >= 0 && c >= 0 && r < side && c < side ? from[r * side + c]! : 0);
      for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) {
        const r = symmetry & 1 ? side - 1 - i : i, c = symmetry & 2 ? side - 1 - j : j, [u, v] = symmetry & 4 ? [c, r] : [r, c];
        if (!free) {
          out[i * side + j] = pixel(u, v) / 255;
          continue;
        }
        const y = centre + cos * (u - centre) - sin * (v - centre), x = centre + sin * (u - centre) + cos * (v - centre);
        const top = Math.floor(y), left = Math.floor(x), a = y - top, b = x - left;
        out[i * side + j] = ((1 - a) * ((1 - b) * pixel(top, left) + b * pixel(top, left + 1)) +
          a * ((1 - b) * pixel(top + 1, left) + b * pixel(top + 1, left + 1))) / 255;
      }
    },
  });
}
