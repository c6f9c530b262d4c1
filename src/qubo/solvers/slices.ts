import type { SpinWalker } from '../../kernels/index.js';

const sliceMs = 4, firstSpins = 2 ** 16;

/** Runs `work(count)` in slices, the first of `first`; how they are cut has no part in what is computed. */
export function sliced(work: (count: number) => void, first = 1): (left: number) => number {
  let size = first;
  return left => {
    const count = Math.min(left, size), began = performance.now();
    work(count);
    const took = performance.now() - began;
    if (count === size) size = Math.max(1, Math.round(size * Math.min(4, Math.max(0.25, sliceMs / Math.max(took, 0.01)))));
    return count;
  };
}

/** Steepest descent in slices: each call is one, and false the last. */
export function descending(walker: SpinWalker, n: number): () => boolean {
  let ended = false;
  const work = sliced(flips => { ended = walker.descend(flips); }, Math.ceil(firstSpins / (n + 1)));
  return () => {
    work(Infinity);
    return !ended;
  };
}
