import { sizeOf, tensor } from '../src/core/array.js';
import { random } from '../src/core/random.js';
import type { Shape, Tensor } from '../src/types.js';

/** Seeded standard normal numbers. */
export function normals(length: number, ...seed: number[]): Float32Array {
  const rng = random(...seed);
  return Float32Array.from({ length }, () => rng.normal());
}

export const normalTensor = (shape: Shape, ...seed: number[]): Tensor => tensor(normals(sizeOf(shape), ...seed), shape);

/** ‖a − b‖ / ‖b‖ in f64. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let error = 0, size = 0;
  for (let i = 0; i < b.length; i++) {
    error += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(error / (size || 1));
}
