import { flip, keepBest, nextRandom, Walker } from './spins';

/** −ln of a uniform number in (0, 1] of 32 bits, within 2e-5: the exponent, and a polynomial for log₂ of the fraction. */
// @ts-ignore: decorator
@inline
export function exponential(bits: u32): f32 {
  const value = reinterpret<i32>(<f32>(bits | 1)), exponent: i32 = 159 - (value >> 23);
  const f: f32 = reinterpret<f32>((value & 0x7fffff) | 0x3f800000) - 1;
  const fraction: f32 = f * (1.441966 + f * (-0.7096686 + f * (0.4176166 + f * (-0.1962985 + f * 0.0463988))));
  return (<f32>exponent - fraction) * 0.6931472;
}

/**
 * One sweep at temperature t in a fixed order, by Metropolis' rule. Above `limit` no random number of 32 bits accepts a gain, so
 * that four spins are passed at once where none is below it.
 */
// @ts-ignore: decorator
@inline
export function sweep(w: Walker, t: f32): void {
  const limit = <i32>Mathf.min(22.19 * t, 1073741823), floor = i32x4.splat(-limit);
  const field = w.field, spin = w.spin, end = <usize>w.n << 2;
  for (let at: usize = 0; at < end; at += 16) {
    if (!v128.any_true(i32x4.ge_s(i32x4.mul(v128.load(spin + at), v128.load(field + at)), floor))) continue;
    for (let one = at; one < at + 16; one += 4) {
      const gain = -(i32.load(spin + one) * i32.load(field + one));
      if (gain > limit || (gain > 0 && <f32>gain > t * exponential(nextRandom(w)))) continue;
      flip(w, <i32>(one >> 2));
      w.flips++;
    }
  }
}

/** A sweep at each of `count` temperatures; the best state after any of them is kept. */
export function anneal(w: Walker, temperatures: usize, count: i32): void {
  for (const end = temperatures + (<usize>count << 2); temperatures < end; temperatures += 4) {
    sweep(w, f32.load(temperatures));
    keepBest(w);
  }
}
