/** out = sign(v) max(|v| − theta, 0), as v − sign(v) min(|v|, theta), which keeps NaN and never gives −0. */
export function softThreshold(v: usize, theta: f32, out: usize, n: i32): void {
  const bound = f32x4.splat(theta), zero = f32x4.splat(0), signBit = i32x4.splat(0x80000000);
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const x = v128.load(v + o);
    const cut = v128.xor(f32x4.min(f32x4.abs(x), bound), v128.and(x, signBit));
    v128.store(out + o, v128.and(f32x4.sub(x, cut), f32x4.ne(x, zero)));
  }
  for (; o < end; o += 4) {
    const x = f32.load(v + o), cut = min<f32>(abs(x), theta);
    f32.store(out + o, x === 0 ? 0 : x - (x < 0 ? -cut : cut));
  }
}

/** x = soft(x − step u, theta): the end of a gradient step in one pass over memory. */
export function thresholdStep(x: usize, u: usize, step: f32, theta: f32, n: i32): void {
  const by = f32x4.splat(step), bound = f32x4.splat(theta), zero = f32x4.splat(0), signBit = i32x4.splat(0x80000000);
  const whole = x + (<usize>(n & ~3) << 2), end = x + (<usize>n << 2);
  for (; x < whole; x += 16, u += 16) {
    const v = f32x4.sub(v128.load(x), f32x4.mul(by, v128.load(u)));
    const cut = v128.xor(f32x4.min(f32x4.abs(v), bound), v128.and(v, signBit));
    v128.store(x, v128.and(f32x4.sub(v, cut), f32x4.ne(v, zero)));
  }
  for (; x < end; x += 4, u += 4) {
    const v = f32.load(x) - step * f32.load(u), cut = min<f32>(abs(v), theta);
    f32.store(x, v === 0 ? 0 : v - (v < 0 ? -cut : cut));
  }
}

/** out = g 1[|v| > theta]; returns −Σ g sign(v) 1[|v| > theta], in f64. */
export function softThresholdVjp(v: usize, theta: f32, g: usize, out: usize, n: i32): f64 {
  const bound = f32x4.splat(theta), zero = f32x4.splat(0), signBit = i32x4.splat(0x80000000);
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  let low = f64x2.splat(0), high = low;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const x = v128.load(v + o);
    const kept = v128.and(v128.load(g + o), f32x4.gt(f32x4.abs(x), bound));
    v128.store(out + o, kept);
    const signed = v128.and(v128.xor(kept, v128.and(x, signBit)), f32x4.ne(x, zero));
    low = f64x2.sub(low, f64x2.promote_low_f32x4(signed));
    high = f64x2.sub(high, f64x2.promote_low_f32x4(i64x2.shuffle(signed, signed, 1, 0)));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; o < end; o += 4) {
    const x = f32.load(v + o), kept: f32 = abs(x) > theta ? f32.load(g + o) : 0;
    f32.store(out + o, kept);
    if (x !== 0) sum -= x < 0 ? -kept : kept;
  }
  return sum;
}

/** a = max(a, 0); NaN and −0 stay. */
export function rectify(a: usize, n: i32): void {
  const zero = f32x4.splat(0), whole = a + (<usize>(n & ~3) << 2), end = a + (<usize>n << 2);
  for (; a < whole; a += 16) {
    const x = v128.load(a);
    v128.store(a, v128.andnot(x, f32x4.lt(x, zero)));
  }
  for (; a < end; a += 4) if (f32.load(a) < 0) f32.store(a, 0);
}

/** g = g 1[a > 0]. */
export function rectifyVjp(a: usize, g: usize, n: i32): void {
  const zero = f32x4.splat(0), whole = a + (<usize>(n & ~3) << 2), end = a + (<usize>n << 2);
  for (; a < whole; a += 16, g += 16) v128.store(g, v128.and(v128.load(g), f32x4.gt(v128.load(a), zero)));
  for (; a < end; a += 4, g += 4) if (!(f32.load(a) > 0)) f32.store(g, 0);
}

/** out = a x + b y. */
export function axpby(a: f32, x: usize, b: f32, y: usize, out: usize, n: i32): void {
  const as = f32x4.splat(a), bs = f32x4.splat(b);
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  let o: usize = 0;
  for (; o < whole; o += 16)
    v128.store(out + o, f32x4.add(f32x4.mul(as, v128.load(x + o)), f32x4.mul(bs, v128.load(y + o))));
  for (; o < end; o += 4) f32.store(out + o, a * f32.load(x + o) + b * f32.load(y + o));
}

/** Σ x y: products in f32, added up in f64. */
export function dot(x: usize, y: usize, n: i32): f64 {
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  let low = f64x2.splat(0), high = low;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const a = v128.load(x + o), b = v128.load(y + o);
    low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)));
    high = f64x2.add(high, f64x2.mul(
      f64x2.promote_low_f32x4(i64x2.shuffle(a, a, 1, 0)), f64x2.promote_low_f32x4(i64x2.shuffle(b, b, 1, 0))));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; o < end; o += 4) sum += <f64>f32.load(x + o) * <f64>f32.load(y + o);
  return sum;
}

/** out = −1 where v < 0, else +1. */
export function signsOf(v: usize, out: usize, n: i32): void {
  const one = f32x4.splat(1), minus = f32x4.splat(-1), zero = f32x4.splat(0);
  const whole = v + (<usize>(n & ~3) << 2), end = v + (<usize>n << 2);
  for (; v < whole; v += 16, out += 16) v128.store(out, v128.bitselect(minus, one, f32x4.lt(v128.load(v), zero)));
  for (; v < end; v += 4, out += 4) f32.store(out, f32.load(v) < 0 ? -1 : 1);
}

/** x = min(limit, max(−limit, x)). */
export function clamp(x: usize, limit: f32, n: i32): void {
  const high = f32x4.splat(limit), low = f32x4.splat(-limit);
  const whole = x + (<usize>(n & ~3) << 2), end = x + (<usize>n << 2);
  for (; x < whole; x += 16) v128.store(x, f32x4.min(high, f32x4.max(low, v128.load(x))));
  for (; x < end; x += 4) f32.store(x, min<f32>(limit, max<f32>(-limit, f32.load(x))));
}
