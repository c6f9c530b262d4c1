import { sizeOf, tensor } from '../src/core/array.js';
import { random } from '../src/core/random.js';
import type { CheckpointStore } from '../src/unrolled/checkpoint.js';
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

/** Checkpoints that no disk sees. */
export function memoryStore(): CheckpointStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return { files, load: key => files.get(key), save: (key, bytes) => { files.set(key, bytes.slice()); } };
}
