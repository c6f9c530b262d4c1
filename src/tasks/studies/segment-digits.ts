import { random } from '../../core/random.js';
import type { LabelledImages, LabelledSplit } from './labelled-images.js';

/** Segments of a digital clock's ten digits: top, upper left, upper right, middle, lower left, lower right, bottom. */
const digits = ['1110111', '0010010', '1011101', '1011011', '0111010', '1101011', '1101111', '1010010', '1111111', '1111011'];
/** The pixels of each segment in 5 rows of 3. */
const segments = [[0, 1, 2], [0, 3, 6], [2, 5, 8], [6, 7, 8], [6, 9, 12], [8, 11, 14], [12, 13, 14]];

const height = 6, width = 4, noise = 0.15, faintest = 0.5, places = 2;
const splits = { train: 0, test: 1 } as const;

function drawn(split: keyof typeof splits, count: number, seed: number): LabelledImages {
  const pixels = new Float32Array(count * height * width), labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const rng = random(seed, splits[split], i), label = labels[i] = rng.integer(10);
    const top = rng.integer(places), left = rng.integer(places), strength = faintest + (1 - faintest) * rng.uniform();
    const image = pixels.subarray(i * height * width, (i + 1) * height * width);
    segments.forEach((ink, s) => {
      if (digits[label]![s] === '1') for (const at of ink) image[(top + Math.floor(at / 3)) * width + left + at % 3] = strength;
    });
    for (let p = 0; p < image.length; p++) image[p] = Math.max(0, Math.min(1, image[p]! + noise * rng.normal()));
  }
  return { shape: [1, height, width], count, classes: 10, pixels, labels };
}

interface Counts { readonly train: number; readonly test: number; readonly seed: number }

/** Seven-segment digits of 5 × 3 pixels at four places of a 6 × 4 image, of random strength, with white noise; pure in its arguments. */
export const segmentDigits = ({ train, test, seed }: Counts): LabelledSplit => ({
  data: `seven-segment digits 6×4, ${train} to train and ${test} to test, seed ${seed}`,
  train: drawn('train', train, seed),
  test: drawn('test', test, seed),
});
