import { bitsOfChance, nextFour } from './anneal';
import { flip, keepBest, Walker } from './spins';

// Momentum annealing (Okuyama, Sonobe, Kawarabayashi & Yamaoka 2019): two copies of the spins, coupled to each other alone, are drawn
// in turn, each all at once given the other. Spin i of the next copy is the sign of −field_i + self_i s_i − T Γ r_i, where s is the
// present copy, to which the fields belong, r the one before it, and Γ drawn from Exp(1): Metropolis' rule for r_i.

/** The next copy goes to `last`, which has the one before. A self-coupling counts `strength` times, and not at all with chance `drop`. */
// @ts-ignore: decorator
@inline
function draw(w: Walker, self: usize, last: usize, t: f32, drop: f32, strength: f32): void {
  const lanes = changetype<usize>(w) + 64, scale = f32x4.splat(t * 0.6931472), factor = f32x4.splat(strength);
  const dropped = i32x4.splat(<i32>(drop * 2147483648.0)), one = i32x4.splat(1);
  for (let at: usize = 0, end = <usize>w.n << 2; at < end; at += 16) {
    let own = f32x4.mul(f32x4.mul(v128.load(self + at), factor), f32x4.convert_i32x4_s(v128.load(w.spin + at)));
    if (drop > 0) own = v128.andnot(own, i32x4.lt_s(i32x4.shr_u(nextFour(lanes), 1), dropped));
    const noise = f32x4.mul(f32x4.mul(scale, bitsOfChance(nextFour(lanes))), f32x4.convert_i32x4_s(v128.load(last + at)));
    const pull = f32x4.sub(f32x4.sub(own, f32x4.convert_i32x4_s(v128.load(w.field + at))), noise);
    v128.store(last + at, v128.or(f32x4.lt(pull, f32x4.splat(0)), one));
  }
}

/** Flips where the next copy differs; `last` becomes the copy that was. */
// @ts-ignore: decorator
@inline
function advance(w: Walker, last: usize): void {
  const end = <usize>w.n << 2;
  for (let at: usize = 0; at < end; at += 16) {
    if (!v128.any_true(v128.xor(v128.load(w.spin + at), v128.load(last + at)))) continue;
    for (let k = at, stop = min(at + 16, end); k < stop; k += 4) {
      const spin = i32.load(w.spin + k);
      if (spin == i32.load(last + k)) continue;
      i32.store(last + k, spin);
      flip(w, <i32>(k >> 2));
      w.flips++;
    }
  }
}

/** Steps of (temperature, chance of a drop, strength of self-couplings) each; `last` is the copy before the walker's. */
export function momentum(w: Walker, self: usize, last: usize, schedule: usize, steps: i32): void {
  for (const end = schedule + <usize>steps * 12; schedule < end; schedule += 12) {
    draw(w, self, last, f32.load(schedule), f32.load(schedule, 4), f32.load(schedule, 8));
    advance(w, last);
    keepBest(w);
  }
}
