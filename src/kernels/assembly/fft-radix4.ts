import { imaginaryOf, inBlock, half, put, realOf, row } from './fft-block';

/** X[k] = a + (−i)^k b + (−1)^k c + i^k d of 4 lines, to `to + k step`. */
// @ts-ignore: decorator
@inline
export function combine4(
  ar: v128, ai: v128, br: v128, bi: v128, cr: v128, ci: v128, dr: v128, di: v128,
  to: usize, step: usize, lane: usize, place: i32, sign: v128,
): void {
  const sr = f32x4.add(ar, cr), si = f32x4.add(ai, ci), tr = f32x4.sub(ar, cr), ti = f32x4.sub(ai, ci);
  const ur = f32x4.add(br, dr), ui = f32x4.add(bi, di), vr = f32x4.sub(br, dr), vi = f32x4.sub(bi, di);
  put(to, lane, place, f32x4.add(sr, ur), f32x4.add(si, ui), sign);
  put(to + step, lane, place, f32x4.add(tr, vi), f32x4.sub(ti, vr), sign);
  put(to + 2 * step, lane, place, f32x4.sub(sr, ur), f32x4.sub(si, ui), sign);
  put(to + 3 * step, lane, place, f32x4.sub(tr, vi), f32x4.add(ti, vr), sign);
}

/** The same of 4 entries `apart` bytes apart in a block, of which the last three are first turned by the factors at w. */
// @ts-ignore: decorator
@inline
export function turn4(
  from: usize, apart: usize, w: usize, to: usize, step: usize, lane: usize, place: i32, sign: v128,
): void {
  let p = from + apart, xr = v128.load(p), xi = v128.load(p, 16), wr = v128.load32_splat(w), wi = v128.load32_splat(w, 4);
  const br = realOf(xr, xi, wr, wi), bi = imaginaryOf(xr, xi, wr, wi);
  p = from + 2 * apart; xr = v128.load(p); xi = v128.load(p, 16); wr = v128.load32_splat(w, 8); wi = v128.load32_splat(w, 12);
  const cr = realOf(xr, xi, wr, wi), ci = imaginaryOf(xr, xi, wr, wi);
  p = from + 3 * apart; xr = v128.load(p); xi = v128.load(p, 16); wr = v128.load32_splat(w, 16); wi = v128.load32_splat(w, 20);
  const dr = realOf(xr, xi, wr, wi), di = imaginaryOf(xr, xi, wr, wi);
  combine4(v128.load(from), v128.load(from, 16), br, bi, cr, ci, dr, di, to, step, lane, place, sign);
}

/** As `radix2`. */
export function radix4(block: usize, n: i32, m: i32, twiddles: usize): void {
  const apart = <usize>m * row, end = block + <usize>n * row, sign = i32x4.splat(0);
  for (let x = block; x < end; x += 3 * apart)
    for (let w = twiddles, stop = x + apart; x < stop; w += 24, x += row) {
      turn4(x, apart, w, x, apart, 0, inBlock, sign);
      turn4(x + half, apart, w, x + half, apart, 0, inBlock, sign);
    }
}
