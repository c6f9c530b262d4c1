import { flip, keepBest, Walker } from './spins';

// Four streams of xoshiro128+ (Blackman & Vigna 2018), word k of all at `lanes + 16 k`.

/** Four numbers of 32 bits. */
// @ts-ignore: decorator
@inline
export function nextFour(lanes: usize): v128 {
  const a = v128.load(lanes), b = v128.load(lanes, 16), d = v128.xor(v128.load(lanes, 48), b), c = v128.xor(v128.load(lanes, 32), a);
  const result = i32x4.add(a, v128.load(lanes, 48));
  v128.store(lanes, v128.xor(a, d));
  v128.store(lanes, v128.xor(b, c), 16);
  v128.store(lanes, v128.xor(c, i32x4.shl(b, 9)), 32);
  v128.store(lanes, v128.or(i32x4.shl(d, 11), i32x4.shr_u(d, 21)), 48);
  return result;
}

// @ts-ignore: decorator
@inline
function step(sum: v128, f: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(sum, f), f32x4.splat(coefficient));
}

/** −log₂ of four uniform numbers in (0, 1], within 1e-4: the exponents, and a polynomial for log₂ of the fractions. */
// @ts-ignore: decorator
@inline
export function bitsOfChance(random: v128): v128 {
  const value = f32x4.convert_i32x4_u(v128.or(random, i32x4.splat(1)));
  const f = f32x4.sub(v128.or(v128.and(value, i32x4.splat(0x7fffff)), f32x4.splat(1)), f32x4.splat(1));
  const fraction = f32x4.mul(step(step(step(f32x4.splat(-0.08479743), f, 0.32564283), f, -0.67996656), f, 1.43901758), f);
  return f32x4.sub(f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(159), i32x4.shr_u(value, 23))), fraction);
}

/** −ln of a uniform number in (0, 1] of 32 bits, as precise: for searches that ask for one at a time. */
// @ts-ignore: decorator
@inline
export function exponential(bits: u32): f32 {
  return f32x4.extract_lane(bitsOfChance(i32x4.splat(<i32>bits)), 0) * 0.6931472;
}

/**
 * One sweep at temperature t in a fixed order, by Metropolis' rule: a gain of at most t·(−ln u) is taken. Above `limit` no random
 * number of 32 bits takes one, so that four spins are passed at once where none is below it. It stays below 2³⁰, the gain of a
 * padding spin, in f32 too.
 */
// @ts-ignore: decorator
@inline
export function sweep(w: Walker, t: f32): void {
  const floor = i32x4.splat(-<i32>Mathf.min(22.19 * t, 1073741760)), scale = f32x4.splat(t * 0.6931472);
  const field = w.field, spin = w.spin, end = <usize>w.n << 2, lanes = changetype<usize>(w) + 64, levels = lanes + 64;
  for (let at: usize = 0; at < end; at += 16) {
    const products = i32x4.mul(v128.load(spin + at), v128.load(field + at));
    if (!v128.any_true(i32x4.ge_s(products, floor))) continue;
    const level = i32x4.max_s(i32x4.neg(i32x4.trunc_sat_f32x4_s(f32x4.mul(scale, bitsOfChance(nextFour(lanes))))), floor);
    const taken = i32x4.ge_s(products, level);
    if (!v128.any_true(taken)) continue;
    v128.store(levels, level);
    // A flip moves the fields of the spins after it, which therefore look at their own again.
    for (let k: usize = <usize>ctz(i32x4.bitmask(taken)) << 2; k < 16; k += 4) {
      if (i32.load(spin + at + k) * i32.load(field + at + k) < i32.load(levels + k)) continue;
      flip(w, <i32>((at + k) >> 2));
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
