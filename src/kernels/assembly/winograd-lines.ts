// The five transforms of Winograd's F(4, 3) along one axis (Lavin & Gray 2016, section 4.3; points 0, ±1, ±2 and infinity), for
// 4 channels at once: vectors are read at from, from + step, … and written at to, to + next, …; both in bytes.

/** Bᵀ d: 6 pixels of the image to 6 places. */
// @ts-ignore: decorator
@inline
export function imageLine(from: usize, step: usize, to: usize, next: usize): void {
  const four = f32x4.splat(4);
  const d1 = v128.load(from + step), d2 = v128.load(from + 2 * step), d3 = v128.load(from + 3 * step);
  const d4 = v128.load(from + 4 * step), even = f32x4.sub(d4, d2), odd = f32x4.sub(d3, d1), twice = f32x4.add(odd, odd);
  v128.store(to, f32x4.add(even, f32x4.mul(four, f32x4.sub(v128.load(from), d2))));
  const a = f32x4.sub(d4, f32x4.mul(four, d2)), b = f32x4.sub(d3, f32x4.mul(four, d1));
  v128.store(to + next, f32x4.add(a, b));
  v128.store(to + 2 * next, f32x4.sub(a, b));
  v128.store(to + 3 * next, f32x4.add(even, twice));
  v128.store(to + 4 * next, f32x4.sub(even, twice));
  v128.store(to + 5 * next, f32x4.sub(f32x4.sub(v128.load(from + 5 * step), d3), f32x4.add(twice, twice)));
}

/** Aᵀ m: 6 places to 4 pixels of the output. */
// @ts-ignore: decorator
@inline
export function outputLine(from: usize, step: usize, to: usize, next: usize): void {
  const m1 = v128.load(from + step), m2 = v128.load(from + 2 * step);
  const m3 = v128.load(from + 3 * step), m4 = v128.load(from + 4 * step);
  const s = f32x4.add(m1, m2), d = f32x4.sub(m1, m2), s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), s), s2));
  v128.store(to + next, f32x4.add(d, f32x4.add(d2, d2)));
  v128.store(to + 2 * next, f32x4.add(s, f32x4.mul(f32x4.splat(4), s2)));
  v128.store(to + 3 * next, f32x4.add(f32x4.add(d, f32x4.mul(f32x4.splat(8), d2)), v128.load(from + 5 * step)));
}

/** A y: 4 pixels of the output's gradient to 6 places. */
// @ts-ignore: decorator
@inline
export function gradientLine(from: usize, step: usize, to: usize, next: usize): void {
  const four = f32x4.splat(4);
  const y0 = v128.load(from), y1 = v128.load(from + step), y2 = v128.load(from + 2 * step), y3 = v128.load(from + 3 * step);
  const even = f32x4.add(y0, y2), odd = f32x4.add(y1, y3), even2 = f32x4.add(y0, f32x4.mul(four, y2));
  const half = f32x4.add(y1, f32x4.mul(four, y3)), odd2 = f32x4.add(half, half);
  v128.store(to, y0);
  v128.store(to + next, f32x4.add(even, odd));
  v128.store(to + 2 * next, f32x4.sub(even, odd));
  v128.store(to + 3 * next, f32x4.add(even2, odd2));
  v128.store(to + 4 * next, f32x4.sub(even2, odd2));
  v128.store(to + 5 * next, y3);
}

/** G g: 3 taps to 6 places. */
// @ts-ignore: decorator
@inline
export function tapLine(from: usize, step: usize, to: usize, next: usize): void {
  const sixth = f32x4.splat(1 / 6);
  const g0 = v128.load(from), g1 = v128.load(from + step), g2 = v128.load(from + 2 * step);
  const even = f32x4.mul(sixth, f32x4.add(g0, g2)), odd = f32x4.mul(sixth, g1);
  const even2 = f32x4.add(f32x4.mul(f32x4.splat(1 / 24), g0), f32x4.mul(sixth, g2)), odd2 = f32x4.mul(f32x4.splat(1 / 12), g1);
  v128.store(to, f32x4.mul(f32x4.splat(0.25), g0));
  v128.store(to + next, f32x4.neg(f32x4.add(even, odd)));
  v128.store(to + 2 * next, f32x4.sub(odd, even));
  v128.store(to + 3 * next, f32x4.add(even2, odd2));
  v128.store(to + 4 * next, f32x4.sub(even2, odd2));
  v128.store(to + 5 * next, g2);
}

/** Gᵀ m: 6 places to the gradient of 3 taps. */
// @ts-ignore: decorator
@inline
export function tapGradientLine(from: usize, step: usize, to: usize, next: usize): void {
  const sixth = f32x4.splat(1 / 6);
  const m1 = v128.load(from + step), m2 = v128.load(from + 2 * step);
  const m3 = v128.load(from + 3 * step), m4 = v128.load(from + 4 * step);
  const s = f32x4.mul(sixth, f32x4.add(m1, m2)), d = f32x4.mul(sixth, f32x4.sub(m2, m1));
  const s2 = f32x4.mul(sixth, f32x4.add(m3, m4)), d2 = f32x4.mul(f32x4.splat(1 / 12), f32x4.sub(m3, m4));
  const quarter = f32x4.splat(0.25);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(quarter, v128.load(from)), s), f32x4.mul(quarter, s2)));
  v128.store(to + next, f32x4.add(d, d2));
  v128.store(to + 2 * next, f32x4.add(f32x4.sub(s2, s), v128.load(from + 5 * step)));
}
