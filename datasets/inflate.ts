import { Unzlib } from 'fflate';

/** Compressed bytes that are read at a time. Deflate makes at most 1032 bytes out of one. */
const step = 2 ** 14;

/** Arrays end to end. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

/**
 * What a zlib stream holds. One that holds more than `most` bytes is left soon after (17 MB at the latest), and what comes back is
 * longer than that. Throws fflate's error for a broken stream; its checksum is not verified.
 */
export function inflate(stream: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Unzlib(part => {
    parts.push(part);
    length += part.length;
  });
  for (let at = 0; at < stream.length && length <= most; at += step)
    reader.push(stream.subarray(at, at + step), at + step >= stream.length);
  return joined(parts);
}
