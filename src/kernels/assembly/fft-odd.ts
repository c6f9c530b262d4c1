import { half, row, turnedImaginary, turnedReal } from './fft-block';

/** For every two entries k and −k of a group their sum and their difference, 4 lines and then the other 4; for radices up to 127. */
const pairs = memory.data(63 * 128, 16);

// @ts-ignore: decorator
@inline
function pair(p: usize, w: usize, q: usize, v: usize, to: usize): void {
  const ar = turnedReal(p, w), ai = turnedImaginary(p, w), br = turnedReal(q, v), bi = turnedImaginary(q, v);
  v128.store(to, f32x4.add(ar, br));
  v128.store(to, f32x4.add(ai, bi), 16);
  v128.store(to, f32x4.sub(ar, br), 32);
  v128.store(to, f32x4.sub(ai, bi), 48);
}

/** u + iv to p and u − iv to q. */
// @ts-ignore: decorator
@inline
function store(p: usize, q: usize, ur: v128, ui: v128, vr: v128, vi: v128): void {
  v128.store(p, f32x4.sub(ur, vi));
  v128.store(p, f32x4.add(ui, vr), 16);
  v128.store(q, f32x4.add(ur, vi));
  v128.store(q, f32x4.sub(ui, vr), 16);
}

/**
 * As `radix2` for an odd radix, whose roots exp(−2πik / radix) lie at `roots`: X[±k] = u ± iv with
 * u = x[0] + Σ cos(2πjk / radix) (x[j] + x[−j]) and v = −Σ sin(2πjk / radix) (x[j] − x[−j]) over half of the entries.
 */
export function radixOdd(block: usize, n: i32, m: i32, twiddles: usize, radix: i32, roots: usize): void {
  const apart = <usize>m * row, end = block + <usize>n * row, whole = <usize>radix * apart, factors = <usize>radix << 3;
  for (let group = block; group < end; group += whole)
    for (let x = group, w = twiddles, stop = group + apart; x < stop; x += row, w += factors - 8) {
      for (let p = x + apart, q = x + whole - apart, a = w, b = w + factors - 16, to = pairs; p < q; to += 128) {
        pair(p, a, q, b, to);
        pair(p + half, a, q + half, b, to + 64);
        p += apart; q -= apart; a += 8; b -= 8;
      }
      // X[0] comes last, because the others still need x[0] in its place.
      for (let k = radix >> 1; k >= 0; k--) {
        let r0 = v128.load(x), i0 = v128.load(x, 16), r1 = v128.load(x, 32), i1 = v128.load(x, 48);
        let R0 = f32x4.splat(0), I0 = R0, R1 = R0, I1 = R0;
        for (let j = 1, at = k, from = pairs; 2 * j < radix; j++, from += 128) {
          const cosine = v128.load32_splat(roots + (<usize>at << 3)), sine = v128.load32_splat(roots + (<usize>at << 3), 4);
          r0 = f32x4.add(r0, f32x4.mul(cosine, v128.load(from))); i0 = f32x4.add(i0, f32x4.mul(cosine, v128.load(from, 16)));
          R0 = f32x4.add(R0, f32x4.mul(sine, v128.load(from, 32))); I0 = f32x4.add(I0, f32x4.mul(sine, v128.load(from, 48)));
          r1 = f32x4.add(r1, f32x4.mul(cosine, v128.load(from, 64))); i1 = f32x4.add(i1, f32x4.mul(cosine, v128.load(from, 80)));
          R1 = f32x4.add(R1, f32x4.mul(sine, v128.load(from, 96))); I1 = f32x4.add(I1, f32x4.mul(sine, v128.load(from, 112)));
          at += k;
          if (at >= radix) at -= radix;
        }
        const p = x + <usize>k * apart, q = k ? x + whole - <usize>k * apart : p;
        store(p, q, r0, i0, R0, I0);
        store(p + half, q + half, r1, i1, R1, I1);
      }
    }
}
