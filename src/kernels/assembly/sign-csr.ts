// Sparse ±1 matrices. `list` holds the columns of every row, first those of +1, then those of −1, as u16 or (`wide`) u32;
// `ends` holds 2 rows + 1 byte positions in it: where each of these runs begins, and the end of the last.
import { signedSums } from './signed-sums';

// @ts-ignore: decorator
@inline
function entry<T>(x: usize, at: usize): usize {
  return x + (<usize>load<T>(at) << 2);
}

/** Four listed numbers in one vector: the sums are then one addition for four. */
// @ts-ignore: decorator
@inline
function four<T>(x: usize, at: usize): v128 {
  const v = v128.load_lane<f32>(entry<T>(x, at + sizeof<T>()), v128.load32_zero(entry<T>(x, at)), 1);
  return v128.load_lane<f32>(entry<T>(x, at + 3 * sizeof<T>()), v128.load_lane<f32>(entry<T>(x, at + 2 * sizeof<T>()), v, 2), 3);
}

// @ts-ignore: decorator
@inline
function vector<T>(ends: usize, list: usize, x: usize, out: usize, rows: i32, scale: f32): void {
  let at = list;
  for (; rows > 0; rows--, ends += 8, out += 4) {
    let sum = f32x4.splat(0), rest: f32 = 0;
    const minus = list + <usize>i32.load(ends, 4), end = list + <usize>i32.load(ends, 8);
    for (; at + 4 * sizeof<T>() <= minus; at += 4 * sizeof<T>()) sum = f32x4.add(sum, four<T>(x, at));
    for (; at < minus; at += sizeof<T>()) rest += f32.load(entry<T>(x, at));
    for (; at + 4 * sizeof<T>() <= end; at += 4 * sizeof<T>()) sum = f32x4.sub(sum, four<T>(x, at));
    for (; at < end; at += sizeof<T>()) rest -= f32.load(entry<T>(x, at));
    const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1), high = f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
    f32.store(out, scale * (low + high + rest));
  }
}

/** out = scale · S x for one vector. */
export function signCsr(wide: bool, ends: usize, list: usize, x: usize, out: usize, rows: i32, scale: f32): void {
  if (wide) vector<u32>(ends, list, x, out, rows, scale);
  else vector<u16>(ends, list, x, out, rows, scale);
}

// @ts-ignore: decorator
@inline
function block<T>(
  vectors: i32, shift: usize, ends: usize, list: usize, x: usize, out: usize, outRow: usize, rows: i32, lanes: i32, scale: f32,
): void {
  for (; rows > 0; rows--, ends += 8, out += outRow)
    signedSums<T>(list + <usize>i32.load(ends), list + <usize>i32.load(ends, 4), list + <usize>i32.load(ends, 8), x, shift, vectors,
      out, lanes, scale, false);
}

/**
 * The same for vectors side by side: x has 16 numbers a row, or 8 if `lanes` ≤ 8, of which the first `lanes` ≤ 16 become numbers
 * of out, whose rows lie `outRow` bytes apart.
 */
export function signCsrLanes(
  wide: bool, ends: usize, list: usize, x: usize, out: usize, outRow: usize, rows: i32, lanes: i32, scale: f32,
): void {
  if (lanes > 8) {
    if (wide) block<u32>(4, 6, ends, list, x, out, outRow, rows, lanes, scale);
    else block<u16>(4, 6, ends, list, x, out, outRow, rows, lanes, scale);
  } else if (wide) block<u32>(2, 5, ends, list, x, out, outRow, rows, lanes, scale);
  else block<u16>(2, 5, ends, list, x, out, outRow, rows, lanes, scale);
}

/** A block of `lanes` vectors out of x, whose rows lie `xRow` bytes apart: rows of `width` numbers, those past `lanes` anything. */
export function gatherLanes(x: usize, xRow: usize, lanes: i32, width: i32, to: usize, rows: i32): void {
  const whole = <usize>(lanes & ~3) << 2, end = <usize>lanes << 2, row = <usize>width << 2;
  for (; rows > 0; rows--, x += xRow, to += row) {
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(to + at, v128.load(x + at));
    for (; at < end; at += 4) f32.store(to + at, f32.load(x + at));
  }
}
