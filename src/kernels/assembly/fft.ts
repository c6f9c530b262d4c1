// Fourier transforms of many lines of complex f32 numbers re, im, re, im, …, 8 lines at a time in a block (fft-block), where the
// stages of a mixed-radix transform work in place: entries enter in digit-reversed order and leave in their own.
//
// A table, of 4-byte numbers, says how a length n is transformed (src/kernels/fft-table.ts):
//   n; m; the number of stages; the bytes from the table's start to the chirp; each stage's radix;
//   m places, the bytes from a block's start to the row of each entry; m − 1 complex twiddles, stage after stage;
//   the roots of each radix above 5; where m ≠ n, which is Bluestein's way (fft-chirp), the n of the chirp and m of its response.
import { chirpIn, chirpOut, respond } from './fft-chirp';
import { enter, leave } from './fft-ends';
import { lanes, row } from './fft-block';
import { radixOdd } from './fft-odd';
import { radix2, radix3, radix5 } from './fft-radices';
import { radix4 } from './fft-radix4';

/** Bytes of scratch of `fftLines`: one block, another for Bluestein's way, and a copy of lines that fill no block. */
export function fftScratch(table: usize): i32 {
  const n = i32.load(table), m = i32.load(table, 4);
  return <i32>row * (n + (m === n ? n : 2 * m));
}

// @ts-ignore: decorator
@inline
function radixOf(table: usize, stage: i32): i32 { return i32.load(table + (<usize>stage << 2), 16); }
// @ts-ignore: decorator
@inline
function placesOf(table: usize): usize { return table + 16 + (<usize>i32.load(table, 8) << 2); }
// @ts-ignore: decorator
@inline
function twiddlesOf(table: usize): usize { return placesOf(table) + (<usize>i32.load(table, 4) << 2); }

/** Stages `from` to before `to`. */
function run(block: usize, table: usize, from: i32, to: i32): void {
  const m = i32.load(table, 4);
  let done = 1, w = twiddlesOf(table), roots = w + (<usize>(m - 1) << 3);
  for (let s = 0; s < to; s++) {
    const radix = radixOf(table, s);
    if (s >= from) switch (radix) {
      case 2: radix2(block, m, done, w); break;
      case 3: radix3(block, m, done, w); break;
      case 4: radix4(block, m, done, w); break;
      case 5: radix5(block, m, done, w); break;
      default: radixOdd(block, m, done, w, radix, roots);
    }
    if (radix > 5) roots += <usize>radix << 3;
    w += <usize>(done * (radix - 1)) << 3;
    done *= radix;
  }
}

/** A block of 8 lines. */
function transform(
  x: usize, xLane: usize, xStep: usize, out: usize, outLane: usize, outStep: usize, table: usize, scale: f32, inverse: bool,
  block: usize,
): void {
  const n = i32.load(table), m = i32.load(table, 4), stages = i32.load(table, 8), places = placesOf(table);
  if (m === n) {
    const first = stages > 0 && radixOf(table, 0) === 4, last = stages > 1 && radixOf(table, stages - 1) === 4;
    enter(x, xLane, xStep, block, places, n, scale, inverse, first);
    run(block, table, first ? 1 : 0, last ? stages - 1 : stages);
    // The last stage's twiddles are the last 3n/4 of them.
    leave(block, twiddlesOf(table) + (<usize>(n - 1 - 3 * (n >> 2)) << 3), out, outLane, outStep, n, inverse, last);
  } else {
    const chirp = table + <usize>i32.load(table, 12), other = block + <usize>m * row;
    enter(x, xLane, xStep, block, places, n, scale, inverse, false);
    chirpIn(block, places, n, m, chirp);
    run(block, table, 0, stages);
    respond(block, other, places, m, chirp + (<usize>n << 3));
    run(other, table, 0, stages);
    chirpOut(other, n, chirp);
    leave(other, 0, out, outLane, outStep, n, inverse, false);
  }
}

/** Copies `count` lines of n entries. */
function copy(x: usize, xLane: usize, xStep: usize, out: usize, outLane: usize, outStep: usize, count: i32, n: i32): void {
  for (let i = 0; i < n; i++, x += xStep, out += outStep)
    for (let l = 0; l < count; l++) i64.store(out + <usize>l * outLane, i64.load(x + <usize>l * xLane));
}

/**
 * out = scale Σ_j x[j] exp(∓2πi jk/n) of each of `lines` lines of n entries, entry i of line l at x + l xLane + i xStep bytes.
 * Of lane and step one is 8 on either side; out may be x if it has its strides.
 */
export function fftLines(
  x: usize, xLane: usize, xStep: usize, out: usize, outLane: usize, outStep: usize, lines: i32, table: usize, scale: f32,
  inverse: bool, scratch: usize,
): void {
  let left = lines;
  for (; left >= lanes; left -= lanes, x += <usize>lanes * xLane, out += <usize>lanes * outLane)
    transform(x, xLane, xStep, out, outLane, outStep, table, scale, inverse, scratch);
  if (!left) return;
  const n = i32.load(table), staged = scratch + <usize>fftScratch(table) - <usize>n * row;
  // What lies in the lanes that stay empty could be denormal, which is slow.
  memory.fill(staged, 0, <usize>n * row);
  copy(x, xLane, xStep, staged, 8, row, left, n);
  transform(staged, 8, row, staged, 8, row, table, scale, inverse, scratch);
  copy(staged, 8, row, out, outLane, outStep, left, n);
}
