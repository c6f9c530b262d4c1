// 3×3 convolutions as matrix products without the matrix. An image is copied into rows of width + 2 with zeros around it; on
// that grid the pixel under a given tap is the same number of places away from every pixel, so a tile of the product reads
// the image itself, shifted, and what falls on the 2 spare columns is dropped.
import { tile } from './gemm';
import { pack4, pack8 } from './pack';

const blockDepth = 256;

/** Copies planes into rows of width + 2: `margin` zeros before each row and `margin` rows of zeros above and below. */
function pad(x: usize, to: usize, planes: i32, height: i32, width: i32, margin: i32): void {
  const row = <usize>width << 2, padded = row + 8;
  memory.fill(to, 0, <usize>(planes * (height + 2 * margin)) * padded);
  to += <usize>margin << 2;
  for (let c = 0; c < planes; c++) {
    to += <usize>margin * padded;
    for (let i = 0; i < height; i++, x += row, to += padded) memory.copy(to, x, row);
    to += <usize>margin * padded;
  }
}

/** 4 output channels by 8 neighbouring pixels: Σ_k panel[k, 0..3] x[offsets[k] + 0..7], offsets in bytes. */
function pixels8(panel: usize, x: usize, offsets: usize, depth: i32, to: usize, toRow: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const end = offsets + (<usize>depth << 2);
  for (; offsets < end; offsets += 4, panel += 16) {
    const from = x + <usize>i32.load(offsets);
    const b0 = v128.load(from), b1 = v128.load(from, 16);
    c00 = f32x4.add(c00, f32x4.mul(v128.load32_splat(panel), b0));
    c01 = f32x4.add(c01, f32x4.mul(v128.load32_splat(panel), b1));
    c10 = f32x4.add(c10, f32x4.mul(v128.load32_splat(panel, 4), b0));
    c11 = f32x4.add(c11, f32x4.mul(v128.load32_splat(panel, 4), b1));
    c20 = f32x4.add(c20, f32x4.mul(v128.load32_splat(panel, 8), b0));
    c21 = f32x4.add(c21, f32x4.mul(v128.load32_splat(panel, 8), b1));
    c30 = f32x4.add(c30, f32x4.mul(v128.load32_splat(panel, 12), b0));
    c31 = f32x4.add(c31, f32x4.mul(v128.load32_splat(panel, 12), b1));
  }
  v128.store(to, c00); v128.store(to, c01, 16); to += toRow;
  v128.store(to, c10); v128.store(to, c11, 16); to += toRow;
  v128.store(to, c20); v128.store(to, c21, 16); to += toRow;
  v128.store(to, c30); v128.store(to, c31, 16);
}

/**
 * Bytes of scratch of `conv3x3`: packed weights, offsets, results of 4 channels, one padded image, which is read up to 8 numbers
 * past its end.
 */
export function conv3x3Scratch(channelsIn: i32, channelsOut: i32, height: i32, width: i32): i32 {
  return 4 * (9 * channelsIn * ((channelsOut + 3) & ~3) + ((9 * channelsIn + 3) & ~3) + 4 * ((height * (width + 2) + 7) & ~7)
    + channelsIn * (height + 2) * (width + 2) + 8);
}

/**
 * out[o] = Σ_{c, t} weight(o, c, t) · (plane c of x, shifted to tap t). The weight lies at w + o wOut + c wIn + t wTap bytes, so
 * that other strides give the adjoint.
 */
export function conv3x3(
  x: usize, w: usize, wOut: usize, wIn: usize, wTap: usize, out: usize, channelsIn: i32, channelsOut: i32,
  height: i32, width: i32, batch: i32, scratch: usize,
): void {
  const depth = 9 * channelsIn, row = <usize>width << 2, paddedRow = row + 8, plane = <usize>(height + 2) * paddedRow;
  const resultRow = <usize>((height * (width + 2) + 7) & ~7) << 2;
  const panels = scratch, offsets = panels + <usize>(depth * ((channelsOut + 3) & ~3)) * 4;
  const results = offsets + <usize>((depth + 3) & ~3) * 4, padded = results + 4 * resultRow;
  for (let c = 0; c < channelsIn; c++) {
    for (let o = 0; o < channelsOut; o += 4)
      pack4(w + <usize>o * wOut + <usize>c * wIn, wOut, wTap, min(4, channelsOut - o),
        panels + <usize>(o * depth + 36 * c) * 4, 9);
    for (let t = 0; t < 9; t++)
      i32.store(offsets + <usize>(9 * c + t) * 4, <i32>(<usize>c * plane + <usize>(t / 3) * paddedRow + <usize>(t % 3) * 4));
  }
  // The last row ends 2 spare columns early.
  const end = <usize>(height * (width + 2) - 2) << 2;
  for (let s = 0; s < batch; s++, x += <usize>(channelsIn * height) * row) {
    pad(x, padded, channelsIn, height, width, 1);
    for (let o = 0; o < channelsOut; o += 4) {
      for (let p: usize = 0; p < end; p += 32)
        pixels8(panels + <usize>(o * depth) * 4, padded + p, offsets, depth, results + p, resultRow);
      for (let q = 0; q < min(4, channelsOut - o); q++) for (let i = 0; i < height; i++, out += row)
        memory.copy(out, results + <usize>q * resultRow + <usize>i * paddedRow, row);
    }
  }
}

/** Bytes of scratch of `conv3x3Weights`: sums, the padded planes of x or of g, x in strips of 8 channels, g in panels of 4. */
export function conv3x3WeightsScratch(channelsIn: i32, channelsOut: i32, height: i32, width: i32): i32 {
  const strips = (channelsIn + 7) & ~7, panels = (channelsOut + 3) & ~3;
  const plane = (height + 2) * (width + 2), grid = height * (width + 2);
  return 4 * (9 * strips * panels + ((max(channelsIn * plane, channelsOut * grid) + 3) & ~3) + strips * plane + panels * grid);
}

/** gw[o, c, t] += Σ g[o, p] · (plane c of x, shifted to tap t)[p] over pixels p and the batch. */
export function conv3x3Weights(
  x: usize, g: usize, gw: usize, channelsIn: i32, channelsOut: i32, height: i32, width: i32, batch: i32, scratch: usize,
): void {
  const cols = width + 2, plane = (height + 2) * cols, grid = height * cols;
  const stripChannels = (channelsIn + 7) & ~7, panelChannels = (channelsOut + 3) & ~3;
  const sums = scratch, sumRow = <usize>(9 * stripChannels) * 4, padded = sums + <usize>panelChannels * sumRow;
  const strips = padded + <usize>((max(channelsIn * plane, channelsOut * grid) + 3) & ~3) * 4;
  const panels = strips + <usize>(stripChannels * plane) * 4;
  memory.fill(sums, 0, <usize>panelChannels * sumRow);
  for (let s = 0; s < batch; s++, x += <usize>(channelsIn * height * width) * 4, g += <usize>(channelsOut * height * width) * 4) {
    pad(x, padded, channelsIn, height, width, 1);
    for (let c = 0; c < channelsIn; c += 8)
      pack8(padded + <usize>(c * plane) * 4, <usize>plane * 4, 4, min(8, channelsIn - c), strips + <usize>(c * plane) * 4, plane);
    pad(g, padded, channelsOut, height, width, 0);
    for (let o = 0; o < channelsOut; o += 4)
      pack4(padded + <usize>(o * grid) * 4, <usize>grid * 4, 4, min(4, channelsOut - o), panels + <usize>(o * grid) * 4, grid);
    // On the spare columns g is 0; after the last row they would reach past the end of x.
    for (let p = 0; p < grid - 2; p += blockDepth) {
      const depth = min(blockDepth, grid - 2 - p);
      for (let c = 0; c < channelsIn; c += 8) for (let t = 0; t < 9; t++) for (let o = 0; o < channelsOut; o += 4)
        tile(panels + <usize>(o * grid + 4 * p) * 4, strips + <usize>(c * plane + 8 * (p + t / 3 * cols + t % 3)) * 4, depth,
          sums + <usize>o * sumRow + <usize>(t * stripChannels + c) * 4, sumRow, 4, 8, true);
    }
  }
  for (let o = 0; o < channelsOut; o++) for (let c = 0; c < channelsIn; c++) for (let t = 0; t < 9; t++, gw += 4)
    f32.store(gw, f32.load(gw) + f32.load(sums + <usize>o * sumRow + <usize>(t * stripChannels + c) * 4));
}
