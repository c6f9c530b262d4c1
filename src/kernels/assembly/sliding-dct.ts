// Soft thresholds on the DCT of every window of tall × width places of an image, added up over the windows. All windows of a band of `tall` rows
// are transformed along their columns at once, then four windows side by side, one a lane, along their rows. Rows of a DCT are even
// or odd: half of the products do. Images are copied to rows with room for the lanes past the last window.

/** Floats a row of w, with what the lanes past the last window read. */
function stride(w: i32): i32 {
  return (w + 6) & ~3;
}

/** Bytes of scratch. */
export function slidingDctScratch(h: i32, w: i32, width: i32, tall: i32): i32 {
  return ((3 * h + 3 * tall) * stride(w) << 2) + (width * tall + 3 * max(width, tall) << 4);
}

/** Sums and differences of places that mirror each other; the one in the middle stays. */
// @ts-ignore: decorator
@inline
function fold(from: usize, step: usize, n: i32, to: usize): void {
  let a = from, b = from + <usize>(n - 1) * step, even = to, odd = to + (<usize>(n - 1) << 4);
  for (let i = n >> 1; i > 0; i--, a += step, b -= step, even += 16, odd -= 16) {
    const p = v128.load(a), q = v128.load(b);
    v128.store(even, f32x4.add(p, q));
    v128.store(odd, f32x4.sub(p, q));
  }
  if (n & 1) v128.store(even, v128.load(a));
}

/** Coefficient l of folded places: row l of the DCT on the sums if it is even, on the differences if it is odd. */
// @ts-ignore: decorator
@inline
function coefficient(axis: usize, l: i32, n: i32, folded: usize): v128 {
  let row = axis + (<usize>(l * n) << 2), sum = f32x4.splat(0);
  const odd = (l & 1) !== 0, step: isize = odd ? -16 : 16;
  let s = odd ? folded + (<usize>(n - 1) << 4) : folded;
  for (let i = odd ? n >> 1 : (n + 1) >> 1; i > 0; i--, row += 4, s += step) sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(row), v128.load(s)));
  return sum;
}

/** Adds place i of a window, and the one that mirrors it, to where they stand. */
// @ts-ignore: decorator
@inline
function unfold(axis: usize, i: i32, n: i32, z: usize, to: usize, step: usize): void {
  let even = f32x4.splat(0), odd = even, c = axis + (<usize>i << 2);
  const row = <usize>n << 2, last = n & ~1;
  for (let l = 0; l < last; l += 2, z += 32, c += row << 1) {
    even = f32x4.add(even, f32x4.mul(v128.load32_splat(c), v128.load(z)));
    odd = f32x4.add(odd, f32x4.mul(v128.load32_splat(c + row), v128.load(z, 16)));
  }
  if (n & 1) even = f32x4.add(even, f32x4.mul(v128.load32_splat(c), v128.load(z)));
  const a = to + <usize>i * step, b = to + <usize>(n - 1 - i) * step;
  v128.store(a, f32x4.add(v128.load(a), f32x4.add(even, odd)));
  if (a !== b) v128.store(b, f32x4.add(v128.load(b), f32x4.sub(even, odd)));
}

/** The coefficients along the columns of a band that starts at x: `tall` rows of them. */
function analyseColumns(x: usize, down: usize, tall: i32, row: usize, folded: usize, to: usize): void {
  for (let c: usize = 0; c < row; c += 16) {
    fold(x + c, row, tall, folded);
    for (let k = 0; k < tall; k++) v128.store(to + <usize>k * row + c, coefficient(down, k, tall, folded));
  }
}

/** Adds what coefficients along the columns give to a band. */
function synthesiseColumns(from: usize, down: usize, tall: i32, row: usize, z: usize, to: usize): void {
  for (let c: usize = 0; c < row; c += 16) {
    for (let k = 0; k < tall; k++) v128.store(z + (<usize>k << 4), v128.load(from + <usize>k * row + c));
    for (let i = 0; i < (tall + 1) >> 1; i++) unfold(down, i, tall, z, to + c, row);
  }
}

/** Lanes that are windows, of four from window q on. */
// @ts-ignore: decorator
@inline
function windows(q: i32, across: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(q), i32x4(0, 1, 2, 3)), i32x4.splat(across));
}

/** Copies rows of w to padded ones, times `weights` if there are any; padding is 0. */
function padded(x: usize, weights: usize, h: i32, w: i32, row: usize, to: usize): void {
  memory.fill(to, 0, <usize>h * row);
  for (let i = 0; i < h; i++, to += row)
    for (let j: usize = 0; j < <usize>w << 2; j += 4, x += 4) {
      const value = f32.load(x);
      f32.store(to + j, weights ? value * f32.load(weights) : value);
      if (weights) weights += 4;
    }
}

/**
 * out = weights · Σ over windows of Cᵀ soft(C window, theta), batch images of h × w; theta has tall × width thresholds, `axis` and `down` are the DCT
 * matrices of width and tall.
 */
export function slidingDct(
  x: usize, theta: usize, weights: usize, out: usize, h: i32, w: i32, batch: i32, width: i32, tall: i32, axis: usize, down: usize, scratch: usize,
): void {
  const row = <usize>stride(w) << 2, image = <usize>h * row, band = <usize>tall * row, across = w - width + 1, size = <usize>(h * w) << 2;
  const from = scratch, sum = from + image, u = sum + image, v = u + band, folded = v + band, z = folded + (<usize>max(width, tall) << 4);
  const sign = i32x4.splat(0x80000000), half = (width + 1) >> 1;
  for (; batch > 0; batch--, x += size, out += size) {
    padded(x, 0, h, w, row, from);
    memory.fill(sum, 0, image);
    for (let p: usize = 0; p <= image - band; p += row) {
      analyseColumns(from + p, down, tall, row, folded, u);
      memory.fill(v, 0, band);
      let level = theta;
      for (let k = 0; k < tall; k++, level += <usize>width << 2) for (let q = 0; q < across; q += 4) {
        const at = <usize>k * row + (<usize>q << 2), are = windows(q, across);
        fold(u + at, 4, width, folded);
        for (let l = 0; l < width; l++) {
          const value = coefficient(axis, l, width, folded), most = v128.load32_splat(level + (<usize>l << 2)), length = f32x4.abs(value);
          const cut = v128.or(f32x4.sub(length, most), v128.and(value, sign));
          v128.store(z + (<usize>l << 4), v128.and(v128.andnot(cut, f32x4.le(length, most)), are));
        }
        for (let i = 0; i < half; i++) unfold(axis, i, width, z, v + at, 4);
      }
      synthesiseColumns(v, down, tall, row, z, sum + p);
    }
    for (let i = 0, a = out, b = sum, by = weights; i < h; i++, b += row)
      for (let j: usize = 0; j < <usize>w << 2; j += 4, a += 4, by += 4) f32.store(a, f32.load(b + j) * f32.load(by));
  }
}

/** The pullback: the derivative by x into out, that by theta added to `slopes`; g is the derivative by the result. */
export function slidingDctVjp(
  x: usize, theta: usize, weights: usize, g: usize, out: usize, slopes: usize, h: i32, w: i32, batch: i32, width: i32, tall: i32,
  axis: usize, down: usize, scratch: usize,
): void {
  const row = <usize>stride(w) << 2, image = <usize>h * row, band = <usize>tall * row, across = w - width + 1, size = <usize>(h * w) << 2;
  const from = scratch, sum = from + image, inner = sum + image, u = inner + image, v = u + band, ug = v + band;
  const folded = ug + band, other = folded + (<usize>max(width, tall) << 4), z = other + (<usize>max(width, tall) << 4);
  const sums = z + (<usize>max(width, tall) << 4), area = <usize>(width * tall);
  const sign = i32x4.splat(0x80000000), half = (width + 1) >> 1;
  memory.fill(sums, 0, area << 4);
  for (; batch > 0; batch--, x += size, g += size, out += size) {
    padded(x, 0, h, w, row, from);
    padded(g, weights, h, w, row, inner);
    memory.fill(sum, 0, image);
    for (let p: usize = 0; p <= image - band; p += row) {
      analyseColumns(from + p, down, tall, row, folded, u);
      analyseColumns(inner + p, down, tall, row, folded, ug);
      memory.fill(v, 0, band);
      let level = theta, total = sums;
      for (let k = 0; k < tall; k++, level += <usize>width << 2, total += <usize>width << 4) for (let q = 0; q < across; q += 4) {
        const at = <usize>k * row + (<usize>q << 2), are = windows(q, across);
        fold(u + at, 4, width, folded);
        fold(ug + at, 4, width, other);
        for (let l = 0; l < width; l++) {
          const value = coefficient(axis, l, width, folded), most = v128.load32_splat(level + (<usize>l << 2));
          const slope = v128.and(v128.andnot(coefficient(axis, l, width, other), f32x4.le(f32x4.abs(value), most)), are);
          const to = total + (<usize>l << 4);
          v128.store(to, f32x4.sub(v128.load(to), v128.xor(slope, v128.and(value, sign))));
          v128.store(z + (<usize>l << 4), slope);
        }
        for (let i = 0; i < half; i++) unfold(axis, i, width, z, v + at, 4);
      }
      synthesiseColumns(v, down, tall, row, z, sum + p);
    }
    for (let i = 0, a = out, b = sum; i < h; i++, b += row, a += <usize>w << 2) memory.copy(a, b, <usize>w << 2);
  }
  for (let c: usize = 0; c < area; c++) {
    const four = v128.load(sums + (c << 4)), to = slopes + (c << 2);
    f32.store(to, f32.load(to) + (f32x4.extract_lane(four, 0) + f32x4.extract_lane(four, 1) + (f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3))));
  }
}
