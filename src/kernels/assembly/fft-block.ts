// A block holds 8 lines of complex numbers side by side, so that one instruction works on the same entry of 4 lines. Entry i of
// the lines is row i: re of lines 0-3, im of lines 0-3, re of lines 4-7, im of lines 4-7. A half is 32 bytes of a row: 4 lines.

/** Lines in a block, and bytes of a row and of a half of it. */
export const lanes: i32 = 8, row: usize = 64, half: usize = 32;

/** Where 4 complex numbers lie: in half a row, next to each other as re, im, re, im, …, or in 4 lines `lane` bytes apart. */
export const inBlock: i32 = 0, inColumns: i32 = 1, inRows: i32 = 2;

/** The first two of 4 complex numbers outside a block. */
// @ts-ignore: decorator
@inline
export function low(x: usize, lane: usize, place: i32): v128 {
  return place === inColumns ? v128.load(x) : v128.load64_lane(x + lane, v128.load64_zero(x), 1);
}

/** The last two. */
// @ts-ignore: decorator
@inline
export function high(x: usize, lane: usize, place: i32): v128 {
  return place === inColumns ? v128.load(x, 16) : low(x + 2 * lane, lane, place);
}

// @ts-ignore: decorator
@inline
export function real(low: v128, high: v128): v128 { return i32x4.shuffle(low, high, 0, 2, 4, 6); }

// @ts-ignore: decorator
@inline
export function imaginary(low: v128, high: v128): v128 { return i32x4.shuffle(low, high, 1, 3, 5, 7); }

/** Stores 4 complex numbers; `sign`, sign bits or zeros, conjugates them on the way out of a block. */
// @ts-ignore: decorator
@inline
export function put(to: usize, lane: usize, place: i32, re: v128, im: v128, sign: v128): void {
  if (place === inBlock) {
    v128.store(to, re);
    v128.store(to, im, 16);
    return;
  }
  const turned = v128.xor(im, sign), low = i32x4.shuffle(re, turned, 0, 4, 1, 5), high = i32x4.shuffle(re, turned, 2, 6, 3, 7);
  if (place === inColumns) {
    v128.store(to, low);
    v128.store(to, high, 16);
  } else {
    v128.store64_lane(to, low, 0);
    v128.store64_lane(to + lane, low, 1);
    v128.store64_lane(to + 2 * lane, high, 0);
    v128.store64_lane(to + 3 * lane, high, 1);
  }
}

/** The real part of a b. */
// @ts-ignore: decorator
@inline
export function realOf(ar: v128, ai: v128, br: v128, bi: v128): v128 { return f32x4.sub(f32x4.mul(ar, br), f32x4.mul(ai, bi)); }

/** The imaginary part of a b. */
// @ts-ignore: decorator
@inline
export function imaginaryOf(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.add(f32x4.mul(ar, bi), f32x4.mul(ai, br));
}

/** The same of the entry at x of a block and the factor at w. */
// @ts-ignore: decorator
@inline
export function turnedReal(x: usize, w: usize): v128 {
  return realOf(v128.load(x), v128.load(x, 16), v128.load32_splat(w), v128.load32_splat(w, 4));
}

// @ts-ignore: decorator
@inline
export function turnedImaginary(x: usize, w: usize): v128 {
  return imaginaryOf(v128.load(x), v128.load(x, 16), v128.load32_splat(w), v128.load32_splat(w, 4));
}
