// One stage of a transform of n entries, in place: every r transforms of m entries that follow one another become one of rm. Entry
// j of the k-th of them is first turned by exp(−2πijk / rm); these factors lie at `twiddles` for k = 1 … r − 1, j after j.
import { half, row, turnedImaginary, turnedReal } from './fft-block';

export function radix2(block: usize, n: i32, m: i32, twiddles: usize): void {
  const apart = <usize>m * row, end = block + <usize>n * row;
  for (let x = block; x < end; x += apart)
    for (let w = twiddles, stop = x + apart; x < stop; w += 8)
      for (const next = x + row; x < next; x += half) {
        const ar = v128.load(x), ai = v128.load(x, 16), br = turnedReal(x + apart, w), bi = turnedImaginary(x + apart, w);
        store(x, f32x4.add(ar, br), f32x4.add(ai, bi));
        store(x + apart, f32x4.sub(ar, br), f32x4.sub(ai, bi));
      }
}

export function radix3(block: usize, n: i32, m: i32, twiddles: usize): void {
  const apart = <usize>m * row, end = block + <usize>n * row, cosine = f32x4.splat(-0.5), sine = f32x4.splat(0.8660254037844386);
  for (let x = block; x < end; x += 2 * apart)
    for (let w = twiddles, stop = x + apart; x < stop; w += 16)
      for (const next = x + row; x < next; x += half) {
        const p = x + apart, q = p + apart, ar = v128.load(x), ai = v128.load(x, 16);
        const br = turnedReal(p, w), bi = turnedImaginary(p, w), cr = turnedReal(q, w + 8), ci = turnedImaginary(q, w + 8);
        const sr = f32x4.add(br, cr), si = f32x4.add(bi, ci), dr = f32x4.sub(br, cr), di = f32x4.sub(bi, ci);
        store(x, f32x4.add(ar, sr), f32x4.add(ai, si));
        mirrored(p, q, f32x4.add(ar, f32x4.mul(cosine, sr)), f32x4.add(ai, f32x4.mul(cosine, si)),
          f32x4.mul(sine, dr), f32x4.mul(sine, di));
      }
}

export function radix5(block: usize, n: i32, m: i32, twiddles: usize): void {
  const apart = <usize>m * row, end = block + <usize>n * row;
  const cosine1 = f32x4.splat(0.30901699437494745), cosine2 = f32x4.splat(-0.8090169943749475);
  const sine1 = f32x4.splat(0.9510565162951535), sine2 = f32x4.splat(0.5877852522924731), minusSine1 = f32x4.neg(sine1);
  for (let x = block; x < end; x += 4 * apart)
    for (let w = twiddles, stop = x + apart; x < stop; w += 32)
      for (const next = x + row; x < next; x += half) {
        const p1 = x + apart, p2 = p1 + apart, p3 = p2 + apart, p4 = p3 + apart, ar = v128.load(x), ai = v128.load(x, 16);
        const br = turnedReal(p1, w), bi = turnedImaginary(p1, w), er = turnedReal(p4, w + 24), ei = turnedImaginary(p4, w + 24);
        const s1r = f32x4.add(br, er), s1i = f32x4.add(bi, ei), d1r = f32x4.sub(br, er), d1i = f32x4.sub(bi, ei);
        const cr = turnedReal(p2, w + 8), ci = turnedImaginary(p2, w + 8);
        const dr = turnedReal(p3, w + 16), di = turnedImaginary(p3, w + 16);
        const s2r = f32x4.add(cr, dr), s2i = f32x4.add(ci, di), d2r = f32x4.sub(cr, dr), d2i = f32x4.sub(ci, di);
        store(x, f32x4.add(ar, f32x4.add(s1r, s2r)), f32x4.add(ai, f32x4.add(s1i, s2i)));
        mirrored(p1, p4,
          f32x4.add(ar, weighed(s1r, cosine1, s2r, cosine2)), f32x4.add(ai, weighed(s1i, cosine1, s2i, cosine2)),
          weighed(d1r, sine1, d2r, sine2), weighed(d1i, sine1, d2i, sine2));
        mirrored(p2, p3,
          f32x4.add(ar, weighed(s1r, cosine2, s2r, cosine1)), f32x4.add(ai, weighed(s1i, cosine2, s2i, cosine1)),
          weighed(d1r, sine2, d2r, minusSine1), weighed(d1i, sine2, d2i, minusSine1));
      }
}

// @ts-ignore: decorator
@inline
function weighed(a: v128, u: v128, b: v128, v: v128): v128 { return f32x4.add(f32x4.mul(a, u), f32x4.mul(b, v)); }

// @ts-ignore: decorator
@inline
function store(x: usize, re: v128, im: v128): void {
  v128.store(x, re);
  v128.store(x, im, 16);
}

/** u − iv to p, u + iv to q. */
// @ts-ignore: decorator
@inline
function mirrored(p: usize, q: usize, ur: v128, ui: v128, vr: v128, vi: v128): void {
  store(p, f32x4.add(ur, vi), f32x4.sub(ui, vr));
  store(q, f32x4.sub(ur, vi), f32x4.add(ui, vr));
}
