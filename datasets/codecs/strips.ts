import { inflate } from '../inflate.js';
import { compressions } from './tiff-layout.js';

/**
 * How many bytes a strip of a TIFF holds when it is expanded, told without expanding it, or some number above `most`: the decoder
 * leaves zeros where there is less than it needs, and inflates to any length.
 */
export function stripLength(strip: Uint8Array, compression: number, most: number): number {
  switch (compression) {
    case compressions.lzw:
      return lzwLength(strip, most);
    case compressions.packBits:
      return packBitsLength(strip);
    case compressions.deflate:
    case compressions.oldDeflate:
      return inflate(strip, most).length;
    default:
      return strip.length;
  }
}

/** A count n ≥ 0 stands before n + 1 bytes, −127 ≤ n < 0 before one byte that is meant 1 − n times; −128 means nothing. */
function packBitsLength(strip: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < strip.length; ) {
    const n = (strip[at++]! << 24) >> 24;
    if (n === -128) continue;
    length += n >= 0 ? Math.min(n + 1, strip.length - at) : at < strip.length ? 1 - n : 0;
    at += n >= 0 ? n + 1 : 1;
  }
  return length;
}

const clear = 256,
  end = 257,
  codes = 4096;

/** Codes of 9 to 12 bits, the most significant bit first; a code gets wider one code before it would have to. */
function lzwLength(strip: Uint8Array, most: number): number {
  const lengths = new Uint32Array(codes).fill(1, 0, clear);
  let length = 0,
    next = end + 1,
    width = 9,
    previous = 0;
  for (let bit = 0; bit + width <= 8 * strip.length && length <= most; ) {
    const at = bit >> 3,
      word = (strip[at]! << 16) | (strip[at + 1]! << 8) | strip[at + 2]!;
    const code = (word >> (24 - width - (bit & 7))) & ((1 << width) - 1);
    bit += width;
    if (code === end) break;
    if (code === clear) {
      next = end + 1;
      width = 9;
      previous = 0;
      continue;
    }
    const own = code < next ? lengths[code]! : previous + 1;
    if (previous && next < codes) lengths[next++] = previous + 1;
    if (next + 1 >= 1 << width && width < 12) width++;
    length += own;
    previous = own;
  }
  return length;
}
