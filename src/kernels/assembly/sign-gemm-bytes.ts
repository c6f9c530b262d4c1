// The product of sign-gemm.ts for many rows: 8 columns a look-up, 256 sums of 8 lanes a table. A table costs 256 additions a lane and
// saves every row one of its two look-ups. Four tables fill a first-level cache; a row's four indices are gathered into one word.

const tables: usize = 4;
const tableBytes: usize = 256 * 32;

/** Columns that all tables answer for together. */
export const columnsTogether: i32 = 8 * <i32>tables;

/** Bytes of S for them in a tile of 32 rows, and for how many such blocks indices are gathered: tiles lie far apart, and to come back to each is dear. */
const blockBytes: usize = 128;
const blocksTogether = 4;

// @ts-ignore: decorator
@inline
function indexBytes(rows: i32): usize {
  return <usize>((rows + 31) & ~31) << 2;
}

/** Bytes of scratch: tables and a word for each row and block, from a cache line's start. */
export function signGemmBytesScratch(rows: i32): i32 {
  return <i32>(tables * tableBytes + <usize>blocksTogether * indexBytes(rows)) + 64;
}

/** Indices of 16 rows into four tables as 16 words. */
// @ts-ignore: decorator
@inline
function words(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  const low = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), low2 = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), high2 = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(to, i16x8.shuffle(low, low2, 0, 8, 1, 9, 2, 10, 3, 11)); v128.store(to, i16x8.shuffle(low, low2, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(to, i16x8.shuffle(high, high2, 0, 8, 1, 9, 2, 10, 3, 11), 32); v128.store(to, i16x8.shuffle(high, high2, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}

/** Rows 0 to 15 of a tile: the low four bits of two neighbouring groups of columns. */
// @ts-ignore: decorator
@inline
function lower(w: usize): v128 {
  const nibble = i8x16.splat(15);
  return v128.or(v128.and(v128.load(w), nibble), i16x8.shl(v128.and(v128.load(w, 16), nibble), 4));
}

/** Rows 16 to 31: the high ones. */
// @ts-ignore: decorator
@inline
function upper(w: usize): v128 {
  const nibble = i8x16.splat(15);
  return v128.or(v128.and(i16x8.shr_u(v128.load(w), 4), nibble), v128.andnot(v128.load(w, 16), nibble));
}

/** What all rows pick of `blocks` times four tables: a byte a table, the words of a block one after the other, `size` bytes. */
function gather(w: usize, tileBytes: usize, rows: i32, blocks: i32, to: usize, size: usize): void {
  for (let i = 0; i < rows; i += 32, w += tileBytes, to += 128) {
    let from = w, at = to;
    for (let block = 0; block < blocks; block++, from += blockBytes, at += size) {
      words(lower(from), lower(from + 32), lower(from + 64), lower(from + 96), at);
      words(upper(from), upper(from + 32), upper(from + 64), upper(from + 96), at + 64);
    }
  }
}

/** Entries b to b + 15 for 4 lanes: `rest` plus all signed sums of 4 rows, a and b = ±x0 + x1, c and d = ±x2 + x3. */
// @ts-ignore: decorator
@inline
function sixteen(rest: v128, a: v128, b: v128, c: v128, d: v128, to: usize): void {
  let sum = f32x4.add(rest, c);
  v128.store(to, f32x4.add(sum, a)); v128.store(to, f32x4.add(sum, b), 32); v128.store(to, f32x4.sub(sum, b), 64); v128.store(to, f32x4.sub(sum, a), 96);
  sum = f32x4.add(rest, d);
  v128.store(to, f32x4.add(sum, a), 128); v128.store(to, f32x4.add(sum, b), 160); v128.store(to, f32x4.sub(sum, b), 192); v128.store(to, f32x4.sub(sum, a), 224);
  sum = f32x4.sub(rest, d);
  v128.store(to, f32x4.add(sum, a), 256); v128.store(to, f32x4.add(sum, b), 288); v128.store(to, f32x4.sub(sum, b), 320); v128.store(to, f32x4.sub(sum, a), 352);
  sum = f32x4.sub(rest, c);
  v128.store(to, f32x4.add(sum, a), 384); v128.store(to, f32x4.add(sum, b), 416); v128.store(to, f32x4.sub(sum, b), 448); v128.store(to, f32x4.sub(sum, a), 480);
}

/** The table of 8 rows of x for 4 lanes. */
function table(x: usize, row: usize, to: usize): void {
  const x0 = v128.load(x), x1 = v128.load(x + row), x2 = v128.load(x + 2 * row), x3 = v128.load(x + 3 * row);
  x += 4 * row;
  const x4 = v128.load(x), x5 = v128.load(x + row), x6 = v128.load(x + 2 * row), x7 = v128.load(x + 3 * row);
  const a = f32x4.add(x0, x1), b = f32x4.sub(x1, x0), c = f32x4.add(x2, x3), d = f32x4.sub(x3, x2);
  const e = f32x4.add(x4, x5), f = f32x4.sub(x5, x4);
  let high = f32x4.add(x6, x7);
  for (let i = 0; i < 4; i++, to += 2048) {
    sixteen(f32x4.add(high, e), a, b, c, d, to); sixteen(f32x4.add(high, f), a, b, c, d, to + 512);
    sixteen(f32x4.sub(high, f), a, b, c, d, to + 1024); sixteen(f32x4.sub(high, e), a, b, c, d, to + 1536);
    high = i === 0 ? f32x4.sub(x7, x6) : i === 1 ? f32x4.sub(x6, x7) : f32x4.neg(f32x4.add(x6, x7));
  }
}

/** 8 lanes of `rows` rows and 32 columns, whose tables are there: stored, or added to what the columns before gave; scaled after the last. */
function rowsOf(indices: usize, rows: i32, t: usize, out: usize, row: usize, first: bool, last: bool, scale: v128): void {
  const end = indices + (<usize>rows << 2);
  for (; indices < end; indices += 4, out += row) {
    const word = load<u32>(indices);
    const t0 = t + ((word << 5) & 8160), t1 = t + ((word >> 3) & 8160), t2 = t + ((word >> 11) & 8160), t3 = t + ((word >> 19) & 8160);
    let a = f32x4.add(f32x4.add(v128.load(t0), v128.load(t1, 8192)), f32x4.add(v128.load(t2, 16384), v128.load(t3, 24576)));
    let b = f32x4.add(f32x4.add(v128.load(t0, 16), v128.load(t1, 8208)), f32x4.add(v128.load(t2, 16400), v128.load(t3, 24592)));
    if (!first) { a = f32x4.add(a, v128.load(out)); b = f32x4.add(b, v128.load(out, 16)); }
    if (last) { a = f32x4.mul(a, scale); b = f32x4.mul(b, scale); }
    v128.store(out, a); v128.store(out, b, 16);
  }
}

/** All lanes of `rows` rows and the first 32 · blocks columns; scaled if they are the `last`. */
export function signGemmBytes(
  w: usize, tileBytes: usize, blocks: i32, x: usize, out: usize, row: usize, rows: i32, last: bool, by: f32, scratch: usize,
): void {
  const scale = f32x4.splat(by), size = indexBytes(rows);
  scratch = (scratch + 63) & ~63;
  let indices = scratch + tables * tableBytes;
  for (let block = 0; block < blocks; block++, x += <usize>columnsTogether * row, indices += size) {
    if (block % blocksTogether === 0) {
      indices = scratch + tables * tableBytes;
      gather(w + <usize>block * blockBytes, tileBytes, rows, min(blocksTogether, blocks - block), indices, size);
    }
    for (let lane: usize = 0; lane < row; lane += 32) {
      for (let t: usize = 0; t < tables; t++) for (let q: usize = 0; q < 32; q += 16) table(x + 8 * t * row + lane + q, row, scratch + t * tableBytes + q);
      rowsOf(indices, rows, scratch, out + lane, row, block === 0, last && block + 1 === blocks, scale);
    }
  }
}
