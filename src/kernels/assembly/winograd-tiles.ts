// Winograd's transforms of tiles in both axes. Pixels lie channels last, so that 4 channels of a pixel are one vector; the 36
// places of a transform lie `place` bytes apart, each a matrix with a row per tile or output channel.
import { gradientLine, imageLine, outputLine, tapGradientLine, tapLine } from './winograd-lines';

/** Columns of tiles that `images` takes at most. */
export const mostColumns = 9;
const line: usize = 16 * (4 * mostColumns + 2);
// Where tiles lie between their two transforms, and after them.
const half = memory.data(6 * 16 * (4 * mostColumns + 2), 16), whole = memory.data(16 * 16, 16);

/** 4 rows of 4 numbers to 4 columns. */
// @ts-ignore: decorator
@inline
function transpose(from: usize, step: usize, to: usize, next: usize): void {
  const a = v128.load(from), b = v128.load(from + step), c = v128.load(from + 2 * step), d = v128.load(from + 3 * step);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(to + next, i64x2.shuffle(ab0, cd0, 1, 3));
  v128.store(to + 2 * next, i64x2.shuffle(ab1, cd1, 0, 2));
  v128.store(to + 3 * next, i64x2.shuffle(ab1, cd1, 1, 3));
}

/** Copies rows × cols pixels of an image's planes from (top, left) on to pixels of `pixel` bytes; 0 outside of the image. */
export function patch(
  x: usize, channels: i32, height: i32, width: i32, top: i32, left: i32, rows: i32, cols: i32, to: usize, pixel: usize,
): void {
  const plane = <usize>(height * width) << 2, end = left + cols, inner = min(width, end);
  for (let c = 0; c < channels; c += 4, x += 4 * plane) {
    const lanes = min(4, channels - c);
    let p = to + (<usize>c << 2);
    for (let i = top; i < top + rows; i++) {
      const row = x + (<usize>(i * width) << 2), from = i < 0 || i >= height ? end : 0;
      let j = left;
      while (j < end) {
        if (j < from || j >= width) {
          v128.store(p, f32x4.splat(0));
          j++; p += pixel;
        } else if (lanes === 4 && j + 4 <= inner) {
          transpose(row + (<usize>j << 2), plane, p, pixel);
          j += 4; p += 4 * pixel;
        } else {
          for (let k = 0; k < lanes; k++) f32.store(p + (<usize>k << 2), f32.load(row + <usize>k * plane + (<usize>j << 2)));
          j++; p += pixel;
        }
      }
    }
  }
}

/** Bᵀ d B for rows × cols tiles of 6×6 pixels at steps of 4. */
export function images(x: usize, pixel: usize, channels: i32, rows: i32, cols: i32, to: usize, place: usize): void {
  const row = <usize>(4 * cols + 2) * pixel;
  for (let r = 0; r < rows; r++, x += 4 * row) for (let c: usize = 0; c < <usize>channels << 2; c += 16) {
    // Neighbouring tiles share 2 columns.
    for (let j: usize = 0; j < <usize>(4 * cols + 2); j++) imageLine(x + j * pixel + c, row, half + 16 * j, line);
    for (let t: usize = 0; t < <usize>cols; t++) {
      const tile = to + (<usize>(r * cols) + t) * pixel + c;
      for (let i: usize = 0; i < 6; i++) imageLine(half + i * line + 64 * t, 16, tile + 6 * i * place, place);
    }
  }
}

/** A y Aᵀ for rows × cols tiles of 4×4 pixels of the output's gradient. */
export function gradients(g: usize, pixel: usize, channels: i32, rows: i32, cols: i32, to: usize, place: usize): void {
  const row = <usize>(4 * cols) * pixel;
  for (let r = 0; r < rows; r++, g += 4 * row) for (let t: usize = 0; t < <usize>cols; t++, to += pixel)
    for (let c: usize = 0; c < <usize>channels << 2; c += 16) {
      for (let j: usize = 0; j < 4; j++) gradientLine(g + (4 * t + j) * pixel + c, row, half + 16 * j, 64);
      for (let i: usize = 0; i < 6; i++) gradientLine(half + 64 * i, 16, to + c + 6 * i * place, place);
    }
}

/** Aᵀ m A for rows × cols tiles, to the pixels from (top, left) on of an image's planes. */
export function outputs(
  m: usize, place: usize, pixel: usize, channels: i32, rows: i32, cols: i32,
  out: usize, height: i32, width: i32, top: i32, left: i32,
): void {
  const plane = <usize>(height * width) << 2, row = <usize>width << 2;
  for (let c = 0; c < channels; c += 4, out += 4 * plane) {
    const lanes = min(4, channels - c);
    let tile = m + (<usize>c << 2);
    for (let i = top; i < top + 4 * rows; i += 4) for (let j = left; j < left + 4 * cols; j += 4, tile += pixel) {
      for (let k: usize = 0; k < 6; k++) outputLine(tile + k * place, 6 * place, half + 16 * k, 96);
      for (let k: usize = 0; k < 4; k++) outputLine(half + 96 * k, 16, whole + 64 * k, 16);
      const to = out + <usize>i * row + (<usize>j << 2), high = min(4, height - i), wide = min(4, width - j);
      if (lanes + high + wide === 12) for (let k: usize = 0; k < 4; k++) transpose(whole + 64 * k, 16, to + k * row, plane);
      else for (let q = 0; q < lanes; q++) for (let k = 0; k < high; k++) for (let l = 0; l < wide; l++)
        f32.store(to + <usize>q * plane + <usize>k * row + (<usize>l << 2), f32.load(whole + (<usize>(16 * k + 4 * l + q) << 2)));
    }
  }
}

/** G g Gᵀ in strips of 16 output channels: [place][channelsOut / 16][channelsIn][16]. */
export function taps(
  w: usize, wOut: usize, wIn: usize, wTap: usize, channelsIn: i32, channelsOut: i32, to: usize, place: usize,
): void {
  for (let o = 0; o < channelsOut; o += 4) for (let c = 0; c < channelsIn; c++) {
    for (let q = 0; q < min(4, channelsOut - o); q++) for (let t = 0; t < 9; t++)
      f32.store(whole + (<usize>(4 * t + q) << 2), f32.load(w + <usize>(o + q) * wOut + <usize>c * wIn + <usize>t * wTap));
    const pair = to + (<usize>(((o >> 4) * channelsIn + c) * 16 + (o & 15)) << 2);
    for (let j: usize = 0; j < 3; j++) tapLine(whole + 16 * j, 48, half + 16 * j, 48);
    for (let i: usize = 0; i < 6; i++) tapLine(half + 48 * i, 16, pair + 6 * i * place, place);
  }
}

/** gw += Gᵀ m G, m in rows of `row` bytes per output channel: [place][channelsOut][channelsIn]. */
export function tapGradients(m: usize, place: usize, row: usize, channelsIn: i32, channelsOut: i32, gw: usize): void {
  for (let o = 0; o < channelsOut; o++, m += row) for (let c = 0; c < channelsIn; c += 4) {
    const pair = m + (<usize>c << 2);
    for (let j: usize = 0; j < 6; j++) tapGradientLine(pair + j * place, 6 * place, half + 16 * j, 96);
    for (let i: usize = 0; i < 3; i++) tapGradientLine(half + 96 * i, 16, whole + 48 * i, 16);
    for (let q = 0; q < min(4, channelsIn - c); q++) for (let t = 0; t < 9; t++, gw += 4)
      f32.store(gw, f32.load(gw) + f32.load(whole + (<usize>(4 * t + q) << 2)));
  }
}
