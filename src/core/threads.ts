export const mostThreads = 256;

/** Numbers that all threads see. */
export const sharedFloats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));

/** Throws a RangeError. */
export function checkThreads(who: string, threads: number): void {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > mostThreads)
    throw new RangeError(`${who}: expected 1 to ${mostThreads} threads, got ${threads}`);
}
