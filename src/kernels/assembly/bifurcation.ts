// Many agents on one system of spins: arrays have a row for each spin, with a number for each agent. Their count is a multiple of four.

// @ts-ignore: decorator
@inline
function addProduct(sum: v128, x: usize, value: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, v128.load(x)));
}

/** to_i = Σ_j J_ij x_j, J as n + 1 addresses of pairs (byte offset 4j, value). */
export function coupleAgents(rows: usize, x: usize, to: usize, n: i32, width: i32): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < n; i++, rows += 4, to += bytes) {
    const first = <usize>i32.load(rows), end = <usize>i32.load(rows, 4);
    let k: usize = 0;
    for (; k + 64 <= bytes; k += 64) {
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
      for (let at = first; at < end; at += 8) {
        const from = x + <usize>(i32.load(at) * width) + k, value = v128.load32_splat(at, 4);
        a = addProduct(a, from, value);
        b = addProduct(b, from + 16, value);
        c = addProduct(c, from + 32, value);
        d = addProduct(d, from + 48, value);
      }
      v128.store(to + k, a);
      v128.store(to + k, b, 16);
      v128.store(to + k, c, 32);
      v128.store(to + k, d, 48);
    }
    for (; k < bytes; k += 16) {
      let a = f32x4.splat(0);
      for (let at = first; at < end; at += 8) a = addProduct(a, x + <usize>(i32.load(at) * width) + k, v128.load32_splat(at, 4));
      v128.store(to + k, a);
    }
  }
}

/**
 * A step of simulated bifurcation (Goto et al. 2021): y += dt (bend x − strength (force + field)), x += dt y, and at |x| > 1 a wall that
 * stops, then y += dt · heat · (y before the step) (Kanao & Goto 2022). `bend` is the pressure less 1.
 */
export function bifurcate(
  x: usize, y: usize, force: usize, field: usize, n: i32, width: i32, dt: f32, bend: f32, strength: f32, heat: f32,
): void {
  const bends = f32x4.splat(bend), strengths = f32x4.splat(strength), steps = f32x4.splat(dt), kept = f32x4.splat(dt * heat);
  const one = f32x4.splat(1), minus = f32x4.splat(-1);
  for (let i = 0; i < n; i++, field += 4) {
    const own = v128.load32_splat(field);
    for (const end = x + (<usize>width << 2); x < end; x += 16, y += 16, force += 16) {
      const at = v128.load(x), before = v128.load(y), pull = f32x4.mul(strengths, f32x4.add(v128.load(force), own));
      const speed = f32x4.add(before, f32x4.mul(steps, f32x4.sub(f32x4.mul(bends, at), pull)));
      const to = f32x4.add(at, f32x4.mul(steps, speed)), outside = f32x4.gt(f32x4.abs(to), one);
      v128.store(x, f32x4.max(minus, f32x4.min(one, to)));
      v128.store(y, f32x4.add(v128.andnot(speed, outside), f32x4.mul(kept, before)));
    }
  }
}

/** −1 where x < 0, else 1. */
export function agentSigns(x: usize, to: usize, n: i32, width: i32): void {
  const one = f32x4.splat(1), sign = i32x4.splat(0x80000000);
  for (const end = x + (<usize>(n * width) << 2); x < end; x += 16, to += 16)
    v128.store(to, v128.or(v128.and(f32x4.lt(v128.load(x), f32x4.splat(0)), sign), one));
}

/** Σ_i s_i (force_i / 2 + field_i) for every agent, in f64: its energy where force = J s. */
export function agentEnergies(signs: usize, force: usize, field: usize, n: i32, width: i32, energies: usize): void {
  memory.fill(energies, 0, <usize>width << 3);
  for (let i = 0; i < n; i++, field += 4) {
    const own = v128.load32_splat(field);
    let to = energies;
    for (const end = signs + (<usize>width << 2); signs < end; signs += 16, force += 16, to += 32) {
      const part = f32x4.mul(v128.load(signs), f32x4.add(f32x4.mul(v128.load(force), f32x4.splat(0.5)), own));
      v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(part)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(i64x2.shuffle(part, part, 1, 1))), 16);
    }
  }
}
