// Packing for gemm: 4 or 8 lines of `depth` numbers each become `depth` groups of neighbours, so that the inner loop reads
// both factors in order. `line` and `next` are the byte strides from line to line and along the depth; missing lines are 0.

/** 4 lines that are contiguous along the depth, by 4×4 transposes. Groups lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose4(from: usize, line: usize, to: usize, step: usize, depth: i32): void {
  const whole = from + (<usize>(depth & ~3) << 2), end = from + (<usize>depth << 2);
  for (; from < whole; from += 16, to += 4 * step) {
    const a = v128.load(from), b = v128.load(from + line), c = v128.load(from + 2 * line), d = v128.load(from + 3 * line);
    const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
    v128.store(to + step, i64x2.shuffle(ab0, cd0, 1, 3));
    v128.store(to + 2 * step, i64x2.shuffle(ab1, cd1, 0, 2));
    v128.store(to + 3 * step, i64x2.shuffle(ab1, cd1, 1, 3));
  }
  for (; from < end; from += 4, to += step) {
    f32.store(to, f32.load(from));
    f32.store(to, f32.load(from + line), 4);
    f32.store(to, f32.load(from + 2 * line), 8);
    f32.store(to, f32.load(from + 3 * line), 12);
  }
}

/** Any strides, and groups wider than the lines that there are. */
function gather(from: usize, line: usize, next: usize, lines: i32, to: usize, width: i32, depth: i32): void {
  const step = <usize>width << 2, end = to + <usize>depth * step;
  for (let i = 0; i < width; i++, from += line, to += 4) {
    if (i < lines) for (let p = from, q = to; q < end; q += step, p += next) f32.store(q, f32.load(p));
    else for (let q = to; q < end; q += step) f32.store(q, 0);
  }
}

/** Groups of 4: a panel of rows of A. */
export function pack4(from: usize, line: usize, next: usize, lines: i32, to: usize, depth: i32): void {
  const end = to + (<usize>depth << 4);
  if (lines === 4 && next === 4) transpose4(from, line, to, 16, depth);
  else if (lines === 4 && line === 4) for (; to < end; from += next, to += 16) v128.store(to, v128.load(from));
  else gather(from, line, next, lines, to, 4, depth);
}

/** Groups of 8: a strip of columns of B. */
export function pack8(from: usize, line: usize, next: usize, lines: i32, to: usize, depth: i32): void {
  const end = to + (<usize>depth << 5);
  if (lines === 8 && next === 4) {
    transpose4(from, line, to, 32, depth);
    transpose4(from + 4 * line, line, to + 16, 32, depth);
  } else if (lines === 8 && line === 4) {
    for (; to < end; from += next, to += 32) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
  } else gather(from, line, next, lines, to, 8, depth);
}
