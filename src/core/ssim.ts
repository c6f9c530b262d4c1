import type { Tensor } from '../types.js';
import { flat, formatShape, sameShape } from './array.js';

const radius = 5,
  sigma = 1.5,
  K1 = 0.01,
  K2 = 0.03;
/** Pixels a side of the window. */
export const ssimWindow = 2 * radius + 1;
const window = (() => {
  const values = Array.from({ length: ssimWindow }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map(value => value / sum);
})();

/** Weighted means over the window, for every place where it lies inside. */
function smoothed(image: Float64Array, h: number, w: number): Float64Array {
  const width = w - 2 * radius,
    height = h - 2 * radius,
    rows = new Float64Array(h * width),
    out = new Float64Array(height * width);
  for (let r = 0; r < h; r++)
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let k = 0; k <= 2 * radius; k++) sum += window[k]! * image[r * w + c + k]!;
      rows[r * width + c] = sum;
    }
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let k = 0; k <= 2 * radius; k++) sum += window[k]! * rows[(r + k) * width + c]!;
      out[r * width + c] = sum;
    }
  return out;
}

/**
 * Structural similarity (Wang, Bovik, Sheikh & Simoncelli 2004): 11×11 Gaussian window of sigma 1.5, K₁ = 0.01, K₂ = 0.03,
 * population variances, mean over the places where the window lies inside the image. Equals scikit-image's
 * structural_similarity with gaussian_weights=True, sigma=1.5, use_sample_covariance=False, whose mean leaves out the same 5
 * pixels a side. `peak` is the range of the values.
 */
export function ssim(estimate: Tensor, truth: Tensor, { peak }: { peak: number }): number {
  if (truth.shape.length !== 2 || truth.shape.some(n => n <= 2 * radius))
    throw new RangeError(
      `ssim: expected images [h,w] of at least ${2 * radius + 1} pixels a side, got ${formatShape(truth.shape)}`,
    );
  if (!sameShape(estimate.shape, truth.shape))
    throw new RangeError(`ssim: expected shape ${formatShape(truth.shape)}, got ${formatShape(estimate.shape)}`);
  if (!(peak > 0)) throw new RangeError(`ssim: expected peak > 0, got ${peak}`);
  const [h, w] = truth.shape as [number, number],
    x = Float64Array.from(flat(estimate)),
    y = Float64Array.from(flat(truth));
  const times = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value * b[i]!);
  const [mx, my, xx, yy, xy] = [x, y, times(x, x), times(y, y), times(x, y)].map(image => smoothed(image, h, w)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const c1 = (K1 * peak) ** 2,
    c2 = (K2 * peak) ** 2;
  let sum = 0;
  for (let i = 0; i < mx.length; i++) {
    const a = mx[i]!,
      b = my[i]!,
      covariance = xy[i]! - a * b,
      variances = xx[i]! - a * a + yy[i]! - b * b;
    sum += ((2 * a * b + c1) * (2 * covariance + c2)) / ((a * a + b * b + c1) * (variances + c2));
  }
  return sum / mx.length;
}
