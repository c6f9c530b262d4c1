// The slow, obvious twins of the kernels on structured sign bits, with the same arguments; sums in f64.
import type { Boundary, Pattern } from '../types.js';
import type { SignMap } from './sign-map.js';
import type { SpectrumSigns } from './sign-spectrum.js';
import type { XnorMatrix } from './xnor.js';

const sign = (signs: Uint32Array, k: number): number => signs[k >>> 5]! & (1 << (k & 31)) ? -1 : 1;

/** All four products from a list of the matrix's entries. */
function fromEntries(rows: number, cols: number, visit: (entry: (row: number, col: number, value: number) => void) => void): SignMap {
  const product = (scale: number, x: Float32Array, out: Float32Array, count: number, transposed: boolean, lanes: boolean): void => {
    const sums = new Float64Array(out.length), [from, to] = transposed ? [rows, cols] : [cols, rows];
    visit((row, col, value) => {
      const [i, j] = transposed ? [col, row] : [row, col];
      for (let b = 0; b < count; b++) sums[lanes ? i * count + b : b * to + i]! += value * x[lanes ? j * count + b : b * from + j]!;
    });
    out.set(sums.map(sum => scale * sum));
  };
  return {
    inSize: cols, outSize: rows,
    apply: (scale, x, out, batch) => product(scale, x, out, batch, false, false),
    applyAdjoint: (scale, y, out, batch) => product(scale, y, out, batch, true, false),
    applyLanes: (scale, x, out, lanes) => product(scale, x, out, lanes, false, true),
    applyLanesAdjoint: (scale, y, out, lanes) => product(scale, y, out, lanes, true, true),
  };
}

export function signCsr({ rows, cols, rowPtr, colIdx }: Pattern & { kind: 'csr' }, signs: Uint32Array): SignMap {
  return fromEntries(rows, cols, entry => {
    for (let i = 0; i < rows; i++) for (let k = rowPtr[i]!; k < rowPtr[i + 1]!; k++) entry(i, colIdx[k]!, sign(signs, k));
  });
}

/** The place that a signal of n extended past its ends repeats at i; undefined where it is zero. */
function placeOf(i: number, n: number, boundary: Boundary): number | undefined {
  if (i >= 0 && i < n) return i;
  if (boundary === 'zero') return undefined;
  if (boundary === 'circular') return placeOf(i < 0 ? i + n : i - n, n, boundary);
  return placeOf(i < 0 ? -1 - i : 2 * n - 1 - i, n, boundary);
}

export function signToeplitz({ shape, support, origin, boundary, channels }: Pattern & { kind: 'toeplitz' }, signs: Uint32Array): SignMap {
  const two = <T>(axes: readonly T[], first: T): [T, T] => axes.length > 1 ? [axes[0]!, axes[1]!] : [first, axes[0]!];
  const [height, width] = two(shape, 1), [kh, kw] = two(support, 1), [top, left] = two(origin, 0);
  const { in: from, out: to } = channels ?? { in: 1, out: 1 }, size = height * width;
  return fromEntries(to * size, from * size, entry => {
    for (let o = 0; o < to; o++) for (let c = 0; c < from; c++) for (let i = 0; i < height; i++) for (let j = 0; j < width; j++)
      for (let a = 0; a < kh; a++) for (let b = 0; b < kw; b++) {
        const row = placeOf(i + top - a, height, boundary), col = placeOf(j + left - b, width, boundary);
        if (row === undefined || col === undefined) continue;
        entry(o * size + i * width + j, c * size + row * width + col, sign(signs, ((o * from + c) * kh + a) * kw + b));
      }
  });
}

export function spectrumSigns(size: number, code: (k: number) => number): SpectrumSigns {
  return {
    multiply(scale, X, out, batch) {
      for (let b = 0; b < batch; b++) for (let k = 0; k < size; k++) for (const at of [2 * (b * size + k), 2 * (b * size + k) + 1])
        out[at] = code(k) ? scale * code(k) * X[at]! : 0;
    },
  };
}

export function xnorMatrix(rows: number, cols: number, signs: Uint32Array): XnorMatrix {
  const words = 4 * Math.ceil(cols / 128);
  return {
    rows, cols, words,
    pack(x, bits, batch) {
      bits.fill(0);
      for (let b = 0; b < batch; b++) for (let j = 0; j < cols; j++)
        if (x[b * cols + j]! < 0) bits[b * words + Math.floor(j / 32)]! += 2 ** (j % 32);
    },
    apply(scale, bits, out, batch) {
      for (let b = 0; b < batch; b++) for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let j = 0; j < cols; j++) sum += sign(signs, i * cols + j) * sign(bits, 32 * b * words + j);
        out[b * rows + i] = scale * sum;
      }
    },
  };
}
