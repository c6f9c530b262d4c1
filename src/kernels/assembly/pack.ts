// Packing for gemm: `width` lines of `depth` numbers each become depth groups of `width` neighbours, so that the inner loop
// reads both factors in order. Strides are in bytes; lines that are not there are filled with zeros.

/** 4 lines that are contiguous along the depth: 4×4 transposes. `step` is the byte distance of two groups in `to`. */
// @ts-ignore: decorator
@inline
function transpose4(from: usize, line: usize, to: usize, step: usize, depth: i32): void {
  const from1 = from + line, from2 = from1 + line, from3 = from2 + line;
  const end = from + (<usize>(depth & ~3) << 2);
  let o: usize = 0;
  for (let p = from; p < end; p += 16, o += 16) {
    const a = v128.load(p), b = v128.load(from1 + o), c = v128.load(from2 + o), d = v128.load(from3 + o);
    const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
    v128.store(to + step, i64x2.shuffle(ab0, cd0, 1, 3));
    v128.store(to + 2 * step, i64x2.shuffle(ab1, cd1, 0, 2));
    v128.store(to + 3 * step, i64x2.shuffle(ab1, cd1, 1, 3));
    to += 4 * step;
  }
  for (let k = depth & ~3; k < depth; k++, o += 4, to += step) {
    f32.store(to, f32.load(from + o));
    f32.store(to, f32.load(from1 + o), 4);
    f32.store(to, f32.load(from2 + o), 8);
    f32.store(to, f32.load(from3 + o), 12);
  }
}

/** 2 lines that are contiguous along the depth. */
// @ts-ignore: decorator
@inline
function transpose2(from: usize, line: usize, to: usize, step: usize, depth: i32): void {
  const end = from + (<usize>(depth & ~3) << 2);
  let p = from;
  for (; p < end; p += 16) {
    const a = v128.load(p), b = v128.load(p + line);
    const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    v128.store64_lane(to, ab0, 0);
    v128.store64_lane(to + step, ab0, 1);
    v128.store64_lane(to + 2 * step, ab1, 0);
    v128.store64_lane(to + 3 * step, ab1, 1);
    to += 4 * step;
  }
  for (let k = depth & ~3; k < depth; k++, p += 4, to += step) {
    f32.store(to, f32.load(p));
    f32.store(to, f32.load(p + line), 4);
  }
}

/** Any strides, and panels with fewer lines than their width. */
// @ts-ignore: decorator
@inline
function gather(from: usize, line: usize, next: usize, lines: i32, to: usize, width: i32, depth: i32): void {
  for (let i = 0; i < width; i++) {
    let q = to + (<usize>i << 2), p = from + <usize>i * line;
    if (i < lines) for (let k = 0; k < depth; k++, q += <usize>width << 2, p += next) f32.store(q, f32.load(p));
    else for (let k = 0; k < depth; k++, q += <usize>width << 2) f32.store(q, 0);
  }
}

/** One panel of 6 lines. */
export function pack6(from: usize, line: usize, next: usize, lines: i32, to: usize, depth: i32): void {
  if (lines < 6) return gather(from, line, next, lines, to, 6, depth);
  if (next === 4) {
    transpose4(from, line, to, 24, depth);
    transpose2(from + 4 * line, line, to + 16, 24, depth);
  } else if (line === 4) {
    for (let k = 0; k < depth; k++, from += next, to += 24) {
      v128.store(to, v128.load(from));
      i64.store(to, i64.load(from, 16), 16);
    }
  } else gather(from, line, next, 6, to, 6, depth);
}

/** One strip of 8 lines. */
export function pack8(from: usize, line: usize, next: usize, lines: i32, to: usize, depth: i32): void {
  if (lines < 8) return gather(from, line, next, lines, to, 8, depth);
  if (next === 4) {
    transpose4(from, line, to, 32, depth);
    transpose4(from + 4 * line, line, to + 16, 32, depth);
  } else if (line === 4) {
    for (let k = 0; k < depth; k++, from += next, to += 32) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
  } else gather(from, line, next, 8, to, 8, depth);
}
