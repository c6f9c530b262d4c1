import type { Shape } from '../types.js';
import { checkShape, formatShape, sizeOf } from '../core/array.js';
import { fourierPlan, type FourierPlan } from '../core/fft.js';
import { fftTable, rootsOfProducts } from './fft-table.js';
import { contains, scratch } from './memory.js';
import { resident } from './resident.js';
import { kernels, readable, room, writable, writeBack } from './wasm.js';

/** Where lines of complex numbers lie: the bytes at which they start, from line to line, and from entry to entry. */
interface Lines { start: number; lane: number; step: number }

/** Transforms `count` lines; either the lane or the step is 8 bytes, on both sides. */
type LineTransform = (x: Lines, out: Lines, count: number, scale: number, inverse: boolean) => void;

/** `batch` signals one after the other, from x to out, both in the kernels' memory. */
type Transform = (x: number, out: number, batch: number, inverse: boolean) => void;

function lineTransform(n: number): LineTransform {
  const table = resident(fftTable(n));
  return (x, out, count, scale, inverse) => scratch(() => {
    const at = readable(table).byteOffset, space = room(kernels.fftScratch(at) / 4);
    kernels.fftLines(x.start, x.lane, x.step, out.start, out.lane, out.step, count, at, scale, inverse, space.byteOffset);
  });
}

/** One axis after the other, the last one first. */
function alongAxes(shape: Shape): Transform {
  const size = sizeOf(shape), lines = new Map([...new Set(shape)].map(n => [n, lineTransform(n)]));
  return (x, out, batch, inverse) => {
    let scale = 1 / Math.sqrt(size);
    for (let axis = shape.length - 1, inner = 1, from = x; axis >= 0; inner *= shape[axis--]!, from = out, scale = 1) {
      const n = shape[axis]!, run = lines.get(n)!, outer = (size * batch) / (n * inner);
      const rows = (start: number): Lines => ({ start, lane: 8 * n, step: 8 });
      const columns = (start: number, o: number): Lines => ({ start: start + 8 * o * n * inner, lane: 8, step: 8 * inner });
      if (inner === 1) run(rows(from), rows(out), outer, scale, inverse);
      else for (let o = 0; o < outer; o++) run(columns(from, o), columns(out, o), inner, scale, inverse);
    }
  };
}

/**
 * A signal of n = rows × cols numbers as a matrix, which fills blocks of lines where one line would not: with j = j₁ cols + j₂
 * and k = k₁ + k₂ rows, jk/n is j₁k₁/rows + j₂k₁/n + j₂k₂/cols up to whole turns (Bailey 1990).
 */
function byMatrix(rows: number, cols: number): Transform {
  const n = rows * cols, alongColumns = lineTransform(rows), alongRows = rows === cols ? alongColumns : lineTransform(cols);
  const turns = resident(rootsOfProducts(rows, cols));
  return (x, out, batch, inverse) => scratch(() => {
    const matrix = room(2 * n).byteOffset, w = readable(turns).byteOffset;
    for (let at = 0; at < 8 * n * batch; at += 8 * n) {
      const columnsOf = (start: number): Lines => ({ start, lane: 8, step: 8 * cols });
      alongColumns(columnsOf(x + at), columnsOf(matrix), cols, 1 / Math.sqrt(n), inverse);
      kernels.multiplyComplex(matrix, w, n, inverse);
      alongRows({ start: matrix, lane: 8 * cols, step: 8 }, { start: out + at, lane: 8, step: 8 * rows }, rows, 1, inverse);
    }
  });
}

/** From this length on a signal of one axis is a matrix if it has `fewestRows`, whole blocks of lines. */
const long = 1024, fewestRows = 8;
/** Longer lines would take up too much memory, 8 at a time. */
const longest = 2 ** 17;
/** Signals are transformed together up to about so many numbers: short ones fill blocks of lines, and copies stay small. */
const together = 2 ** 16;

/** Runs `run` for parts of a batch of signals, from signal `first` on. */
export function inParts(shape: Shape, batch: number, run: (first: number, count: number) => void): void {
  const size = sizeOf(shape), most = shape.length === 1 ? 8 * Math.ceil(together / (8 * size)) : Math.ceil(together / size);
  for (let first = 0; first < batch; first += most) scratch(() => run(first, Math.min(most, batch - first)));
}

/**
 * As core's `fourierPlan`, in f32: errors of about 1e-7 of the norm, 3e-7 where an axis has a prime factor above 97. A signal's
 * result does not depend on the others of its batch. Axes of more than 2¹⁷ numbers are left to core.
 */
export function fourierPlan32(shape: Shape): FourierPlan<Float32Array> {
  checkShape('fourierPlan32', shape);
  const size = sizeOf(shape);
  let rows = Math.floor(Math.sqrt(size));
  while (size % rows) rows--;
  const matrix = shape.length === 1 && size >= long && rows >= fewestRows;
  if ((matrix ? size / rows : Math.max(...shape)) > longest) return fourierPlan(shape);
  const run = matrix ? byMatrix(rows, size / rows) : alongAxes(shape);

  const transform = (inverse: boolean) => (x: Float32Array, out: Float32Array, batch = 1): void => {
    for (const array of [x, out]) if (array.length < 2 * size * batch)
      throw new RangeError(`fourierPlan32: expected ${batch} × ${formatShape(shape)} complex numbers, got ${array.length / 2}`);
    inParts(shape, batch, (first, count) => {
      const part = [2 * size * first, 2 * size * (first + count)] as const;
      const from = x.subarray(...part), to = out.subarray(...part), written = writable(to);
      if (!contains(from)) written.set(from);
      run(contains(from) ? from.byteOffset : written.byteOffset, written.byteOffset, count, inverse);
      writeBack(written, to);
    });
  };
  return { shape, forward: transform(false), inverse: transform(true) };
}
