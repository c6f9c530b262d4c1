// Products of ±1 with ±1 by bits: a bit is 1 for −1, so n − 2 popcount(w xor x) is Σ w x. Rows and vectors are least significant
// bit first in words of 128 bits, the bits after the last are 0.

/** Bit k = x[k] < 0; whole words are written. */
export function signBits(x: usize, n: i32, to: usize): void {
  const end = to + (<usize>((n + 127) >> 7) << 4), zero = f32x4.splat(0);
  for (; n >= 16; n -= 16, x += 64, to += 2) {
    const a = f32x4.lt(v128.load(x), zero), b = f32x4.lt(v128.load(x, 16), zero);
    const c = f32x4.lt(v128.load(x, 32), zero), d = f32x4.lt(v128.load(x, 48), zero);
    i32.store16(to, i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))));
  }
  for (let bits = 0, k = 0; to < end; to += 2, bits = k = 0) {
    for (; k < 16 && n > 0; k++, n--, x += 4) bits |= i32(f32.load(x) < 0) << k;
    i32.store16(to, bits);
  }
}

/** out[b, i] = scale · (n − 2 popcount(w[i] xor x[b])) for rows and vectors of `bytes` bytes, two rows at a time. */
export function xnor(w: usize, x: usize, out: usize, rows: i32, bytes: usize, n: i32, batch: i32, scale: f32): void {
  for (; batch > 0; batch--, x += bytes) {
    const end = x + bytes, last = out + (<usize>rows << 2);
    let q = w;
    for (; out + 8 <= last; out += 8, q += bytes) {
      let s0: i64 = 0, s1: i64 = 0, t0: i64 = 0, t1: i64 = 0;
      for (let p = x; p < end; p += 16, q += 16) {
        const low = i64.load(p), high = i64.load(p, 8), next = q + bytes;
        s0 += popcnt(i64.load(q) ^ low);
        s1 += popcnt(i64.load(q, 8) ^ high);
        t0 += popcnt(i64.load(next) ^ low);
        t1 += popcnt(i64.load(next, 8) ^ high);
      }
      f32.store(out, scale * <f32>(n - 2 * <i32>(s0 + s1)));
      f32.store(out, scale * <f32>(n - 2 * <i32>(t0 + t1)), 4);
    }
    if (out === last) continue;
    let sum: i64 = 0;
    for (let p = x; p < end; p += 8, q += 8) sum += popcnt(i64.load(q) ^ i64.load(p));
    f32.store(out, scale * <f32>(n - 2 * <i32>sum));
    out = last;
  }
}
