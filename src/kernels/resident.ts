import { alloc, free } from './memory.js';

const reclaim = new FinalizationRegistry<Float32Array>(free);

/**
 * A copy of an array where kernels work in place, for constants that many calls read. Its memory is given back when nothing
 * refers to the copy any more.
 */
export function resident(array: Float32Array): Float32Array {
  const copy = alloc(array.length);
  copy.set(array);
  // A second view of the same memory: holding the copy itself would keep it alive for ever.
  reclaim.register(copy, new Float32Array(copy.buffer, copy.byteOffset, copy.length));
  return copy;
}
