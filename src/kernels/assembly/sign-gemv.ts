// out = scale · S x for a matrix S of signs and one vector, activations rounded to 14 bits. Each 4 numbers of x give a table of
// the 16 signed sums they can have, 16 bits each, kept as a plane of low and a plane of high bytes (T-MAC, Wei et al. 2024, with
// two planes): one swizzle a plane answers for 16 rows. Layout of S: sign-sums.ts.
import { clear, finish, flush, four, largest, rounding, spoil } from './sign-sums';

const peak: f32 = 8191;  // four of them and the bias fit 16 bits
const sums = memory.data(128, 16);
/** Columns whose byte sums fit 16 bits: 256 tables. */
const span = 1024;

/** Bytes of scratch for the tables; half of them do for sign-gemv-fast.ts. */
export function signGemvScratch(cols: i32): i32 {
  return ((cols + 3) >> 2) << 5;
}

/** One of the integers of `v` as 8 lanes of 16 bits. */
// @ts-ignore: decorator
@inline
function all(v: v128, lane: i32): v128 {
  switch (lane) {
    case 0: return i8x16.shuffle(v, v, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
    case 1: return i8x16.shuffle(v, v, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5);
    case 2: return i8x16.shuffle(v, v, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9);
    default: return i8x16.shuffle(v, v, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13);
  }
}

function tables(x: usize, cols: i32, inverse: f32, to: usize): void {
  const by = f32x4.splat(inverse), whole = f32x4.splat(rounding), bytes = i16x8.splat(255), bias = i16x8.splat(-32768);
  const s0 = i16x8(1, -1, 1, -1, 1, -1, 1, -1), s1 = i16x8(1, 1, -1, -1, 1, 1, -1, -1), s2 = i16x8(1, 1, 1, 1, -1, -1, -1, -1);
  for (let k = 0; k < cols; k += 4, to += 32) {
    const q = f32x4.add(f32x4.mul(four(x, k, cols), by), whole), last = all(q, 3);
    const three = i16x8.add(i16x8.add(bias, i16x8.mul(all(q, 0), s0)), i16x8.add(i16x8.mul(all(q, 1), s1), i16x8.mul(all(q, 2), s2)));
    const plus = i16x8.add(three, last), minus = i16x8.sub(three, last);
    v128.store(to, i8x16.narrow_i16x8_u(v128.and(plus, bytes), v128.and(minus, bytes)));
    v128.store(to, i8x16.narrow_i16x8_u(i16x8.shr_u(plus, 8), i16x8.shr_u(minus, 8)), 16);
  }
}

export function signGemv(w: usize, x: usize, out: usize, rows: i32, cols: i32, scale: f32, scratch: usize): void {
  const most = largest(x, cols);
  if (!(most < f32.MAX_VALUE)) return spoil(out, rows);
  // Below 1e-30 the inverse could overflow: such numbers count as 0.
  tables(x, cols, most > 1e-30 ? peak / most : 0, scratch);
  const step = scale * most / peak, nibble = i8x16.splat(15);
  for (let i = 0; i < rows; i += 32, out += 128) {
    clear(sums);
    for (let k = 0; k < cols; k += span) {
      const groups = (min(span, cols - k) + 3) >> 2;
      let a = i16x8.splat(0), aOdd = a, b = a, bOdd = a, c = a, cOdd = a, d = a, dOdd = a;
      let t = scratch + (<usize>k << 3);
      const end = t + (<usize>groups << 5);
      for (; t < end; t += 32, w += 16) {
        const v = v128.load(w), first = v128.and(v, nibble), second = v128.and(i16x8.shr_u(v, 4), nibble);
        const low = v128.load(t), high = v128.load(t, 16);
        let r = i8x16.swizzle(low, first);
        a = i16x8.add(a, r); aOdd = i16x8.add(aOdd, i16x8.shr_u(r, 8));
        r = i8x16.swizzle(low, second);
        b = i16x8.add(b, r); bOdd = i16x8.add(bOdd, i16x8.shr_u(r, 8));
        r = i8x16.swizzle(high, first);
        c = i16x8.add(c, r); cOdd = i16x8.add(cOdd, i16x8.shr_u(r, 8));
        r = i8x16.swizzle(high, second);
        d = i16x8.add(d, r); dOdd = i16x8.add(dOdd, i16x8.shr_u(r, 8));
      }
      const unbias = i32x4.splat(-32768 * groups), none = i32x4.splat(0);
      flush(sums, a, aOdd, 0, unbias);
      flush(sums + 64, b, bOdd, 0, unbias);
      flush(sums, c, cOdd, 8, none);
      flush(sums + 64, d, dOdd, 8, none);
    }
    finish(sums, out, rows - i, step);
  }
}
