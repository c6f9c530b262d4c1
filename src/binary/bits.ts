import type { OneBitMatrix, Param } from '../types.js';

/** Weights as codes −1, 0, +1, one a place of the pattern. */
export type Codes = Float32Array;

/** One bit a code: bit 1 where `isSet`, least significant bit first, tail bits 0. */
function bitmap(codes: Codes, isSet: (code: number) => boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil(codes.length / 32));
  for (let i = 0; i < codes.length; i++) if (isSet(codes[i]!)) words[i >>> 5]! |= 1 << (i & 31);
  return words;
}

/** The sign bits of codes. */
export const signBits = (codes: Codes): Uint32Array => bitmap(codes, code => code < 0);

/** Packs codes to sign bits; a second bitmap marks the zeros if there are any. */
export function packCodes({ name, map }: Param, codes: Codes, rowScales?: Float32Array): OneBitMatrix {
  return {
    name, pattern: map!.pattern, signs: signBits(codes),
    ...(codes.includes(0) && { zeros: bitmap(codes, code => code === 0) }),
    ...(rowScales && { rowScales }),
  };
}

/** out = scale · code for every weight, a word at a time; a zero bit wins over its sign bit. */
export function unpackCodes({ signs, zeros }: OneBitMatrix, scale: number, out: Float32Array): void {
  const count = out.length;
  for (let word = 0, at = 0; at < count; word++) {
    const end = Math.min(at + 32, count);
    for (let bits = signs[word]!; at < end; at++, bits >>>= 1) out[at] = bits & 1 ? -scale : scale;
  }
  if (zeros) for (let i = 0; i < count; i++) if (zeros[i >>> 5]! & (1 << (i & 31))) out[i] = 0;
}

/** Throws unless the bitmaps are as long as `count` weights need, with tail bits 0. */
export function checkBits(who: string, words: Uint32Array, count: number): void {
  if (words.length !== Math.ceil(count / 32))
    throw new RangeError(`${who}: expected ${Math.ceil(count / 32)} words for ${count} weights, got ${words.length}`);
  if (count % 32 && words[words.length - 1]! >>> count % 32)
    throw new RangeError(`${who}: expected the bits after the last of ${count} weights to be 0`);
}
