const sliceMs = 4;

/** Runs `work(count)` in slices; how they are cut has no part in what is computed. */
export function sliced(work: (count: number) => void): (left: number) => number {
  let size = 1;
  return left => {
    const count = Math.min(left, size), began = performance.now();
    work(count);
    const took = performance.now() - began;
    if (count === size) size = Math.max(1, Math.round(size * Math.min(4, Math.max(0.25, sliceMs / Math.max(took, 0.01)))));
    return count;
  };
}
