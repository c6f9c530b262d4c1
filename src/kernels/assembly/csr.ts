// Sparse f32 matrices on vectors side by side: row i holds the entries rowPtr[i] … rowPtr[i + 1] − 1 of colIdx and w, both u32 and
// f32; x has `lanes` numbers for every column and out for every row, `lanes` a multiple of 4.

/** out = W x, for `vectors` × 4 lanes at x and out, whose rows lie `row` bytes apart. */
// @ts-ignore: decorator
@inline
function forward(vectors: i32, rowPtr: usize, colIdx: usize, w: usize, x: usize, out: usize, row: usize, rows: i32): void {
  let k = <usize>load<u32>(rowPtr) << 2;
  for (; rows > 0; rows--, out += row) {
    rowPtr += 4;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (const end = <usize>load<u32>(rowPtr) << 2; k < end; k += 4) {
      const value = v128.load32_splat(w + k), from = x + <usize>load<u32>(colIdx + k) * row;
      s0 = f32x4.add(s0, f32x4.mul(value, v128.load(from)));
      if (vectors > 1) s1 = f32x4.add(s1, f32x4.mul(value, v128.load(from, 16)));
      if (vectors > 2) s2 = f32x4.add(s2, f32x4.mul(value, v128.load(from, 32)));
      if (vectors > 3) s3 = f32x4.add(s3, f32x4.mul(value, v128.load(from, 48)));
    }
    v128.store(out, s0);
    if (vectors > 1) v128.store(out, s1, 16);
    if (vectors > 2) v128.store(out, s2, 32);
    if (vectors > 3) v128.store(out, s3, 48);
  }
}

/** out = W x. */
export function csr(rowPtr: usize, colIdx: usize, w: usize, x: usize, out: usize, rows: i32, lanes: i32): void {
  const row = <usize>lanes << 2;
  let left = lanes;
  for (; left >= 16; left -= 16, x += 64, out += 64) forward(4, rowPtr, colIdx, w, x, out, row, rows);
  for (; left > 0; left -= 4, x += 16, out += 16) forward(1, rowPtr, colIdx, w, x, out, row, rows);
}

/** out += Wᵀ y. */
export function csrAdjoint(rowPtr: usize, colIdx: usize, w: usize, y: usize, out: usize, rows: i32, lanes: i32): void {
  const row = <usize>lanes << 2;
  let k = <usize>load<u32>(rowPtr) << 2;
  for (; rows > 0; rows--, y += row) {
    rowPtr += 4;
    for (const end = <usize>load<u32>(rowPtr) << 2; k < end; k += 4) {
      const value = v128.load32_splat(w + k), to = out + <usize>load<u32>(colIdx + k) * row;
      for (let o: usize = 0; o < row; o += 16)
        v128.store(to + o, f32x4.add(v128.load(to + o), f32x4.mul(value, v128.load(y + o))));
    }
  }
}

/** g += the gradient of ⟨y, W x⟩ with respect to the entries of W, summed over the lanes. */
export function csrGradient(rowPtr: usize, colIdx: usize, x: usize, y: usize, g: usize, rows: i32, lanes: i32): void {
  const row = <usize>lanes << 2;
  let k = <usize>load<u32>(rowPtr) << 2;
  for (; rows > 0; rows--, y += row) {
    rowPtr += 4;
    for (const end = <usize>load<u32>(rowPtr) << 2; k < end; k += 4) {
      const from = x + <usize>load<u32>(colIdx + k) * row;
      let sum = f32x4.splat(0);
      for (let o: usize = 0; o < row; o += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(from + o), v128.load(y + o)));
      const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1), high = f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
      f32.store(g + k, f32.load(g + k) + (low + high));
    }
  }
}
