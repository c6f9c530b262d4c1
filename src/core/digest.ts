/** A 32-bit digest of arrays' bits (FNV-1a on words): tells one training from another, and is no protection against forgery. */
export function digest(arrays: Iterable<Float32Array>): number {
  let hash = 0x811c9dc5;
  for (const { buffer, byteOffset, length } of arrays)
    for (const word of new Uint32Array(buffer, byteOffset, length)) hash = Math.imul(hash ^ word, 0x01000193);
  return hash >>> 0;
}
