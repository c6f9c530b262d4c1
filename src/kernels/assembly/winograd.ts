// 3×3 convolutions by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray 2016): 4×4 tiles d of the image at steps of 2, and
//   Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A,
// 16 multiplications in the place of 36. Summed over channels, the products at each of the 16 places are one matrix product.
// Transforms work on 4 neighbouring tiles at once; a row's last group of 4 overlaps the one before it.
import { gemm, gemmScratch } from './gemm';

const chunkTiles = 192;

// @ts-ignore: decorator
@inline
function tilesAlong(n: i32, least: i32): i32 { return max(least, (n + 1) >> 1); }
// @ts-ignore: decorator
@inline
function even(a: v128, b: v128): v128 { return i32x4.shuffle(a, b, 0, 2, 4, 6); }
// @ts-ignore: decorator
@inline
function odd(a: v128, b: v128): v128 { return i32x4.shuffle(a, b, 1, 3, 5, 7); }

function rowsTogether(across: i32, down: i32): i32 { return min(down, max(1, chunkTiles / across)); }

/** Bytes of scratch for the largest of the products below. */
export function winogradScratch(channelsIn: i32, channelsOut: i32, height: i32, width: i32): i32 {
  const across = tilesAlong(width, 4), down = tilesAlong(height, 1), tiles = across * rowsTogether(across, down);
  return 4 * (16 * channelsIn * channelsOut + 16 * (channelsIn + channelsOut) * tiles
    + (channelsIn + channelsOut) * (2 * down + 2) * (2 * across + 2) + 16) + gemmScratch();
}

/** Copies planes of height × width into zeroed rows of `cols`, `margin` in from the top and the left. */
function embed(x: usize, to: usize, planes: i32, height: i32, width: i32, rows: i32, cols: i32, margin: i32): void {
  memory.fill(to, 0, <usize>(planes * rows * cols) << 2);
  for (let c = 0; c < planes; c++) for (let i = 0; i < height; i++, x += <usize>width << 2)
    memory.copy(to + (<usize>((c * rows + i + margin) * cols + margin) << 2), x, <usize>width << 2);
}

/** U[place, o, c] = (G g Gᵀ)[place], g the kernel of the pair (o, c). */
function kernels(w: usize, wOut: usize, wIn: usize, wTap: usize, channelsIn: i32, channelsOut: i32, U: usize): void {
  const step = <usize>(channelsIn * channelsOut) << 2;
  for (let o = 0; o < channelsOut; o++) for (let c = 0; c < channelsIn; c++, U += 4) {
    const g = w + <usize>o * wOut + <usize>c * wIn;
    for (let j = 0; j < 3; j++) {
      // Column j of G g goes to places 0, 4, 8, 12 of column j for now.
      const a = f32.load(g + <usize>j * wTap), b = f32.load(g + <usize>(3 + j) * wTap), d = f32.load(g + <usize>(6 + j) * wTap);
      const at = U + <usize>j * step;
      f32.store(at, a);
      f32.store(at + 4 * step, 0.5 * (a + b + d));
      f32.store(at + 8 * step, 0.5 * (a - b + d));
      f32.store(at + 12 * step, d);
    }
    for (let i = 0; i < 4; i++) {
      const at = U + <usize>(4 * i) * step, a = f32.load(at), b = f32.load(at + step), d = f32.load(at + 2 * step);
      f32.store(at + step, 0.5 * (a + b + d));
      f32.store(at + 2 * step, 0.5 * (a - b + d));
      f32.store(at + 3 * step, d);
    }
  }
}

/** Row i of Bᵀ d, for the 4 tiles that start at `x`, and then times B: 4 places from `to` on. */
// @ts-ignore: decorator
@inline
function put(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize): void {
  v128.store(to, f32x4.sub(a, c));
  v128.store(to + step, f32x4.add(b, c));
  v128.store(to + 2 * step, f32x4.sub(c, b));
  v128.store(to + 3 * step, f32x4.sub(b, d));
}

/** V[place, c, tile] = (Bᵀ d B)[place] over `rows` rows of tiles; x points at the first of padded planes. */
function images(x: usize, plane: usize, row: usize, channels: i32, rows: i32, across: i32, V: usize): void {
  const tiles = rows * across, step = <usize>(channels * tiles) << 2;
  for (let c = 0; c < channels; c++, x += plane) for (let r = 0; r < rows; r++) for (let t = 0; t < across; t += 4) {
    const first = min(t, across - 4), p = x + <usize>(2 * r) * row + (<usize>first << 3);
    const to = V + (<usize>(c * tiles + r * across + first) << 2);
    let a = v128.load(p), b = v128.load(p, 16), e = v128.load(p, 8), f = v128.load(p, 24);
    const d00 = even(a, b), d01 = odd(a, b), d02 = even(e, f), d03 = odd(e, f);
    a = v128.load(p + row); b = v128.load(p + row, 16); e = v128.load(p + row, 8); f = v128.load(p + row, 24);
    const d10 = even(a, b), d11 = odd(a, b), d12 = even(e, f), d13 = odd(e, f);
    a = v128.load(p + 2 * row); b = v128.load(p + 2 * row, 16); e = v128.load(p + 2 * row, 8); f = v128.load(p + 2 * row, 24);
    const d20 = even(a, b), d21 = odd(a, b), d22 = even(e, f), d23 = odd(e, f);
    a = v128.load(p + 3 * row); b = v128.load(p + 3 * row, 16); e = v128.load(p + 3 * row, 8); f = v128.load(p + 3 * row, 24);
    put(f32x4.sub(d00, d20), f32x4.sub(d01, d21), f32x4.sub(d02, d22), f32x4.sub(d03, d23), to, step);
    put(f32x4.add(d10, d20), f32x4.add(d11, d21), f32x4.add(d12, d22), f32x4.add(d13, d23), to + 4 * step, step);
    put(f32x4.sub(d20, d10), f32x4.sub(d21, d11), f32x4.sub(d22, d12), f32x4.sub(d23, d13), to + 8 * step, step);
    put(f32x4.sub(d10, even(a, b)), f32x4.sub(d11, odd(a, b)), f32x4.sub(d12, even(e, f)), f32x4.sub(d13, odd(e, f)), to + 12 * step, step);
  }
}

/** The two numbers of a row of Y that Aᵀ makes of m's row sums, for 4 tiles: 8 neighbouring pixels. */
// @ts-ignore: decorator
@inline
function pixels(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  const left = f32x4.add(f32x4.add(a, b), c), right = f32x4.sub(f32x4.sub(b, c), d);
  v128.store(to, i32x4.shuffle(left, right, 0, 4, 1, 5));
  v128.store(to, i32x4.shuffle(left, right, 2, 6, 3, 7), 16);
}

/** Y = Aᵀ m A for every output channel, into padded planes. */
function outputs(M: usize, channels: i32, rows: i32, across: i32, y: usize, plane: usize, row: usize): void {
  const tiles = rows * across, s = <usize>(channels * tiles) << 2;
  for (let o = 0; o < channels; o++, y += plane) for (let r = 0; r < rows; r++) for (let t = 0; t < across; t += 4) {
    const first = min(t, across - 4), m = M + (<usize>(o * tiles + r * across + first) << 2), to = y + <usize>(2 * r) * row + (<usize>first << 3);
    const m10 = v128.load(m + 4 * s), m11 = v128.load(m + 5 * s), m12 = v128.load(m + 6 * s), m13 = v128.load(m + 7 * s);
    const m20 = v128.load(m + 8 * s), m21 = v128.load(m + 9 * s), m22 = v128.load(m + 10 * s), m23 = v128.load(m + 11 * s);
    pixels(f32x4.add(f32x4.add(v128.load(m), m10), m20), f32x4.add(f32x4.add(v128.load(m + s), m11), m21),
      f32x4.add(f32x4.add(v128.load(m + 2 * s), m12), m22), f32x4.add(f32x4.add(v128.load(m + 3 * s), m13), m23), to);
    pixels(f32x4.sub(f32x4.sub(m10, m20), v128.load(m + 12 * s)), f32x4.sub(f32x4.sub(m11, m21), v128.load(m + 13 * s)),
      f32x4.sub(f32x4.sub(m12, m22), v128.load(m + 14 * s)), f32x4.sub(f32x4.sub(m13, m23), v128.load(m + 15 * s)), to + row);
  }
}

/** As `conv3x3`, by F(2×2, 3×3). */
export function winograd(
  x: usize, w: usize, wOut: usize, wIn: usize, wTap: usize, out: usize, channelsIn: i32, channelsOut: i32,
  height: i32, width: i32, batch: i32, scratch: usize,
): void {
  const across = tilesAlong(width, 4), down = tilesAlong(height, 1), together = rowsTogether(across, down);
  const rows = 2 * down + 2, cols = 2 * across + 2, row = <usize>cols << 2, plane = <usize>rows * row, pair = channelsIn * channelsOut;
  const U = scratch, V = U + (<usize>(16 * pair) << 2), M = V + (<usize>(16 * channelsIn * across * together) << 2);
  const padded = M + (<usize>(16 * channelsOut * across * together) << 2), result = padded + <usize>channelsIn * plane;
  const work = result + <usize>channelsOut * plane + 64;
  kernels(w, wOut, wIn, wTap, channelsIn, channelsOut, U);
  for (let s = 0; s < batch; s++, x += <usize>(channelsIn * height * width) << 2) {
    embed(x, padded, channelsIn, height, width, rows, cols, 1);
    for (let r = 0; r < down; r += together) {
      const own = min(together, down - r), tiles = own * across;
      images(padded + <usize>(2 * r) * row, plane, row, channelsIn, own, across, V);
      for (let place = 0; place < 16; place++)
        gemm(U + (<usize>(place * pair) << 2), <usize>channelsIn << 2, 4, V + (<usize>(place * channelsIn * tiles) << 2), <usize>tiles << 2, 4,
          M + (<usize>(place * channelsOut * tiles) << 2), <usize>tiles << 2, channelsOut, tiles, channelsIn, false, work);
      outputs(M, channelsOut, own, across, result + <usize>(2 * r) * row, plane, row);
    }
    for (let o = 0; o < channelsOut; o++) for (let i = 0; i < height; i++, out += <usize>width << 2)
      memory.copy(out, result + <usize>o * plane + <usize>i * row, <usize>width << 2);
  }
}

/** P[place, o, tile] = (A dY Aᵀ)[place] for 2×2 tiles of the gradient. */
function gradients(g: usize, plane: usize, row: usize, channels: i32, rows: i32, across: i32, P: usize): void {
  const tiles = rows * across, step = <usize>(channels * tiles) << 2;
  for (let o = 0; o < channels; o++, g += plane) for (let r = 0; r < rows; r++) for (let t = 0; t < across; t += 4) {
    const first = min(t, across - 4), p = g + <usize>(2 * r) * row + (<usize>first << 3);
    const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p + row), d = v128.load(p + row, 16);
    const y00 = even(a, b), y01 = odd(a, b), y10 = even(c, d), y11 = odd(c, d);
    const to = P + (<usize>(o * tiles + r * across + first) << 2);
    spread(y00, y01, to, step);
    spread(f32x4.add(y00, y10), f32x4.add(y01, y11), to + 4 * step, step);
    spread(f32x4.sub(y00, y10), f32x4.sub(y01, y11), to + 8 * step, step);
    spread(f32x4.neg(y10), f32x4.neg(y11), to + 12 * step, step);
  }
}

// @ts-ignore: decorator
@inline
function spread(a: v128, b: v128, to: usize, step: usize): void {
  v128.store(to, a);
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  v128.store(to + 3 * step, f32x4.neg(b));
}

/** As `conv3x3Weights`: gw += Gᵀ [Σ over tiles of (A dY Aᵀ) ⊙ (Bᵀ d B)] G. */
export function winogradWeights(
  x: usize, g: usize, gw: usize, channelsIn: i32, channelsOut: i32, height: i32, width: i32, batch: i32, scratch: usize,
): void {
  const across = tilesAlong(width, 4), down = tilesAlong(height, 1), together = rowsTogether(across, down);
  const rows = 2 * down + 2, cols = 2 * across + 2, row = <usize>cols << 2, plane = <usize>rows * row, pair = channelsIn * channelsOut;
  const U = scratch, V = U + (<usize>(16 * pair) << 2), P = V + (<usize>(16 * channelsIn * across * together) << 2);
  const padded = P + (<usize>(16 * channelsOut * across * together) << 2), gradient = padded + <usize>channelsIn * plane;
  const work = gradient + <usize>channelsOut * plane + 64, step = <usize>pair << 2;
  memory.fill(U, 0, 16 * step);
  for (let s = 0; s < batch; s++, x += <usize>(channelsIn * height * width) << 2, g += <usize>(channelsOut * height * width) << 2) {
    embed(x, padded, channelsIn, height, width, rows, cols, 1);
    embed(g, gradient, channelsOut, height, width, rows, cols, 0);
    for (let r = 0; r < down; r += together) {
      const own = min(together, down - r), tiles = own * across;
      images(padded + <usize>(2 * r) * row, plane, row, channelsIn, own, across, V);
      gradients(gradient + <usize>(2 * r) * row, plane, row, channelsOut, own, across, P);
      for (let place = 0; place < 16; place++)
        gemm(P + (<usize>(place * channelsOut * tiles) << 2), <usize>tiles << 2, 4, V + (<usize>(place * channelsIn * tiles) << 2), 4, <usize>tiles << 2,
          U + <usize>place * step, <usize>channelsIn << 2, channelsOut, channelsIn, tiles, true, work);
    }
  }
  for (let p = 0; p < pair; p++, gw += 36) {
    const at = U + (<usize>p << 2);
    // Rows of Gᵀ dU into places 0 … 2 of each column, then the columns.
    for (let j = 0; j < 4; j++) {
      const q = at + <usize>j * step, a = f32.load(q), b = f32.load(q + 4 * step), c = f32.load(q + 8 * step), d = f32.load(q + 12 * step);
      f32.store(q, a + 0.5 * (b + c));
      f32.store(q + 4 * step, 0.5 * (b - c));
      f32.store(q + 8 * step, 0.5 * (b + c) + d);
    }
    for (let i = 0; i < 3; i++) {
      const q = at + <usize>(4 * i) * step, a = f32.load(q), b = f32.load(q + step), c = f32.load(q + 2 * step), d = f32.load(q + 3 * step);
      const to = gw + <usize>(12 * i);
      f32.store(to, f32.load(to) + a + 0.5 * (b + c));
      f32.store(to, f32.load(to, 4) + 0.5 * (b - c), 4);
      f32.store(to, f32.load(to, 8) + 0.5 * (b + c) + d, 8);
    }
  }
}
