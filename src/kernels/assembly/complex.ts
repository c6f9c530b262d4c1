/** x w of two complex numbers each. */
// @ts-ignore: decorator
@inline
export function times(x: v128, w: v128): v128 {
  const re = i32x4.shuffle(w, w, 0, 0, 2, 2), im = i32x4.shuffle(w, w, 1, 1, 3, 3), swapped = i32x4.shuffle(x, x, 1, 0, 3, 2);
  return f32x4.add(f32x4.mul(x, re), v128.xor(f32x4.mul(swapped, im), i32x4(0x80000000, 0, 0x80000000, 0)));
}

/** x = x w, or x conj w where `conjugate`, of n complex numbers re, im, re, im, …. */
export function multiplyComplex(x: usize, w: usize, n: i32, conjugate: bool): void {
  const sign = conjugate ? 0x80000000 : 0, signs = i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(0), 1, sign), 3, sign);
  const end = x + (<usize>n << 3);
  for (; x + 16 <= end; x += 16, w += 16) v128.store(x, times(v128.load(x), v128.xor(v128.load(w), signs)));
  if (x < end) v128.store64_lane(x, times(v128.load64_zero(x), v128.xor(v128.load64_zero(w), signs)), 0);
}
