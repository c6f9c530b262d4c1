// Diagonal ±1 in Fourier: bit k of `signs` is 1 for −1, bit k of `kept` is 0 where the diagonal is 0; words of 32 bits, least
// significant bit first, the bits after the last 0.

/** All bits of the lanes of two complex numbers where the bits 0 and 1 of `word` are set. */
// @ts-ignore: decorator
@inline
function spread(word: u32): v128 {
  const bits = i32x4(1, 1, 2, 2);
  return i32x4.eq(v128.and(i32x4.splat(word), bits), bits);
}

/** Two numbers times ±1 or 0: `scaled` by sign bits, and nothing of what is not kept, be it infinite. */
// @ts-ignore: decorator
@inline
function pair(x: v128, signs: u32, kept: u32, scale: v128): v128 {
  const flips = v128.and(spread(signs), i32x4.splat(0x80000000));
  return v128.and(v128.xor(f32x4.mul(x, scale), flips), spread(kept));
}

/** out = scale · S x of n complex numbers re, im, re, im, …; out may be x. */
export function signSpectrum(x: usize, signs: usize, kept: usize, out: usize, n: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (; n > 0; n -= 32, signs += 4, kept += 4) {
    let negative = load<u32>(signs), places = load<u32>(kept), k = min(n, 32);
    for (; k >= 2; k -= 2, x += 16, out += 16, negative >>= 2, places >>= 2)
      v128.store(out, pair(v128.load(x), negative, places, factor));
    if (k) v128.store64_lane(out, pair(v128.load64_zero(x), negative, places, factor), 0);
  }
}
