// The same product as sign-gemv.ts with sums of 4 rounded to one byte: half the look-ups, an error near 1 %.
import { clear, finish, flush, four, rounding, spoil } from './sign-sums';

const sums = memory.data(128, 16);
/** Columns whose byte sums fit 16 bits: 256 tables. */
const span = 1024;

/** Sums of neighbours: of a, then of b. */
// @ts-ignore: decorator
@inline
function pairs(a: v128, b: v128): v128 {
  return f32x4.add(i32x4.shuffle(a, b, 0, 2, 4, 6), i32x4.shuffle(a, b, 1, 3, 5, 7));
}

/** The largest sum of 4 magnitudes; not finite where some number is not. */
function largestSum(x: usize, cols: i32): f32 {
  let most = f32x4.splat(0), k = 0;
  for (; k + 16 <= cols; k += 16) {
    const p = x + (<usize>k << 2);
    most = f32x4.max(most, pairs(pairs(f32x4.abs(v128.load(p)), f32x4.abs(v128.load(p, 16))), pairs(f32x4.abs(v128.load(p, 32)), f32x4.abs(v128.load(p, 48)))));
  }
  for (; k < cols; k += 4) {
    const pair = pairs(f32x4.abs(four(x, k, cols)), f32x4.splat(0));
    most = f32x4.max(most, pairs(pair, pair));
  }
  return max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
}

/** Numbers below 2²² rounded to integers: see `rounding`. */
// @ts-ignore: decorator
@inline
function rounded(v: v128): v128 {
  return i32x4.sub(f32x4.add(v, f32x4.splat(rounding)), i32x4.splat(reinterpret<i32>(rounding)));
}

function tables(x: usize, cols: i32, inverse: f32, to: usize): void {
  const by = f32x4.splat(inverse), bias = i16x8.splat(128), s0 = f32x4(1, -1, 1, -1), s1 = f32x4(1, 1, -1, -1);
  for (let k = 0; k < cols; k += 4, to += 16) {
    const v = f32x4.mul(four(x, k, cols), by);
    const pair = f32x4.add(f32x4.mul(f32x4.splat(f32x4.extract_lane(v, 0)), s0), f32x4.mul(f32x4.splat(f32x4.extract_lane(v, 1)), s1));
    const x2 = f32x4.splat(f32x4.extract_lane(v, 2)), x3 = f32x4.splat(f32x4.extract_lane(v, 3));
    const both = f32x4.add(x2, x3), apart = f32x4.sub(x3, x2);
    const low = i16x8.narrow_i32x4_s(rounded(f32x4.add(pair, both)), rounded(f32x4.add(pair, apart)));
    const high = i16x8.narrow_i32x4_s(rounded(f32x4.sub(pair, apart)), rounded(f32x4.sub(pair, both)));
    v128.store(to, i8x16.narrow_i16x8_u(i16x8.add(low, bias), i16x8.add(high, bias)));
  }
}

export function signGemvFast(w: usize, x: usize, out: usize, rows: i32, cols: i32, scale: f32, scratch: usize): void {
  const most = largestSum(x, cols);
  if (!(most < f32.MAX_VALUE)) return spoil(out, rows);
  tables(x, cols, most > 1e-30 ? 127 / most : 0, scratch);
  const step = scale * most / 127, nibble = i8x16.splat(15);
  for (let i = 0; i < rows; i += 32, out += 128) {
    clear(sums);
    for (let k = 0; k < cols; k += span) {
      const groups = (min(span, cols - k) + 3) >> 2;
      let a = i16x8.splat(0), aOdd = a, b = a, bOdd = a;
      let t = scratch + (<usize>k << 2);
      const end = t + (<usize>groups << 4);
      for (; t + 16 < end; t += 32, w += 32) {
        let v = v128.load(w), table = v128.load(t);
        let r = i8x16.swizzle(table, v128.and(v, nibble));
        a = i16x8.add(a, r); aOdd = i16x8.add(aOdd, i16x8.shr_u(r, 8));
        r = i8x16.swizzle(table, v128.and(i16x8.shr_u(v, 4), nibble));
        b = i16x8.add(b, r); bOdd = i16x8.add(bOdd, i16x8.shr_u(r, 8));
        v = v128.load(w, 16); table = v128.load(t, 16);
        r = i8x16.swizzle(table, v128.and(v, nibble));
        a = i16x8.add(a, r); aOdd = i16x8.add(aOdd, i16x8.shr_u(r, 8));
        r = i8x16.swizzle(table, v128.and(i16x8.shr_u(v, 4), nibble));
        b = i16x8.add(b, r); bOdd = i16x8.add(bOdd, i16x8.shr_u(r, 8));
      }
      if (t < end) {
        const v = v128.load(w), table = v128.load(t);
        let r = i8x16.swizzle(table, v128.and(v, nibble));
        a = i16x8.add(a, r); aOdd = i16x8.add(aOdd, i16x8.shr_u(r, 8));
        r = i8x16.swizzle(table, v128.and(i16x8.shr_u(v, 4), nibble));
        b = i16x8.add(b, r); bOdd = i16x8.add(bOdd, i16x8.shr_u(r, 8));
        w += 16;
      }
      const unbias = i32x4.splat(-128 * groups);
      flush(sums, a, aOdd, 0, unbias);
      flush(sums + 64, b, bOdd, 0, unbias);
    }
    finish(sums, out, rows - i, step);
  }
}
