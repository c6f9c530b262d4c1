// 3×3 convolutions by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray 2016): 6×6 tiles d of the image at steps of 4, and
//   Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A,
// 36 multiplications in the place of 144. Summed over channels, the products at each of the 36 places are one matrix product.
// A block of tiles at a time goes all the way, so that what lies between stays in the cache.
import { gradients, images, mostColumns, outputs, patch, tapGradients, taps } from './winograd-tiles';

const mostTiles = 36;

/** Numbers per row: whole strips of 16. */
// @ts-ignore: decorator
@inline
function padded(channels: i32): i32 { return (channels + 15) & ~15; }

/** The size of the parts when n things are dealt out evenly in parts of at most `most`. */
function share(n: i32, most: i32): i32 {
  const parts = (n + most - 1) / most;
  return (n + parts - 1) / parts;
}

function columnsOf(width: i32): i32 { return share((width + 3) >> 2, mostColumns); }
function rowsOf(height: i32, columns: i32): i32 { return share((height + 3) >> 2, mostTiles / columns); }

/** Bytes between places of a block's tiles: rows come in pairs, and a line of the cache more keeps places apart in it. */
function placeOf(pixel: usize, tiles: i32): usize { return <usize>((tiles + 1) & ~1) * pixel + 64; }

/** Bytes of scratch of `winograd` and of `winogradWeights`. */
export function winogradScratch(channelsIn: i32, channelsOut: i32, height: i32, width: i32): i32 {
  const columns = columnsOf(width), rows = rowsOf(height, columns);
  const pixelIn = 4 * padded(channelsIn), pixelOut = 4 * padded(channelsOut);
  return 36 * (padded(channelsIn) * pixelOut + <i32>placeOf(pixelIn, rows * columns) + <i32>placeOf(pixelOut, rows * columns))
    + (4 * rows + 2) * (4 * columns + 2) * pixelIn + 16 * rows * columns * pixelOut;
}

/**
 * 16 columns of C = A B, or of C += A B, two rows at a time: A's entries lie aRow and aStep bytes apart, B's rows bStep and
 * C's rows cRow. Of the tiles whose sums stay in registers in V8, 2×16 has the fewest instructions for a product.
 */
function product(
  a: usize, aRow: usize, aStep: usize, b: usize, bStep: usize, depth: i32, c: usize, cRow: usize, rows: i32, accumulate: bool,
): void {
  const end = b + <usize>depth * bStep;
  for (let i = 0; i < rows; i += 2, a += 2 * aRow, c += 2 * cRow) {
    let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
    let p = a, q = a + aRow;
    for (let from = b; from < end; from += bStep, p += aStep, q += aStep) {
      const b0 = v128.load(from), b1 = v128.load(from, 16), b2 = v128.load(from, 32), b3 = v128.load(from, 48);
      const a0 = v128.load32_splat(p);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      c02 = f32x4.add(c02, f32x4.mul(a0, b2));
      c03 = f32x4.add(c03, f32x4.mul(a0, b3));
      const a1 = v128.load32_splat(q);
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      c12 = f32x4.add(c12, f32x4.mul(a1, b2));
      c13 = f32x4.add(c13, f32x4.mul(a1, b3));
    }
    if (accumulate) {
      c00 = f32x4.add(c00, v128.load(c)); c01 = f32x4.add(c01, v128.load(c, 16));
      c02 = f32x4.add(c02, v128.load(c, 32)); c03 = f32x4.add(c03, v128.load(c, 48));
      c10 = f32x4.add(c10, v128.load(c + cRow)); c11 = f32x4.add(c11, v128.load(c + cRow, 16));
      c12 = f32x4.add(c12, v128.load(c + cRow, 32)); c13 = f32x4.add(c13, v128.load(c + cRow, 48));
    }
    v128.store(c, c00); v128.store(c, c01, 16); v128.store(c, c02, 32); v128.store(c, c03, 48);
    v128.store(c + cRow, c10); v128.store(c + cRow, c11, 16); v128.store(c + cRow, c12, 32); v128.store(c + cRow, c13, 48);
  }
}

/** As `conv3x3`, by F(4×4, 3×3). */
export function winograd(
  x: usize, w: usize, wOut: usize, wIn: usize, wTap: usize, out: usize, channelsIn: i32, channelsOut: i32,
  height: i32, width: i32, batch: i32, scratch: usize,
): void {
  const columns = columnsOf(width), rows = rowsOf(height, columns), strip = <usize>channelsIn << 6;
  const pixelIn = <usize>padded(channelsIn) << 2, pixelOut = <usize>padded(channelsOut) << 2;
  const placeTaps = <usize>channelsIn * pixelOut;
  const placeIn = placeOf(pixelIn, rows * columns), placeOut = placeOf(pixelOut, rows * columns);
  const U = scratch, V = U + 36 * placeTaps, M = V + 36 * placeIn, pixels = M + 36 * placeOut;
  taps(w, wOut, wIn, wTap, channelsIn, channelsOut, U, placeTaps);
  const imageIn = <usize>(channelsIn * height * width) << 2, imageOut = <usize>(channelsOut * height * width) << 2;
  for (let s = 0; s < batch; s++, x += imageIn, out += imageOut)
    for (let i = 0; i < height; i += 4 * rows) for (let j = 0; j < width; j += 4 * columns) {
      const r = min(rows, (height - i + 3) >> 2), t = min(columns, (width - j + 3) >> 2);
      patch(x, channelsIn, height, width, i - 1, j - 1, 4 * r + 2, 4 * t + 2, pixels, pixelIn);
      images(pixels, pixelIn, channelsIn, r, t, V, placeIn);
      for (let k: usize = 0; k < 36; k++) for (let o = 0; o < channelsOut; o += 16)
        product(V + k * placeIn, pixelIn, 4, U + k * placeTaps + <usize>(o >> 4) * strip, 64, channelsIn,
          M + k * placeOut + (<usize>o << 2), pixelOut, r * t, false);
      outputs(M, placeOut, pixelOut, channelsOut, r, t, out, height, width, i, j);
    }
}

/** As `conv3x3Weights`: gw += Gᵀ [Σ over tiles of (A y Aᵀ) ⊙ (Bᵀ d B)] G. */
export function winogradWeights(
  x: usize, g: usize, gw: usize, channelsIn: i32, channelsOut: i32, height: i32, width: i32, batch: i32, scratch: usize,
): void {
  const columns = columnsOf(width), rows = rowsOf(height, columns);
  const pixelIn = <usize>padded(channelsIn) << 2, pixelOut = <usize>padded(channelsOut) << 2;
  const placeTaps = <usize>padded(channelsOut) * pixelIn;
  const placeIn = placeOf(pixelIn, rows * columns), placeOut = placeOf(pixelOut, rows * columns);
  const U = scratch, V = U + 36 * placeTaps, P = V + 36 * placeIn, pixels = P + 36 * placeOut;
  const gradientPixels = pixels + <usize>((4 * rows + 2) * (4 * columns + 2)) * pixelIn;
  memory.fill(U, 0, 36 * placeTaps);
  const imageIn = <usize>(channelsIn * height * width) << 2, imageOut = <usize>(channelsOut * height * width) << 2;
  for (let s = 0; s < batch; s++, x += imageIn, g += imageOut)
    for (let i = 0; i < height; i += 4 * rows) for (let j = 0; j < width; j += 4 * columns) {
      const r = min(rows, (height - i + 3) >> 2), t = min(columns, (width - j + 3) >> 2);
      patch(x, channelsIn, height, width, i - 1, j - 1, 4 * r + 2, 4 * t + 2, pixels, pixelIn);
      images(pixels, pixelIn, channelsIn, r, t, V, placeIn);
      patch(g, channelsOut, height, width, i, j, 4 * r, 4 * t, gradientPixels, pixelOut);
      gradients(gradientPixels, pixelOut, channelsOut, r, t, P, placeOut);
      for (let k: usize = 0; k < 36; k++) for (let c = 0; c < channelsIn; c += 16)
        product(P + k * placeOut, 4, pixelOut, V + k * placeIn + (<usize>c << 2), pixelIn, r * t,
          U + k * placeTaps + (<usize>c << 2), pixelIn, channelsOut, true);
    }
  tapGradients(U, placeTaps, pixelIn, channelsIn, channelsOut, gw);
}
