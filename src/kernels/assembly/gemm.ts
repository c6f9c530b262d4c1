// C = A B in blocks: A is packed into panels of 4 rows, one strip of 8 columns of B after the other is packed and meets all
// panels, and a 4×8 tile of C stays in registers while the depth runs (larger tiles gain little or do not stay there in V8).
// Every entry of C is the sum over blocks of `blockDepth` of products added one after the other, on every path: a row of C
// does not depend on how many rows there are.
import { rowByColumns, rowByRows } from './gemv';
import { pack4, pack8 } from './pack';

/** Sums along the depth are grouped so. */
export const blockDepth = 256;
const blockRows = 128;
const edge = memory.data(4 * 8 * 4, 16);

/** Bytes of scratch that `gemm` packs into. */
export function gemmScratch(): i32 {
  return blockDepth * (blockRows + 8) * 4;
}

/** A tile of `rows` ≤ 4 by `cols` ≤ 8 of C from one panel and one strip. */
export function tile(a: usize, b: usize, depth: i32, c: usize, cRow: usize, rows: i32, cols: i32, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const end = b + (<usize>depth << 5);
  while (b < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    // Loading each entry of A twice is faster than keeping it in a register.
    c00 = f32x4.add(c00, f32x4.mul(v128.load32_splat(a), b0)); c01 = f32x4.add(c01, f32x4.mul(v128.load32_splat(a), b1));
    c10 = f32x4.add(c10, f32x4.mul(v128.load32_splat(a, 4), b0)); c11 = f32x4.add(c11, f32x4.mul(v128.load32_splat(a, 4), b1));
    c20 = f32x4.add(c20, f32x4.mul(v128.load32_splat(a, 8), b0)); c21 = f32x4.add(c21, f32x4.mul(v128.load32_splat(a, 8), b1));
    c30 = f32x4.add(c30, f32x4.mul(v128.load32_splat(a, 12), b0)); c31 = f32x4.add(c31, f32x4.mul(v128.load32_splat(a, 12), b1));
    a += 16; b += 32;
  }
  const whole = rows === 4 && cols === 8;
  const to = whole ? c : edge, step = whole ? cRow : 32, add = whole && accumulate;
  put(to, c00, c01, add);
  put(to + step, c10, c11, add);
  put(to + 2 * step, c20, c21, add);
  put(to + 3 * step, c30, c31, add);
  if (whole) return;
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) {
    const p = c + <usize>i * cRow + (<usize>j << 2), value = f32.load(edge + (<usize>i << 5) + (<usize>j << 2));
    f32.store(p, accumulate ? f32.load(p) + value : value);
  }
}

// @ts-ignore: decorator
@inline
function put(c: usize, low: v128, high: v128, accumulate: bool): void {
  v128.store(c, accumulate ? f32x4.add(v128.load(c), low) : low);
  v128.store(c, accumulate ? f32x4.add(v128.load(c, 16), high) : high, 16);
}

/** C = A B, or C += A B. Strides in bytes; the rows of C are contiguous. */
export function gemm(
  a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, bCol: usize, c: usize, cRow: usize,
  m: i32, n: i32, k: i32, accumulate: bool, scratch: usize,
): void {
  // A single column of C is the single row of its transpose.
  if (n === 1 && m > 1 && cRow === 4) return gemm(b, bCol, bRow, a, aCol, aRow, c, <usize>m << 2, 1, m, k, accumulate, scratch);
  const panels = scratch, strip = scratch + blockDepth * blockRows * 4;
  for (let k0 = 0; k0 < k; k0 += blockDepth, a += blockDepth * aCol, b += blockDepth * bRow) {
    const depth = min(blockDepth, k - k0), add = accumulate || k0 > 0;
    if (m === 1 && bCol === 4) rowByRows(a, aCol, b, bRow, depth, c, n, add);
    else if (m === 1 && bRow === 4) rowByColumns(a, aCol, b, bCol, depth, c, n, add);
    else for (let i0 = 0; i0 < m; i0 += blockRows) {
      const rows = min(blockRows, m - i0), panel = <usize>depth << 2;
      for (let i = 0; i < rows; i += 4)
        pack4(a + <usize>(i0 + i) * aRow, aRow, aCol, min(4, rows - i), panels + <usize>i * panel, depth);
      for (let j = 0; j < n; j += 8) {
        pack8(b + <usize>j * bCol, bCol, bRow, min(8, n - j), strip, depth);
        for (let i = 0; i < rows; i += 4)
          tile(panels + <usize>i * panel, strip, depth, c + <usize>(i0 + i) * cRow + (<usize>j << 2), cRow,
            min(4, rows - i), min(8, n - j), add);
      }
    }
  }
}
