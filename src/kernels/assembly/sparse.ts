// C = A B where many entries of A are 0: a row of A is gathered to the list of its nonzero entries, then strips of 32 columns of C
// stay in registers while the list runs. Sums are grouped as in gemm, and a product with 0 changes none, so that the bits are gemm's.
import { blockDepth } from './gemm';

/** How many of n contiguous numbers are not 0; NaN is not. */
export function nonzeros(x: usize, n: i32): i32 {
  const zero = f32x4.splat(0), whole = x + (<usize>(n & ~3) << 2), end = x + (<usize>n << 2);
  let sums = i32x4.splat(0);
  // A comparison that holds is −1.
  for (; x < whole; x += 16) sums = i32x4.sub(sums, f32x4.ne(v128.load(x), zero));
  let count = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) count += i32(f32.load(x) !== 0);
  return count;
}

/** Whether n contiguous numbers are finite: 0 times one that is not is NaN. */
export function areFinite(x: usize, n: i32): bool {
  const zero = f32x4.splat(0), whole = x + (<usize>(n & ~3) << 2), end = x + (<usize>n << 2);
  let sums = zero;
  for (; x < whole; x += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(x), zero));
  let sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) sum += f32.load(x) * 0;
  return sum === 0;
}

/** Bytes of scratch that `sparseGemm` lists entries in. */
export function sparseGemmScratch(): i32 {
  return 8 * (blockDepth + 1);
}

/** The nonzero entries of a row of A: where their row of B starts, in bytes, and the entry. Returns the list's end. */
function gather(a: usize, aCol: usize, depth: i32, bRow: usize, list: usize): usize {
  for (let k = 0, at: usize = 0; k < depth; k++, a += aCol, at += bRow) {
    const value = f32.load(a);
    store<i32>(list, <i32>at);
    f32.store(list, value, 4);
    list += value !== 0 ? 8 : 0;
  }
  return list;
}

// @ts-ignore: decorator
@inline
function put(c: usize, sum: v128, accumulate: bool): void {
  v128.store(c, accumulate ? f32x4.add(v128.load(c), sum) : sum);
}

/** c (+)= Σ value · b[at …] over the list, for n columns. */
function combine(list: usize, end: usize, b: usize, c: usize, n: i32, accumulate: bool): void {
  let j = 0;
  for (; j + 32 <= n; j += 32, b += 128, c += 128) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
    for (let l = list; l < end; l += 8) {
      const q = b + <usize>load<u32>(l), t = v128.load32_splat(l, 4);
      c0 = f32x4.add(c0, f32x4.mul(t, v128.load(q))); c1 = f32x4.add(c1, f32x4.mul(t, v128.load(q, 16)));
      c2 = f32x4.add(c2, f32x4.mul(t, v128.load(q, 32))); c3 = f32x4.add(c3, f32x4.mul(t, v128.load(q, 48)));
      c4 = f32x4.add(c4, f32x4.mul(t, v128.load(q, 64))); c5 = f32x4.add(c5, f32x4.mul(t, v128.load(q, 80)));
      c6 = f32x4.add(c6, f32x4.mul(t, v128.load(q, 96))); c7 = f32x4.add(c7, f32x4.mul(t, v128.load(q, 112)));
    }
    put(c, c0, accumulate); put(c + 16, c1, accumulate); put(c + 32, c2, accumulate); put(c + 48, c3, accumulate);
    put(c + 64, c4, accumulate); put(c + 80, c5, accumulate); put(c + 96, c6, accumulate); put(c + 112, c7, accumulate);
  }
  for (; j + 8 <= n; j += 8, b += 32, c += 32) {
    let c0 = f32x4.splat(0), c1 = c0;
    for (let l = list; l < end; l += 8) {
      const q = b + <usize>load<u32>(l), t = v128.load32_splat(l, 4);
      c0 = f32x4.add(c0, f32x4.mul(t, v128.load(q))); c1 = f32x4.add(c1, f32x4.mul(t, v128.load(q, 16)));
    }
    put(c, c0, accumulate); put(c + 16, c1, accumulate);
  }
  for (; j < n; j++, b += 4, c += 4) {
    let sum: f32 = 0;
    for (let l = list; l < end; l += 8) sum += f32.load(l, 4) * f32.load(b + <usize>load<u32>(l));
    f32.store(c, accumulate ? f32.load(c) + sum : sum);
  }
}

/** C = A B, or C += A B, the rows of B and C contiguous. Strides in bytes. */
export function sparseGemm(
  a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, c: usize, cRow: usize, m: i32, n: i32, k: i32, accumulate: bool, list: usize,
): void {
  for (let k0 = 0; k0 < k; k0 += blockDepth, a += blockDepth * aCol, b += blockDepth * bRow) {
    const depth = min(blockDepth, k - k0);
    for (let i = 0; i < m; i++)
      combine(list, gather(a + <usize>i * aRow, aCol, depth, bRow, list), b, c + <usize>i * cRow, n, accumulate || k0 > 0);
  }
}
