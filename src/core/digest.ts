/**
 * A 32-bit digest of arrays' lengths and bits: tells one training from another, and is no protection against forgery. Every step
 * mixes downwards as well, since a flipped sign is a highest bit, which multiplication alone would keep there.
 */
export function digest(arrays: Iterable<Float32Array>): number {
  let hash = 0x811c9dc5;
  const take = (word: number): void => {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  };
  for (const { buffer, byteOffset, length } of arrays) {
    take(length);
    for (const word of new Uint32Array(buffer, byteOffset, length)) take(word);
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
