// The transform X of a real signal of h rows of 2q numbers, out of the transform Z of the complex signal of h rows of q whose real
// and imaginary parts are the signal's even and odd columns: both are the same bytes. With r(k) = exp(−2πik / 2q) for column k < q
// and −k for the frequency opposite to k on both axes,
//   E = (Z[k] + conj Z[−k]) / 2,  O = (Z[k] − conj Z[−k]) / 2i,  X[k] = (E + r(k) O) / √2,  X[k + q] = (E − r(k) O) / √2;
// the transforms are unitary. `roots` are r(0) … r(q − 1).
import { times } from './complex';

/** X of h rows of 2q numbers from Z of h rows of q. */
export function untangle(z: usize, x: usize, h: i32, q: i32, roots: usize): void {
  const row = <usize>q << 3;
  for (let i = 0; i < h; i++) {
    const a = z + <usize>i * row, b = z + <usize>(i ? h - i : 0) * row, to = x + 2 * <usize>i * row;
    split(v128.load64_zero(a), v128.load64_zero(b), v128.load64_zero(roots), to, row, false);
    let k: usize = 8;
    for (; k + 8 < row; k += 16)
      split(v128.load(a + k), reversed(v128.load(b + row - k - 8)), v128.load(roots + k), to + k, row, true);
    if (k < row) split(v128.load64_zero(a + k), v128.load64_zero(b + row - k), v128.load64_zero(roots + k), to + k, row, false);
  }
}

/**
 * Z of the real part of the signal with the spectrum X: E = (S[k] + S[k + q]) / √2 and r(k) O = (S[k] − S[k + q]) / √2 of
 * S = (X[k] + conj X[−k]) / 2, and Z = E + iO.
 */
export function tangle(x: usize, z: usize, h: i32, q: i32, roots: usize): void {
  const row = <usize>q << 3;
  for (let i = 0; i < h; i++) {
    const a = x + 2 * <usize>i * row, b = x + 2 * <usize>(i ? h - i : 0) * row, to = z + <usize>i * row;
    v128.store64_lane(to, joined(
      v128.load64_zero(a), v128.load64_zero(a + row), v128.load64_zero(b), v128.load64_zero(b + row), v128.load64_zero(roots)), 0);
    let k: usize = 8;
    for (; k + 8 < row; k += 16) v128.store(to + k, joined(
      v128.load(a + k), v128.load(a + k + row),
      reversed(v128.load(b + 2 * row - k - 8)), reversed(v128.load(b + row - k - 8)), v128.load(roots + k)));
    if (k < row) v128.store64_lane(to + k, joined(
      v128.load64_zero(a + k), v128.load64_zero(a + k + row), v128.load64_zero(b + 2 * row - k), v128.load64_zero(b + row - k),
      v128.load64_zero(roots + k)), 0);
  }
}

/** The second complex number before the first. */
// @ts-ignore: decorator
@inline
function reversed(x: v128): v128 { return i64x2.shuffle(x, x, 1, 0); }

// @ts-ignore: decorator
@inline
function conjugate(x: v128): v128 { return v128.xor(x, i32x4(0, 0x80000000, 0, 0x80000000)); }

/** i x. */
// @ts-ignore: decorator
@inline
function timesI(x: v128): v128 { return v128.xor(i32x4.shuffle(x, x, 1, 0, 3, 2), i32x4(0x80000000, 0, 0x80000000, 0)); }

/** X[k] and X[k + q] of a = Z[k] and b = Z[−k]: two frequencies k, or one if not `both`. */
// @ts-ignore: decorator
@inline
function split(a: v128, b: v128, root: v128, to: usize, row: usize, both: bool): void {
  const quarter = f32x4.splat(0.3535533905932738), opposite = conjugate(b);
  const even = f32x4.mul(quarter, f32x4.add(a, opposite)), odd = times(f32x4.mul(quarter, f32x4.sub(a, opposite)), root);
  // The 1/i of O is −i.
  const near = f32x4.sub(even, timesI(odd)), far = f32x4.add(even, timesI(odd));
  if (both) {
    v128.store(to, near);
    v128.store(to + row, far);
  } else {
    v128.store64_lane(to, near, 0);
    v128.store64_lane(to + row, far, 0);
  }
}

/** Z[k] of X[k], X[k + q], X[−k] and X[−k − q]. */
// @ts-ignore: decorator
@inline
function joined(near: v128, far: v128, nearOpposite: v128, farOpposite: v128, root: v128): v128 {
  const quarter = f32x4.splat(0.3535533905932738);
  const s = f32x4.mul(quarter, f32x4.add(near, conjugate(nearOpposite)));
  const t = f32x4.mul(quarter, f32x4.add(far, conjugate(farOpposite)));
  return f32x4.add(f32x4.add(s, t), timesI(times(f32x4.sub(s, t), conjugate(root))));
}
