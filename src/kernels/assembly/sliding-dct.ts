// Soft thresholds on the DCT of every window of tall × width places of an image, added up over the windows. All windows of a band of `tall` rows
// are transformed along their columns at once, then four windows side by side, one a lane, along their rows. Images are copied to
// rows with room for the lanes past the last window.
import { analyse, synthesise } from './dct';

/** Floats a row of w, with what the lanes past the last window read. */
function stride(w: i32): i32 {
  return (w + 6) & ~3;
}

/** Bytes of scratch. */
export function slidingDctScratch(h: i32, w: i32, width: i32, tall: i32): i32 {
  return ((3 * h + 3 * tall + 2 * width) * stride(w) << 2) + (width * tall + 3 * max(width, tall) << 4);
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
 * out[c] = Σ_i parts[i][c − i]: what place i of each window gives lies in a row of its own, twice as long as others and with zeros before it, for
 * adding up windows that overlap would wait for every store before the next load.
 */
function overlapped(parts: usize, width: i32, row: usize, out: usize): void {
  for (let c: usize = 0; c < row; c += 16) {
    let sum = f32x4.splat(0), at = parts + c;
    for (let i = 0; i < width; i++, at += 2 * row - 4) sum = f32x4.add(sum, v128.load(at));
    v128.store(out + c, sum);
  }
}

/** The coefficients along the columns of a band that starts at x: `tall` rows of them. */
function analyseColumns(x: usize, down: usize, tall: i32, row: usize, folded: usize, to: usize): void {
  for (let c: usize = 0; c < row; c += 16) analyse(down, tall, x + c, row, folded, to + c, row);
}

/** Adds what coefficients along the columns give to a band. */
function synthesiseColumns(from: usize, down: usize, tall: i32, row: usize, to: usize): void {
  for (let c: usize = 0; c < row; c += 16) synthesise(down, tall, from + c, row, to + c, row, true);
}

/**
 * out = weights · Σ over windows of Cᵀ soft(C window, theta), batch images of h × w; theta has tall × width thresholds, `axis` and `down` are the DCT
 * matrices of width and tall.
 */
export function slidingDct(
  x: usize, theta: usize, weights: usize, out: usize, h: i32, w: i32, batch: i32, width: i32, tall: i32, axis: usize, down: usize, scratch: usize,
): void {
  const row = <usize>stride(w) << 2, image = <usize>h * row, band = <usize>tall * row, across = w - width + 1, size = <usize>(h * w) << 2;
  const from = scratch, sum = from + image, u = sum + image, v = u + band, parts = v + band;
  const folded = parts + <usize>(2 * width) * row, z = folded + (<usize>max(width, tall) << 4);
  const sign = i32x4.splat(0x80000000);
  memory.fill(parts, 0, <usize>(2 * width) * row);
  for (; batch > 0; batch--, x += size, out += size) {
    padded(x, 0, h, w, row, from);
    memory.fill(sum, 0, image);
    for (let p: usize = 0; p <= image - band; p += row) {
      analyseColumns(from + p, down, tall, row, folded, u);
      let level = theta;
      for (let k = 0; k < tall; k++, level += <usize>width << 2) {
        for (let q = 0; q < across; q += 4) {
          const at = <usize>k * row + (<usize>q << 2), are = windows(q, across);
          analyse(axis, width, u + at, 4, folded, z, 16);
          for (let l = 0, t = level, o = z; l < width; l++, t += 4, o += 16) {
            const value = v128.load(o), most = v128.load32_splat(t), length = f32x4.abs(value);
            const cut = v128.or(f32x4.sub(length, most), v128.and(value, sign));
            v128.store(o, v128.and(v128.andnot(cut, f32x4.le(length, most)), are));
          }
          synthesise(axis, width, z, 16, parts + row + (<usize>q << 2), 2 * row, false);
        }
        overlapped(parts + row, width, row, v + <usize>k * row);
      }
      synthesiseColumns(v, down, tall, row, sum + p);
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
  const from = scratch, sum = from + image, inner = sum + image, u = inner + image, v = u + band, ug = v + band, largest = <usize>max(width, tall) << 4;
  const parts = ug + band, folded = parts + <usize>(2 * width) * row, other = folded + largest, z = other + largest, sums = z + largest, area = <usize>(width * tall);
  const sign = i32x4.splat(0x80000000);
  memory.fill(parts, 0, <usize>(2 * width) * row);
  memory.fill(sums, 0, area << 4);
  for (; batch > 0; batch--, x += size, g += size, out += size) {
    padded(x, 0, h, w, row, from);
    padded(g, weights, h, w, row, inner);
    memory.fill(sum, 0, image);
    for (let p: usize = 0; p <= image - band; p += row) {
      analyseColumns(from + p, down, tall, row, folded, u);
      analyseColumns(inner + p, down, tall, row, folded, ug);
      let level = theta, total = sums;
      for (let k = 0; k < tall; k++, level += <usize>width << 2, total += <usize>width << 4) {
        for (let q = 0; q < across; q += 4) {
          const at = <usize>k * row + (<usize>q << 2), are = windows(q, across);
          analyse(axis, width, u + at, 4, folded, other, 16);
          analyse(axis, width, ug + at, 4, folded, z, 16);
          for (let l = 0, t = level, value = other, o = z, to = total; l < width; l++, t += 4, value += 16, o += 16, to += 16) {
            const here = v128.load(value), slope = v128.and(v128.andnot(v128.load(o), f32x4.le(f32x4.abs(here), v128.load32_splat(t))), are);
            v128.store(to, f32x4.sub(v128.load(to), v128.xor(slope, v128.and(here, sign))));
            v128.store(o, slope);
          }
          synthesise(axis, width, z, 16, parts + row + (<usize>q << 2), 2 * row, false);
        }
        overlapped(parts + row, width, row, v + <usize>k * row);
      }
      synthesiseColumns(v, down, tall, row, sum + p);
    }
    for (let i = 0, a = out, b = sum; i < h; i++, b += row, a += <usize>w << 2) memory.copy(a, b, <usize>w << 2);
  }
  for (let c: usize = 0; c < area; c++) {
    const four = v128.load(sums + (c << 4)), to = slopes + (c << 2);
    f32.store(to, f32.load(to) + (f32x4.extract_lane(four, 0) + f32x4.extract_lane(four, 1) + (f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3))));
  }
}
