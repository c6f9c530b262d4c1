// Signs of an f32 matrix into the tiles of sign-sums.ts, as training needs them anew at every step. Rows past the end are +1.

/** S = sign(w) for w of rows × cols numbers, row-major. */
export function packSigns(w: usize, rows: i32, cols: i32, to: usize): void {
  const row = <usize>cols << 2, groups = (cols + 3) >> 2;
  for (let i = 0; i < rows; i += 32, to += <usize>groups << 4) {
    memory.fill(to, 0, <usize>groups << 4);
    for (let r = 0; r < min(32, rows - i); r++, w += row) {
      const shift = r & 16 ? 4 : 0;
      let p = to + <usize>(r & 15), k = 0;
      for (; k + 4 <= cols; k += 4, p += 16) store<u8>(p, load<u8>(p) | (i32x4.bitmask(v128.load(w + (<usize>k << 2))) << shift));
      for (let b = 0; k < cols; k++, b++) store<u8>(p, load<u8>(p) | ((i32.load(w + (<usize>k << 2)) >>> 31) << (shift + b)));
    }
  }
}

/** S = sign(wᵀ): its rows are the columns of w, four of which are read at a time. */
export function packSignsTransposed(w: usize, rows: i32, cols: i32, to: usize): void {
  const row = <usize>cols << 2, groups = (rows + 3) >> 2;
  memory.fill(to, 0, <usize>((cols + 31) >> 5) * <usize>groups << 4);
  for (let j = 0; j < rows; j++, w += row) {
    const at = to + (<usize>(j >> 2) << 4), bit = j & 3;
    let k = 0;
    for (; k + 4 <= cols; k += 4) {
      const p = at + <usize>(k >> 5) * (<usize>groups << 4) + <usize>(k & 15), shift = bit + (k & 16 ? 4 : 0);
      const signs = i32x4.shl(i32x4.shr_u(v128.load(w + (<usize>k << 2)), 31), shift);
      const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(signs, signs), i32x4.splat(0));
      i32.store(p, i32.load(p) | i32x4.extract_lane(bytes, 0));
    }
    for (; k < cols; k++) {
      const p = at + <usize>(k >> 5) * (<usize>groups << 4) + <usize>(k & 15);
      store<u8>(p, load<u8>(p) | ((i32.load(w + (<usize>k << 2)) >>> 31) << (bit + (k & 16 ? 4 : 0))));
    }
  }
}
