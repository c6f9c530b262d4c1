import { random } from '../../core/random.js';
import { pixelsPer, type LabelledImages } from './labelled-images.js';

const side = 3;

/** Standard normal filters of 3 × 3 over all planes, scaled to unit length on average: filters × planes × 3 × 3. */
export function randomFilters(filters: number, planes: number, seed: number): Float64Array {
  const taps = planes * side * side, rng = random(seed);
  return Float64Array.from({ length: filters * taps }, () => rng.normal() / Math.sqrt(taps));
}

/**
 * Features of each image, count × (filters · pool²) row-major: the mean of max(0, filter ∗ image) (correlation, no padding) over
 * each of pool × pool cells.
 */
export function convolutionFeatures(images: LabelledImages, filters: Float64Array, pool: number): Float64Array {
  const { shape: [planes, height, width], count, pixels } = images, h = height - side + 1, w = width - side + 1;
  if (h < pool || w < pool)
    throw new RangeError(`convolutionFeatures: expected at least ${pool + side - 1} pixels a side, got ${height} × ${width}`);
  const taps = planes * side * side, filterCount = filters.length / taps, size = pixelsPer(images), cells = pool * pool;
  const cellOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => Math.floor(at * pool / length));
  const down = cellOf(h), across = cellOf(w), areas = new Float64Array(cells), row = new Float64Array(w);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) areas[down[y]! * pool + across[x]!]!++;
  const features = new Float64Array(count * filterCount * cells);
  for (let image = 0; image < count; image++)
    for (let k = 0; k < filterCount; k++) {
      const to = (image * filterCount + k) * cells;
      for (let y = 0; y < h; y++) {
        row.fill(0);
        for (let p = 0; p < taps; p++) {
          const tap = filters[k * taps + p]!, plane = Math.floor(p / (side * side)), dy = Math.floor(p / side) % side;
          const from = image * size + (plane * height + y + dy) * width + p % side;
          for (let x = 0; x < w; x++) row[x]! += tap * pixels[from + x]!;
        }
        const cell = to + down[y]! * pool;
        for (let x = 0; x < w; x++) if (row[x]! > 0) features[cell + across[x]!]! += row[x]!;
      }
      for (let c = 0; c < cells; c++) features[to + c]! /= areas[c]!;
    }
  return features;
}

/**
 * Mean and deviation of each of d columns of `train` brought to 0 and 1, those of `test` by the same numbers, and a last column of
 * ones. Constant columns become 0.
 */
export function standardized(train: Float64Array, test: Float64Array, d: number): readonly [Float64Array, Float64Array] {
  const mean = new Float64Array(d), deviation = new Float64Array(d), count = train.length / d;
  train.forEach((value, at) => { mean[at % d]! += value / count; });
  train.forEach((value, at) => { deviation[at % d]! += (value - mean[at % d]!) ** 2 / count; });
  const scale = deviation.map(value => (value > 0 ? 1 / Math.sqrt(value) : 0));
  const of = (values: Float64Array): Float64Array => {
    const out = new Float64Array(values.length / d * (d + 1)).fill(1);
    values.forEach((value, at) => { out[Math.floor(at / d) * (d + 1) + at % d] = (value - mean[at % d]!) * scale[at % d]!; });
    return out;
  };
  return [of(train), of(test)];
}
