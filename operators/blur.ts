import type { Tensor } from '../src/types.js';
import { tensor } from '../src/core/array.js';
import { checkCounts } from './checks.js';

/** Finer steps along a motion than pixels, so that the line is smooth. */
const subPixels = 16;

const normalized = (values: Float64Array, side: number): Tensor => {
  const sum = values.reduce((total, value) => total + value, 0);
  return tensor(
    Float32Array.from(values, value => value / sum),
    [side, side],
  );
};

/** exp(−r²/2σ²) on a square of odd side, summing to 1. */
export function gaussianKernel({ size, sigma }: { size: number; sigma: number }): Tensor {
  checkCounts('gaussianKernel', { size });
  if (size % 2 === 0) throw new RangeError(`gaussianKernel: expected an odd size, got ${size}`);
  if (!(sigma > 0 && sigma < Infinity)) throw new RangeError(`gaussianKernel: expected sigma > 0, got ${sigma}`);
  const centre = size >> 1;
  return normalized(
    Float64Array.from({ length: size * size }, (_, i) =>
      Math.exp(-((Math.floor(i / size) - centre) ** 2 + ((i % size) - centre) ** 2) / (2 * sigma ** 2)),
    ),
    size,
  );
}

/** A straight camera motion of `length` pixels at `angle` degrees, counter-clockwise from the right; bilinear, summing to 1, odd side. */
export function motionKernel({ length, angle }: { length: number; angle: number }): Tensor {
  if (!(length >= 1 && length < 1000))
    throw new RangeError(`motionKernel: expected a length from 1 to 1000 pixels, got ${length}`);
  if (!Number.isFinite(angle)) throw new RangeError(`motionKernel: expected an angle in degrees, got ${angle}`);
  const centre = Math.ceil((length - 1) / 2) + 1,
    side = 2 * centre + 1,
    values = new Float64Array(side * side);
  const steps = Math.ceil((length - 1) * subPixels),
    along = (angle * Math.PI) / 180;
  for (let k = 0; k <= steps; k++) {
    const t = steps ? (length - 1) * (k / steps - 0.5) : 0,
      x = centre + t * Math.cos(along),
      y = centre - t * Math.sin(along);
    const j = Math.floor(x),
      i = Math.floor(y),
      b = x - j,
      a = y - i;
    for (const [row, col, part] of [
      [i, j, (1 - a) * (1 - b)],
      [i, j + 1, (1 - a) * b],
      [i + 1, j, a * (1 - b)],
      [i + 1, j + 1, a * b],
    ] as const)
      if (part > 0) values[row * side + col]! += part;
  }
  return normalized(values, side);
}

/** A box of equal weights, summing to 1. */
export function uniformKernel(size: number): Tensor {
  checkCounts('uniformKernel', { size });
  return normalized(new Float64Array(size * size).fill(1), size);
}
