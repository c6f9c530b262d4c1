// The ways of 8 lines into a block and out of it. Entry i of line l lies at x + l lane + i step: either lane or step is 8, the
// bytes of a complex number. Lines in the rows of an array go 4 at a time, because 8 at a power of two apart would put each
// other out of the cache. A first stage of radix 4 is done on the way in, a last one on the way out.
import { half, high, imaginary, inBlock, inColumns, inRows, low, put, real, row } from './fft-block';
import { combine4, turn4 } from './fft-radix4';

/** Entry i to the row at places[i], its parts times re and im. */
// @ts-ignore: decorator
@inline
function gather(
  x: usize, lane: usize, step: usize, block: usize, width: usize, places: usize, n: i32, re: v128, im: v128, place: i32,
): void {
  for (const end = x + <usize>n * step; x < end; x += step, places += 4) {
    const to = block + <usize>i32.load(places);
    for (let at: usize = 0, from = x; at < width; at += half, from += 4 * lane) {
      const a = low(from, lane, place), b = high(from, lane, place);
      put(to + at, 0, inBlock, f32x4.mul(re, real(a, b)), f32x4.mul(im, imaginary(a, b)), re);
    }
  }
}

/** The same and a stage of radix 4: the places of entries n/4 apart follow one another. */
// @ts-ignore: decorator
@inline
function gather4(
  x: usize, lane: usize, step: usize, block: usize, width: usize, places: usize, n: i32, re: v128, im: v128, place: i32,
): void {
  const apart = <usize>(n >> 2) * step;
  for (const end = x + apart; x < end; x += step, places += 4) {
    const to = block + <usize>i32.load(places);
    for (let at: usize = 0, p = x; at < width; at += half, p += 4 * lane) {
      const q = p + apart, r = q + apart, s = r + apart;
      const a = low(p, lane, place), A = high(p, lane, place), b = low(q, lane, place), B = high(q, lane, place);
      const c = low(r, lane, place), C = high(r, lane, place), d = low(s, lane, place), D = high(s, lane, place);
      combine4(
        f32x4.mul(re, real(a, A)), f32x4.mul(im, imaginary(a, A)), f32x4.mul(re, real(b, B)), f32x4.mul(im, imaginary(b, B)),
        f32x4.mul(re, real(c, C)), f32x4.mul(im, imaginary(c, C)), f32x4.mul(re, real(d, D)), f32x4.mul(im, imaginary(d, D)),
        to + at, row, 0, inBlock, re);
    }
  }
}

// @ts-ignore: decorator
@inline
function scatter(
  block: usize, width: usize, x: usize, lane: usize, step: usize, n: i32, sign: v128, place: i32,
): void {
  for (const end = block + <usize>n * row; block < end; block += row, x += step)
    for (let at: usize = 0, to = x; at < width; at += half, to += 4 * lane)
      put(to, lane, place, v128.load(block + at), v128.load(block + at, 16), sign);
}

// @ts-ignore: decorator
@inline
function scatter4(
  block: usize, width: usize, w: usize, x: usize, lane: usize, step: usize, n: i32, sign: v128, place: i32,
): void {
  const apart = <usize>(n >> 2) * row, jump = <usize>(n >> 2) * step;
  for (const end = block + apart; block < end; block += row, x += step, w += 24)
    for (let at: usize = 0, to = x; at < width; at += half, to += 4 * lane)
      turn4(block + at, apart, w, to, jump, lane, place, sign);
}

/** 8 lines into a block, times `scale` and conjugated where `inverse`; with a first stage of radix 4 if `first`. */
export function enter(
  x: usize, lane: usize, step: usize, block: usize, places: usize, n: i32, scale: f32, inverse: bool, first: bool,
): void {
  const re = f32x4.splat(scale), im = f32x4.splat(inverse ? -scale : scale);
  if (lane === 8) {
    if (first) gather4(x, 8, step, block, row, places, n, re, im, inColumns);
    else gather(x, 8, step, block, row, places, n, re, im, inColumns);
  } else for (let at: usize = 0; at < row; at += half, x += 4 * lane) {
    if (first) gather4(x, lane, 8, block + at, half, places, n, re, im, inRows);
    else gather(x, lane, 8, block + at, half, places, n, re, im, inRows);
  }
}

/** A block's n rows out to 8 lines, conjugated where `inverse`; with a last stage of radix 4 by the factors at w if `last`. */
export function leave(
  block: usize, w: usize, x: usize, lane: usize, step: usize, n: i32, inverse: bool, last: bool,
): void {
  const sign = i32x4.splat(inverse ? 0x80000000 : 0);
  if (lane === 8) {
    if (last) scatter4(block, row, w, x, 8, step, n, sign, inColumns);
    else scatter(block, row, x, 8, step, n, sign, inColumns);
  } else for (let at: usize = 0; at < row; at += half, x += 4 * lane) {
    if (last) scatter4(block + at, half, w, x, lane, 8, n, sign, inRows);
    else scatter(block + at, half, x, lane, 8, n, sign, inRows);
  }
}
