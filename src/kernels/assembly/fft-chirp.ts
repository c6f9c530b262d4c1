// A transform of any length n as a circular convolution of m ≥ 2n − 1 entries (Bluestein 1970): jk = (j² + k² − (k − j)²) / 2.
import { half, imaginaryOf, realOf, row } from './fft-block';

/** Turns entry i of n, at places[i], by the chirp, and clears the other places of m. */
export function chirpIn(block: usize, places: usize, n: i32, m: i32, chirp: usize): void {
  for (let i = 0; i < n; i++, places += 4, chirp += 8) {
    const x = block + <usize>i32.load(places);
    turned(x, x, chirp, false);
    turned(x + half, x + half, chirp, false);
  }
  for (let i = n; i < m; i++, places += 4) memory.fill(block + <usize>i32.load(places), 0, row);
}

/** Row i turned by the response's entry i and conjugated, to places[i] of another block: the inverse is the transform of conjugates. */
export function respond(from: usize, to: usize, places: usize, m: i32, response: usize): void {
  for (let i = 0; i < m; i++, places += 4, response += 8, from += row) {
    const x = to + <usize>i32.load(places);
    turned(from, x, response, true);
    turned(from + half, x + half, response, true);
  }
}

/** Conjugates row i of n and turns it by the chirp. */
export function chirpOut(block: usize, n: i32, chirp: usize): void {
  for (const end = block + <usize>n * row; block < end; block += row, chirp += 8)
    for (let at: usize = 0; at < row; at += half) {
      const x = block + at;
      v128.store(x, f32x4.neg(v128.load(x, 16)), 16);
      turned(x, x, chirp, false);
    }
}

// @ts-ignore: decorator
@inline
function turned(from: usize, to: usize, w: usize, conjugate: bool): void {
  const xr = v128.load(from), xi = v128.load(from, 16), wr = v128.load32_splat(w), wi = v128.load32_splat(w, 4);
  const im = imaginaryOf(xr, xi, wr, wi);
  v128.store(to, realOf(xr, xi, wr, wi));
  v128.store(to, conjugate ? f32x4.neg(im) : im, 16);
}
