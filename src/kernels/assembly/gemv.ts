// One row of C = A B straight from B, which is read once and so not worth packing. Sums run along the depth in the same
// order as in gemm, so the bits are the same.

/** c[j] (+)= Σ a[k] b[k, j] where the rows of B are contiguous: 16 columns at a time. */
export function rowByRows(a: usize, aCol: usize, b: usize, bRow: usize, depth: i32, c: usize, n: i32, accumulate: bool): void {
  const end = a + <usize>depth * aCol;
  let j = 0;
  for (; j + 16 <= n; j += 16, b += 64, c += 64) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
    for (let p = a, q = b; p < end; p += aCol, q += bRow) {
      const t = v128.load32_splat(p);
      c0 = f32x4.add(c0, f32x4.mul(t, v128.load(q))); c1 = f32x4.add(c1, f32x4.mul(t, v128.load(q, 16)));
      c2 = f32x4.add(c2, f32x4.mul(t, v128.load(q, 32))); c3 = f32x4.add(c3, f32x4.mul(t, v128.load(q, 48)));
    }
    if (accumulate) {
      c0 = f32x4.add(v128.load(c), c0); c1 = f32x4.add(v128.load(c, 16), c1);
      c2 = f32x4.add(v128.load(c, 32), c2); c3 = f32x4.add(v128.load(c, 48), c3);
    }
    v128.store(c, c0); v128.store(c, c1, 16); v128.store(c, c2, 32); v128.store(c, c3, 48);
  }
  for (; j + 4 <= n; j += 4, b += 16, c += 16) {
    let sum = f32x4.splat(0);
    for (let p = a, q = b; p < end; p += aCol, q += bRow) sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(p), v128.load(q)));
    v128.store(c, accumulate ? f32x4.add(v128.load(c), sum) : sum);
  }
  for (; j < n; j++, b += 4, c += 4) single(a, aCol, b, bRow, depth, c, accumulate);
}

/** The same where the columns of B are contiguous: 8 columns at a time, by 4×4 transposes. */
export function rowByColumns(a: usize, aCol: usize, b: usize, bCol: usize, depth: i32, c: usize, n: i32, accumulate: bool): void {
  const whole = <usize>(depth & ~3) << 2, end = <usize>depth << 2;
  let j = 0;
  for (; j + 8 <= n; j += 8, b += 8 * bCol, c += 32) {
    const high = b + 4 * bCol;
    let c0 = f32x4.splat(0), c1 = c0, p = a, o: usize = 0;
    for (; o < whole; o += 16, p += 4 * aCol) {
      c0 = four(c0, p, aCol, b + o, bCol);
      c1 = four(c1, p, aCol, high + o, bCol);
    }
    for (; o < end; o += 4, p += aCol) {
      const t = v128.load32_splat(p);
      c0 = f32x4.add(c0, f32x4.mul(t, column(b + o, bCol))); c1 = f32x4.add(c1, f32x4.mul(t, column(high + o, bCol)));
    }
    v128.store(c, accumulate ? f32x4.add(v128.load(c), c0) : c0);
    v128.store(c, accumulate ? f32x4.add(v128.load(c, 16), c1) : c1, 16);
  }
  for (; j < n; j++, b += bCol, c += 4) single(a, aCol, b, 4, depth, c, accumulate);
}

/** sum + Σ a[k] b[k, 0..3] over 4 neighbouring k. */
// @ts-ignore: decorator
@inline
function four(sum: v128, a: usize, aCol: usize, b: usize, bCol: usize): v128 {
  const b0 = v128.load(b), b1 = v128.load(b + bCol), b2 = v128.load(b + 2 * bCol), b3 = v128.load(b + 3 * bCol);
  const low0 = i32x4.shuffle(b0, b1, 0, 4, 1, 5), high0 = i32x4.shuffle(b0, b1, 2, 6, 3, 7);
  const low1 = i32x4.shuffle(b2, b3, 0, 4, 1, 5), high1 = i32x4.shuffle(b2, b3, 2, 6, 3, 7);
  sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(a), i64x2.shuffle(low0, low1, 0, 2)));
  sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(a + aCol), i64x2.shuffle(low0, low1, 1, 3)));
  sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(a + 2 * aCol), i64x2.shuffle(high0, high1, 0, 2)));
  return f32x4.add(sum, f32x4.mul(v128.load32_splat(a + 3 * aCol), i64x2.shuffle(high0, high1, 1, 3)));
}

// @ts-ignore: decorator
@inline
function column(b: usize, bCol: usize): v128 {
  return f32x4(f32.load(b), f32.load(b + bCol), f32.load(b + 2 * bCol), f32.load(b + 3 * bCol));
}

function single(a: usize, aCol: usize, b: usize, bRow: usize, depth: i32, c: usize, accumulate: bool): void {
  let sum: f32 = 0;
  for (let k = 0; k < depth; k++, a += aCol, b += bRow) sum += f32.load(a) * f32.load(b);
  f32.store(c, accumulate ? f32.load(c) + sum : sum);
}
