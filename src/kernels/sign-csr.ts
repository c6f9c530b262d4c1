import type { Pattern } from '../types.js';
import { scratch } from './memory.js';
import { resident } from './resident.js';
import { checkSignals, checkSigns, isNegative, type SignMap } from './sign-map.js';
import { kernels, readable, room, writable, writeBack } from './wasm.js';

/** Vectors that go through the kernel at once, and the smaller block of which costs half. */
const wide = 16, narrow = 8;
/** Below this many signals one after the other, one product each is quicker. */
const fewest = 3;

/** What assembly/sign-csr.ts reads: rows of columns, those of +1 first. */
interface Layout {
  readonly rows: number;
  readonly cols: number;
  readonly wide: boolean;
  readonly ends: Float32Array;
  readonly list: Float32Array;
}

type Csr = Pattern & { kind: 'csr' };

function layout({ rows, cols, rowPtr, colIdx }: Csr, signs: Uint32Array, transposed: boolean): Layout {
  const height = transposed ? cols : rows, width = transposed ? rows : cols, count = colIdx.length;
  const step = width > 65536 ? 4 : 2, ends = new Int32Array(2 * height + 1), run = new Uint32Array(count);
  for (let i = 0; i < rows; i++) for (let k = rowPtr[i]!; k < rowPtr[i + 1]!; k++)
    ends[(run[k] = 2 * (transposed ? colIdx[k]! : i) + Number(isNegative(signs, k))) + 1]! += step;
  for (let r = 0; r < 2 * height; r++) ends[r + 1]! += ends[r]!;
  const next = ends.slice(), words = new Uint32Array(Math.ceil(count * step / 4));
  const list = step === 4 ? words : new Uint16Array(words.buffer);
  for (let i = 0; i < rows; i++) for (let k = rowPtr[i]!; k < rowPtr[i + 1]!; k++) {
    list[next[run[k]!]! / step] = transposed ? i : colIdx[k]!;
    next[run[k]!]! += step;
  }
  return {
    rows: height, cols: width, wide: step === 4,
    ends: resident(new Float32Array(ends.buffer)), list: resident(new Float32Array(words.buffer)),
  };
}

function one(S: Layout, scale: number, x: number, out: number): void {
  kernels.signCsr(S.wide, readable(S.ends).byteOffset, readable(S.list).byteOffset, x, out, S.rows, scale);
}

function block(S: Layout, scale: number, x: number, out: number, outRow: number, lanes: number): void {
  kernels.signCsrLanes(S.wide, readable(S.ends).byteOffset, readable(S.list).byteOffset, x, out, outRow, S.rows, lanes, scale);
}

const widthOf = (lanes: number): number => lanes > narrow ? wide : narrow;

/** Side by side: each block is gathered, its products go straight to their place. */
function multiplyLanes(S: Layout, scale: number, x: number, out: number, lanes: number): void {
  if (lanes === 1) return one(S, scale, x, out);
  const vectors = room(S.cols * wide).byteOffset;
  for (let at = 0; at < lanes; at += wide) {
    const count = Math.min(wide, lanes - at);
    kernels.gatherLanes(x + 4 * at, 4 * lanes, count, widthOf(count), vectors, S.cols);
    block(S, scale, vectors, out + 4 * at, 4 * lanes, count);
  }
}

/** One after the other: each block is transposed, and its products back. */
function multiply(S: Layout, scale: number, x: number, out: number, batch: number): void {
  const inRow = 4 * S.cols, outRow = 4 * S.rows;
  let at = 0;
  if (batch >= fewest) {
    const vectors = room(S.cols * wide).byteOffset, products = room(S.rows * wide).byteOffset;
    for (let count: number; (count = Math.min(wide, batch - at)) >= fewest; at += count) {
      const row = 4 * widthOf(count);
      kernels.transpose(x + at * inRow, inRow, count, S.cols, vectors, row);
      block(S, scale, vectors, products, row, count);
      kernels.transpose(products, row, S.rows, count, out + at * outRow, outRow);
    }
  }
  for (; at < batch; at++) one(S, scale, x + at * inRow, out + at * outRow);
}

/** Signs on a sparse pattern: bit 1 = −1, least significant bit first, in the order of the pattern's entries. */
export function signCsr(pattern: Csr, signs: Uint32Array): SignMap {
  const { rows, cols } = pattern;
  checkSigns('signCsr', signs, pattern.colIdx.length);
  const sides: [ahead?: Layout, back?: Layout] = [];
  const face = (back: 0 | 1, from: number, to: number, run: typeof multiply): SignMap['apply'] => (scale, x, out, count) => {
    checkSignals('signCsr', x, from, out, to, count);
    const S = sides[back] ??= layout(pattern, signs, back === 1);
    scratch(() => {
      const written = writable(out);
      run(S, scale, readable(x).byteOffset, written.byteOffset, count);
      writeBack(written, out);
    });
  };
  return {
    inSize: cols, outSize: rows,
    apply: face(0, cols, rows, multiply), applyAdjoint: face(1, rows, cols, multiply),
    applyLanes: face(0, cols, rows, multiplyLanes), applyLanesAdjoint: face(1, rows, cols, multiplyLanes),
  };
}
