// The product of sign-gemm.ts for many rows: 8 columns a look-up, 256 sums of 16 lanes a table. A table costs 256 additions a lane and
// saves every row one of its two look-ups; tables lie in a second-level cache.
import { put, putRow, table } from './sign-gemm';

/** Tables at a time, of 16 KiB each. */
const groupsTogether = 8;
const tableBytes: usize = 256 * 64;

/** Bytes of scratch: tables, and the two halves of one for 4 lanes. */
export function signGemmBytesScratch(): i32 {
  return groupsTogether * <i32>tableBytes + 2 * 256;
}

/** All sums of 8 rows of x for 16 lanes: those of the first 4 plus those of the others. */
function bytes(x: usize, row: usize, to: usize, halves: usize): void {
  for (let q: usize = 0; q < 64; q += 16) {
    table(x + q, row, 4, halves, 16);
    table(x + 4 * row + q, row, 4, halves + 256, 16);
    let out = to + q;
    for (let high: usize = 256; high < 512; high += 16) {
      const h = v128.load(halves + high);
      for (let low: usize = 0; low < 256; low += 64, out += 256) {
        v128.store(out, f32x4.add(v128.load(halves + low), h));
        v128.store(out, f32x4.add(v128.load(halves + low, 16), h), 64);
        v128.store(out, f32x4.add(v128.load(halves + low, 32), h), 128);
        v128.store(out, f32x4.add(v128.load(halves + low, 48), h), 192);
      }
    }
  }
}

/** 16 lanes of `rows` rows and the first 8 · groups columns; scaled if they are the `last`. */
export function signGemmBytes(
  w: usize, tileBytes: usize, groups: i32, x: usize, out: usize, row: usize, rows: i32, last: bool, by: f32, scratch: usize,
): void {
  const scale = f32x4.splat(by), halves = scratch + <usize>groupsTogether * tableBytes;
  for (let g0 = 0; g0 < groups; g0 += groupsTogether) {
    const count = min(groupsTogether, groups - g0), end = scratch + <usize>count * tableBytes, first = g0 === 0, ends = last && g0 + count === groups;
    for (let t = scratch; t < end; t += tableBytes, x += 8 * row) bytes(x, row, t, halves);
    let from = w + (<usize>g0 << 5), to = out;
    for (let i = 0; i < rows; i += 32, from += tileBytes) {
      const valid = min(32, rows - i);
      for (let r = 0; r < min(16, valid); r++, to += row) {
        let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (let t = scratch, p = from + <usize>r; t < end; t += tableBytes, p += 32) {
          const one = <usize>load<u8>(p), other = <usize>load<u8>(p, 16);
          const low = t + ((one & 15) << 6) + ((other & 15) << 10), high = t + ((one & 240) << 2) + ((other & 240) << 6);
          a = f32x4.add(a, v128.load(low)); b = f32x4.add(b, v128.load(low, 16));
          c = f32x4.add(c, v128.load(low, 32)); d = f32x4.add(d, v128.load(low, 48));
          e = f32x4.add(e, v128.load(high)); f = f32x4.add(f, v128.load(high, 16));
          g = f32x4.add(g, v128.load(high, 32)); h = f32x4.add(h, v128.load(high, 48));
        }
        putRow(to, a, b, c, d, first, ends, scale);
        if (r + 16 < valid) putRow(to + 16 * row, e, f, g, h, first, ends, scale);
      }
      to += 16 * row;
    }
  }
}

/** The same for 8 lanes on tables of 4 columns, added two by two: a signal's numbers do not depend on its lane. */
export function signGemmPairs(
  w: usize, tileBytes: usize, groups: i32, x: usize, out: usize, row: usize, rows: i32, last: bool, by: f32, scratch: usize,
): void {
  const scale = f32x4.splat(by);
  for (let g0 = 0; g0 < groups; g0 += groupsTogether) {
    const count = min(groupsTogether, groups - g0), end = scratch + (<usize>count << 10), first = g0 === 0, ends = last && g0 + count === groups;
    for (let t = scratch; t < end; t += 512, x += 4 * row) {
      table(x, row, 4, t, 32);
      table(x + 16, row, 4, t + 16, 32);
    }
    let from = w + (<usize>g0 << 5), to = out;
    for (let i = 0; i < rows; i += 32, from += tileBytes) {
      const valid = min(32, rows - i);
      for (let r = 0; r < min(16, valid); r++, to += row) {
        let a = f32x4.splat(0), b = a, c = a, d = a;
        for (let t = scratch, p = from + <usize>r; t < end; t += 1024, p += 32) {
          const one = <usize>load<u8>(p), other = <usize>load<u8>(p, 16);
          const low = t + ((one & 15) << 5), low2 = t + ((other & 15) << 5), high = t + ((one & 240) << 1), high2 = t + ((other & 240) << 1);
          a = f32x4.add(a, f32x4.add(v128.load(low), v128.load(low2, 512)));
          b = f32x4.add(b, f32x4.add(v128.load(low, 16), v128.load(low2, 528)));
          c = f32x4.add(c, f32x4.add(v128.load(high), v128.load(high2, 512)));
          d = f32x4.add(d, f32x4.add(v128.load(high, 16), v128.load(high2, 528)));
        }
        put(to, a, first, ends, scale); put(to + 16, b, first, ends, scale);
        if (r + 16 >= valid) continue;
        put(to + 16 * row, c, first, ends, scale); put(to + 16 * row + 16, d, first, ends, scale);
      }
      to += 16 * row;
    }
  }
}
