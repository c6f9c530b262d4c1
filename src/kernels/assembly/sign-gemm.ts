// out = scale · S x for a matrix S of signs and many vectors side by side, in f32 ("four Russians", Arlazarov et al. 1970): each
// 4 rows of x give the 16 signed sums that they can have, one vector a lane, and every row of S then picks one of the 16 and adds
// it. x is cols × lanes, out rows × lanes, both row-major; lanes is a multiple of 8. Layout of S: sign-sums.ts.
// 16 lanes are worked on together, the last 8 alone; tables of 16 groups of columns fill half of a first-level cache. Of many rows
// sign-gemm-bytes.ts takes 8 columns at a time.
import { columnsTogether, signGemmBytes, signGemmBytesScratch } from './sign-gemm-bytes';

const groupsTogether = 16;
/** Rows from which its tables pay. */
const manyRows = 512;

/** Bytes of scratch for the tables. */
export function signGemmScratch(rows: i32): i32 {
  return rows >= manyRows ? signGemmBytesScratch(rows) : groupsTogether * 16 * 64;
}

/** The table of 4 lanes: entry b lies `step` bytes after entry b − 1; a set bit means minus; rows past the end are 0. */
// @ts-ignore: decorator
@inline
function table(x: usize, row: usize, rows: i32, to: usize, step: usize): void {
  const zero = f32x4.splat(0), x0 = v128.load(x), x1 = rows > 1 ? v128.load(x + row) : zero;
  const x2 = rows > 2 ? v128.load(x + 2 * row) : zero, x3 = rows > 3 ? v128.load(x + 3 * row) : zero;
  const a = f32x4.add(x0, x1), b = f32x4.sub(x1, x0), c = f32x4.add(x2, x3), d = f32x4.sub(x3, x2);
  v128.store(to, f32x4.add(c, a)); to += step; v128.store(to, f32x4.add(c, b)); to += step;
  v128.store(to, f32x4.sub(c, b)); to += step; v128.store(to, f32x4.sub(c, a)); to += step;
  v128.store(to, f32x4.add(d, a)); to += step; v128.store(to, f32x4.add(d, b)); to += step;
  v128.store(to, f32x4.sub(d, b)); to += step; v128.store(to, f32x4.sub(d, a)); to += step;
  v128.store(to, f32x4.sub(a, d)); to += step; v128.store(to, f32x4.sub(b, d)); to += step;
  v128.store(to, f32x4.neg(f32x4.add(b, d))); to += step; v128.store(to, f32x4.neg(f32x4.add(a, d))); to += step;
  v128.store(to, f32x4.sub(a, c)); to += step; v128.store(to, f32x4.sub(b, c)); to += step;
  v128.store(to, f32x4.neg(f32x4.add(b, c))); to += step; v128.store(to, f32x4.neg(f32x4.add(a, c)));
}

/** Four lanes of out: stored, or added to what the columns before gave; scaled after the last. */
// @ts-ignore: decorator
@inline
function put(out: usize, sum: v128, first: bool, last: bool, scale: v128): void {
  if (!first) sum = f32x4.add(sum, v128.load(out));
  v128.store(out, last ? f32x4.mul(sum, scale) : sum);
}

/** 16 lanes of out. */
// @ts-ignore: decorator
@inline
function putRow(out: usize, a: v128, b: v128, c: v128, d: v128, first: bool, last: bool, scale: v128): void {
  put(out, a, first, last, scale); put(out + 16, b, first, last, scale);
  put(out + 32, c, first, last, scale); put(out + 48, d, first, last, scale);
}

/** 16 lanes of all rows for one block of columns; tables lie 1024 bytes apart, their entries 64. */
function wide(w: usize, tileBytes: usize, groups: i32, tables: usize, out: usize, row: usize, rows: i32, first: bool, last: bool, scale: v128): void {
  const end = tables + (<usize>groups << 10);
  for (let i = 0; i < rows; i += 32, w += tileBytes) {
    const valid = min(32, rows - i);
    for (let r = 0; r < min(16, valid); r++, out += row) {
      let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
      for (let t = tables, p = w + <usize>r; t < end; t += 1024, p += 16) {
        const byte = <usize>load<u8>(p), low = t + ((byte & 15) << 6), high = t + ((byte & 240) << 2);
        a = f32x4.add(a, v128.load(low)); b = f32x4.add(b, v128.load(low, 16));
        c = f32x4.add(c, v128.load(low, 32)); d = f32x4.add(d, v128.load(low, 48));
        e = f32x4.add(e, v128.load(high)); f = f32x4.add(f, v128.load(high, 16));
        g = f32x4.add(g, v128.load(high, 32)); h = f32x4.add(h, v128.load(high, 48));
      }
      putRow(out, a, b, c, d, first, last, scale);
      if (r + 16 < valid) putRow(out + 16 * row, e, f, g, h, first, last, scale);
    }
    out += 16 * row;
  }
}

/** The same for 8 lanes; tables lie 512 bytes apart, their entries 32. */
function narrow(w: usize, tileBytes: usize, groups: i32, tables: usize, out: usize, row: usize, rows: i32, first: bool, last: bool, scale: v128): void {
  const end = tables + (<usize>groups << 9);
  for (let i = 0; i < rows; i += 32, w += tileBytes) {
    const valid = min(32, rows - i);
    for (let r = 0; r < min(16, valid); r++, out += row) {
      let a = f32x4.splat(0), b = a, c = a, d = a;
      for (let t = tables, p = w + <usize>r; t < end; t += 512, p += 16) {
        const byte = <usize>load<u8>(p), low = t + ((byte & 15) << 5), high = t + ((byte & 240) << 1);
        a = f32x4.add(a, v128.load(low)); b = f32x4.add(b, v128.load(low, 16));
        c = f32x4.add(c, v128.load(high)); d = f32x4.add(d, v128.load(high, 16));
      }
      put(out, a, first, last, scale); put(out + 16, b, first, last, scale);
      if (r + 16 >= valid) continue;
      put(out + 16 * row, c, first, last, scale); put(out + 16 * row + 16, d, first, last, scale);
    }
    out += 16 * row;
  }
}

export function signGemm(w: usize, x: usize, out: usize, rows: i32, cols: i32, lanes: i32, scale: f32, scratch: usize): void {
  const row = <usize>lanes << 2, groups = (cols + 3) >> 2, tileBytes = <usize>groups << 4, by = f32x4.splat(scale);
  const blocks = rows >= manyRows ? cols / columnsTogether : 0, done = blocks * columnsTogether;
  signGemmBytes(w, tileBytes, blocks, x, out, row, rows, done === cols, scale, scratch);
  for (let lane = 0; lane < lanes; lane += 16) {
    const width = <usize>min(16, lanes - lane) << 2, input = x + (<usize>lane << 2), output = out + (<usize>lane << 2);
    for (let g0 = done >> 2; g0 < groups; g0 += groupsTogether) {
      const count = min(groupsTogether, groups - g0), first = g0 === 0, last = g0 + count === groups;
      for (let g = 0; g < count; g++) for (let q: usize = 0; q < width; q += 16) {
        const k = (g0 + g) << 2;
        table(input + <usize>k * row + q, row, min(4, cols - k), scratch + (<usize>g * width << 4) + q, width);
      }
      const from = w + (<usize>g0 << 4);
      if (width === 64) wide(from, tileBytes, count, scratch, output, row, rows, first, last, by);
      else narrow(from, tileBytes, count, scratch, output, row, rows, first, last, by);
    }
  }
}
