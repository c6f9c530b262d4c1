import { alloc, contains, free } from './memory.js';

/** Room in the kernels' memory that stays until it is given back: for `who`, with a RangeError where there is none. */
export const claimer = (who: string) => (words: number): Float32Array => {
  const array = alloc(words);
  if (words && !contains(array)) throw new RangeError(`${who}: expected room for ${4 * words} bytes in memory, got none`);
  return array;
};

/** What `make` gives; where it throws, what was claimed before is given back. */
export function orFree<T>(claimed: readonly Float32Array[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    claimed.forEach(free);
    throw error;
  }
}
