// Single-channel valid cross-correlation, 4 neighbours along the width in a vector. Sums run over the taps in row-major
// order for every output, so the vector width does not show in the result.

// @ts-ignore: decorator
@inline
function taps32(x: usize, xRow: usize, h: usize, hRow: usize, kh: i32, kw: i32, out: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (let a = 0; a < kh; a++, x += xRow, h += hRow) {
    const end = h + (<usize>kw << 2);
    for (let p = x, q = h; q < end; p += 4, q += 4) {
      const t = v128.load32_splat(q);
      s0 = f32x4.add(s0, f32x4.mul(t, v128.load(p))); s1 = f32x4.add(s1, f32x4.mul(t, v128.load(p, 16)));
      s2 = f32x4.add(s2, f32x4.mul(t, v128.load(p, 32))); s3 = f32x4.add(s3, f32x4.mul(t, v128.load(p, 48)));
      s4 = f32x4.add(s4, f32x4.mul(t, v128.load(p, 64))); s5 = f32x4.add(s5, f32x4.mul(t, v128.load(p, 80)));
      s6 = f32x4.add(s6, f32x4.mul(t, v128.load(p, 96))); s7 = f32x4.add(s7, f32x4.mul(t, v128.load(p, 112)));
    }
  }
  v128.store(out, s0); v128.store(out, s1, 16); v128.store(out, s2, 32); v128.store(out, s3, 48);
  v128.store(out, s4, 64); v128.store(out, s5, 80); v128.store(out, s6, 96); v128.store(out, s7, 112);
}

// @ts-ignore: decorator
@inline
function taps8(x: usize, xRow: usize, h: usize, hRow: usize, kh: i32, kw: i32, out: usize): void {
  let s0 = f32x4.splat(0), s1 = s0;
  for (let a = 0; a < kh; a++, x += xRow, h += hRow) {
    const end = h + (<usize>kw << 2);
    for (let p = x, q = h; q < end; p += 4, q += 4) {
      const t = v128.load32_splat(q);
      s0 = f32x4.add(s0, f32x4.mul(t, v128.load(p))); s1 = f32x4.add(s1, f32x4.mul(t, v128.load(p, 16)));
    }
  }
  v128.store(out, s0); v128.store(out, s1, 16);
}

/** One output row of n numbers: out[j] = Σ h[a, b] x[a, j + b]. */
function row(x: usize, xRow: usize, h: usize, hRow: usize, kh: i32, kw: i32, out: usize, n: i32): void {
  const end = <usize>n << 2;
  let o: usize = 0;
  for (; o + 128 <= end; o += 128) taps32(x + o, xRow, h, hRow, kh, kw, out + o);
  for (; o + 32 <= end; o += 32) taps8(x + o, xRow, h, hRow, kh, kw, out + o);
  if (o === end) return;
  // The last strip overlaps the one before it and writes the same numbers again.
  if (n >= 8) return taps8(x + end - 32, xRow, h, hRow, kh, kw, out + end - 32);
  for (; o < end; o += 4) {
    let sum: f32 = 0;
    for (let a = 0; a < kh; a++) for (let b = 0; b < kw; b++)
      sum += f32.load(h + <usize>a * hRow + (<usize>b << 2)) * f32.load(x + o + <usize>a * xRow + (<usize>b << 2));
    f32.store(out + o, sum);
  }
}

/** out[i, j] = Σ h[a, b] x[i + a, j + b]. */
export function correlateValid(x: usize, h: usize, out: usize, height: i32, width: i32, kh: i32, kw: i32, batch: i32): void {
  const rows = height - kh + 1, cols = width - kw + 1;
  const xRow = <usize>width << 2, outRow = <usize>cols << 2;
  for (let s = 0; s < batch; s++, x += <usize>(kh - 1) * xRow)
    for (let i = 0; i < rows; i++, x += xRow, out += outRow) row(x, xRow, h, <usize>kw << 2, kh, kw, out, cols);
}

// @ts-ignore: decorator
@inline
function total(v: v128): f64 {
  const sum = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0)));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Σ over one row of g x at 4 neighbouring shifts, added to 4 numbers in f64. */
function shifts4(x: usize, g: usize, n: i32, sums: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const whole = g + (<usize>(n & ~3) << 2), end = g + (<usize>n << 2);
  for (; g < whole; g += 16, x += 16) {
    const t = v128.load(g);
    s0 = f32x4.add(s0, f32x4.mul(t, v128.load(x))); s1 = f32x4.add(s1, f32x4.mul(t, v128.load(x, 4)));
    s2 = f32x4.add(s2, f32x4.mul(t, v128.load(x, 8))); s3 = f32x4.add(s3, f32x4.mul(t, v128.load(x, 12)));
  }
  let t0 = total(s0), t1 = total(s1), t2 = total(s2), t3 = total(s3);
  for (; g < end; g += 4, x += 4) {
    const t = f32.load(g);
    t0 += t * f32.load(x); t1 += t * f32.load(x, 4); t2 += t * f32.load(x, 8); t3 += t * f32.load(x, 12);
  }
  f64.store(sums, f64.load(sums) + t0); f64.store(sums, f64.load(sums, 8) + t1, 8);
  f64.store(sums, f64.load(sums, 16) + t2, 16); f64.store(sums, f64.load(sums, 24) + t3, 24);
}

function shift1(x: usize, g: usize, n: i32, sum: usize): void {
  let s = f32x4.splat(0);
  const whole = g + (<usize>(n & ~3) << 2), end = g + (<usize>n << 2);
  for (; g < whole; g += 16, x += 16) s = f32x4.add(s, f32x4.mul(v128.load(g), v128.load(x)));
  let t = total(s);
  for (; g < end; g += 4, x += 4) t += f32.load(g) * f32.load(x);
  f64.store(sum, f64.load(sum) + t);
}

/** gh[a, b] += Σ g[i, j] x[i + a, j + b]. `sums` is scratch for kh kw numbers in f64. */
export function correlateValidTaps(
  x: usize, g: usize, gh: usize, height: i32, width: i32, kh: i32, kw: i32, batch: i32, sums: usize,
): void {
  const rows = height - kh + 1, cols = width - kw + 1;
  const xRow = <usize>width << 2, gRow = <usize>cols << 2;
  memory.fill(sums, 0, <usize>(kh * kw) << 3);
  for (let s = 0; s < batch; s++, x += <usize>(kh - 1) * xRow) for (let i = 0; i < rows; i++, x += xRow, g += gRow)
    for (let a = 0; a < kh; a++) {
      const from = x + <usize>a * xRow, to = sums + (<usize>(a * kw) << 3);
      let b = 0;
      for (; b + 4 <= kw; b += 4) shifts4(from + (<usize>b << 2), g, cols, to + (<usize>b << 3));
      for (; b < kw; b++) shift1(from + (<usize>b << 2), g, cols, to + (<usize>b << 3));
    }
  for (let t: usize = 0; t < <usize>(kh * kw); t++)
    f32.store(gh + (t << 2), f32.load(gh + (t << 2)) + <f32>f64.load(sums + (t << 3)));
}

/**
 * out[p, q] = Σ h[a, b] g[p − a, q − b] over the g that there are: a correlation of g, padded along the width, with h turned
 * by 180°. `padded` is scratch for one such g, `turned` for one h.
 */
export function correlateValidAdjoint(
  g: usize, h: usize, out: usize, height: i32, width: i32, kh: i32, kw: i32, batch: i32, padded: usize, turned: usize,
): void {
  const rows = height - kh + 1, cols = width - kw + 1;
  const gRow = <usize>cols << 2, paddedRow = <usize>(cols + 2 * (kw - 1)) << 2, outRow = <usize>width << 2;
  const margin = <usize>(kw - 1) << 2, hRow = <usize>kw << 2;
  const last = <usize>(kh * kw - 1) << 2;
  for (let t: usize = 0; t <= last; t += 4) f32.store(turned + last - t, f32.load(h + t));
  memory.fill(padded, 0, <usize>rows * paddedRow);
  for (let s = 0; s < batch; s++) {
    for (let i = 0; i < rows; i++, g += gRow) memory.copy(padded + <usize>i * paddedRow + margin, g, gRow);
    for (let p = 0; p < height; p++, out += outRow) {
      const first = max(0, kh - 1 - p), after = min(kh, rows + kh - 1 - p);
      row(padded + <usize>(p - kh + 1 + first) * paddedRow, paddedRow, turned + <usize>first * hRow, hRow, after - first, kw,
        out, width);
    }
  }
}
