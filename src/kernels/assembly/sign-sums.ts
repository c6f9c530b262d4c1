// What the table kernels on sign bits share. A tile is 32 rows by 4 columns of ±1 weights in 16 bytes: the low nibble of byte r
// holds row r, the high nibble row r + 16, bit b of a nibble is column b, a set bit means −1. The tiles of 32 rows follow one
// another along the columns, then come the next 32 rows. Swizzle looks 16 sums of 4 up at once.

/** Adding 1.5 · 2²³ leaves a number rounded to an integer in the low bits of its f32. */
export const rounding: f32 = 12582912;

/** Four numbers of x from column k on; columns past the end are 0. */
// @ts-ignore: decorator
@inline
export function four(x: usize, k: i32, cols: i32): v128 {
  const p = x + (<usize>k << 2);
  if (k + 4 <= cols) return v128.load(p);
  let v = v128.load32_zero(p);
  if (k + 1 < cols) v = f32x4.replace_lane(v, 1, f32.load(p, 4));
  return k + 2 < cols ? f32x4.replace_lane(v, 2, f32.load(p, 8)) : v;
}

/** The largest magnitude; NaN or infinite where some number is. */
export function largest(x: usize, n: i32): f32 {
  let most = f32x4.splat(0);
  for (let k = 0; k < n; k += 4) most = f32x4.max(most, f32x4.abs(four(x, k, n)));
  return max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
}

/**
 * Adds 16 rows' sums of bytes to 16 i32. `all` holds even + 256 · odd bytes modulo 2¹⁶, `odd` the odd bytes' sums: that costs one
 * operation less a look-up than widening both. Each is shifted left by `shift` and moved by `offset` first.
 */
// @ts-ignore: decorator
@inline
export function flush(sums: usize, all: v128, odd: v128, shift: i32, offset: v128): void {
  const even = i16x8.sub(all, i16x8.shl(odd, 8));
  const low = i16x8.shuffle(even, odd, 0, 8, 1, 9, 2, 10, 3, 11), high = i16x8.shuffle(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
  add(sums, i32x4.extend_low_i16x8_u(low), shift, offset);
  add(sums + 16, i32x4.extend_high_i16x8_u(low), shift, offset);
  add(sums + 32, i32x4.extend_low_i16x8_u(high), shift, offset);
  add(sums + 48, i32x4.extend_high_i16x8_u(high), shift, offset);
}

// @ts-ignore: decorator
@inline
function add(sums: usize, value: v128, shift: i32, offset: v128): void {
  v128.store(sums, i32x4.add(v128.load(sums), i32x4.add(offset, i32x4.shl(value, shift))));
}

/** 32 sums start at 0; stores are quicker than a call of memory.fill. */
// @ts-ignore: decorator
@inline
export function clear(sums: usize): void {
  for (let at: usize = 0; at < 128; at += 16) v128.store(sums + at, i32x4.splat(0));
}

/** out[0 … rows − 1] = scale · sums. */
// @ts-ignore: decorator
@inline
export function finish(sums: usize, out: usize, rows: i32, scale: f32): void {
  if (rows >= 32) {
    const by = f32x4.splat(scale);
    for (let at: usize = 0; at < 128; at += 16) v128.store(out + at, f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums + at)), by));
  } else for (let i: usize = 0; i < <usize>rows; i++) f32.store(out + (i << 2), scale * <f32>i32.load(sums + (i << 2)));
}

/** Rows of NaN: what a product with a number that is not finite gives. */
export function spoil(out: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, out += 4) f32.store(out, f32.NaN);
}
