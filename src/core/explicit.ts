import type { LinearOperator, Pattern } from '../types.js';
import { boundary } from './boundary.js';
import { matrixSize } from './pattern.js';

/** A matrix written out: compressed rows, values in f64. */
export interface Csr {
  readonly rows: number; readonly cols: number;
  readonly rowPtr: Uint32Array; readonly colIdx: Uint32Array; readonly values: Float64Array;
}

type Entry = readonly [col: number, value: number];

/** Rows given as lists of entries, in any order; entries on the same column are added. */
export function csrFromRows(cols: number, rows: readonly (readonly Entry[])[]): Csr {
  const rowPtr = new Uint32Array(rows.length + 1);
  const colIdx: number[] = [], values: number[] = [];
  rows.forEach((row, i) => {
    const merged = new Map<number, number>();
    for (const [col, value] of row) merged.set(col, (merged.get(col) ?? 0) + value);
    for (const [col, value] of [...merged].sort((a, b) => a[0] - b[0])) { colIdx.push(col); values.push(value); }
    rowPtr[i + 1] = colIdx.length;
  });
  return { rows: rows.length, cols, rowPtr, colIdx: Uint32Array.from(colIdx), values: Float64Array.from(values) };
}

/** An operator whose matrix nobody can write out: its entries are not told, or it is dense although its weights are few. */
export class NoEntriesError extends TypeError {}

/** The weights of an operator; undefined where it tells none, or is made of parts that do not. */
export function knownWeights(A: LinearOperator): Float32Array | undefined {
  try {
    return A.weights?.();
  } catch (error) {
    if (error instanceof NoEntriesError) return undefined;
    throw error;
  }
}

/** The entries of a map with weights `w` on `pattern`, row by row. Throws a NoEntriesError for the Fourier basis. */
export function explicit(pattern: Pattern, w: ArrayLike<number>): Csr {
  const { rows, cols } = matrixSize(pattern);
  const list: Entry[][] = Array.from({ length: rows }, () => []);
  switch (pattern.kind) {
    case 'dense':
      for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) list[i]!.push([j, w[i * cols + j]!]);
      break;
    case 'blocks': {
      let row = 0, col = 0, at = 0;
      for (const block of pattern.blocks) {
        for (let i = 0; i < block.rows; i++)
          for (let j = 0; j < block.cols; j++) list[row + i]!.push([col + j, w[at + i * block.cols + j]!]);
        row += block.rows; col += block.cols;
        if (!pattern.shared) at += block.rows * block.cols;
      }
      break;
    }
    case 'toeplitz': {
      const { source, padded } = boundary(pattern.shape, pattern.support, pattern.origin, pattern.boundary);
      const [height, width] = pattern.shape.length === 1 ? [1, pattern.shape[0]!] : [pattern.shape[0]!, pattern.shape[1]!];
      const [kh, kw] = pattern.support.length === 1 ? [1, pattern.support[0]!] : [pattern.support[0]!, pattern.support[1]!];
      for (let i = 0; i < height; i++) for (let j = 0; j < width; j++)
        for (let a = 0; a < kh; a++) for (let b = 0; b < kw; b++) {
          const from = source[(i + kh - 1 - a) * padded[1] + (j + kw - 1 - b)]!;
          if (from >= 0) list[i * width + j]!.push([from, w[a * kw + b]!]);
        }
      break;
    }
    case 'diagonal':
      if (pattern.basis === 'fourier')
        throw new NoEntriesError(`explicit: a map diagonal in the Fourier basis over [${pattern.shape.join(',')}] is dense in the identity basis`);
      for (let i = 0; i < rows; i++) list[i]!.push([i, w[i]!]);
      break;
    case 'csr':
      for (let i = 0; i < rows; i++)
        for (let at = pattern.rowPtr[i]!; at < pattern.rowPtr[i + 1]!; at++) list[i]!.push([pattern.colIdx[at]!, w[at]!]);
  }
  return csrFromRows(cols, list);
}

/** The matrix of an operator that tells its pattern and weights; a NoEntriesError names one that does not. */
export function explicitOperator(A: LinearOperator): Csr {
  if (!A.weights) throw new NoEntriesError(`${A.name}: its entries are not known; give linop a pattern and weights`);
  return explicit(A.pattern(), A.weights());
}

export function csrTranspose(A: Csr): Csr {
  const rows: Entry[][] = Array.from({ length: A.cols }, () => []);
  for (let i = 0; i < A.rows; i++)
    for (let at = A.rowPtr[i]!; at < A.rowPtr[i + 1]!; at++) rows[A.colIdx[at]!]!.push([i, A.values[at]!]);
  return csrFromRows(A.rows, rows);
}

export function csrProduct(A: Csr, B: Csr): Csr {
  const rows = Array.from({ length: A.rows }, (_, i) => {
    const row: Entry[] = [];
    for (let at = A.rowPtr[i]!; at < A.rowPtr[i + 1]!; at++)
      for (let bt = B.rowPtr[A.colIdx[at]!]!; bt < B.rowPtr[A.colIdx[at]! + 1]!; bt++)
        row.push([B.colIdx[bt]!, A.values[at]! * B.values[bt]!]);
    return row;
  });
  return csrFromRows(B.cols, rows);
}

/** A + B. */
export function csrSum(A: Csr, B: Csr): Csr {
  const entries = (M: Csr, i: number): Entry[] =>
    Array.from(M.colIdx.subarray(M.rowPtr[i]!, M.rowPtr[i + 1]!), (col, k) => [col, M.values[M.rowPtr[i]! + k]!] as const);
  return csrFromRows(A.cols, Array.from({ length: A.rows }, (_, i) => [...entries(A, i), ...entries(B, i)]));
}

/** Matrices put in one block matrix at the given row and column offsets. */
export function csrAssemble(rows: number, cols: number, parts: readonly { at: readonly [number, number]; matrix: Csr }[]): Csr {
  const list: Entry[][] = Array.from({ length: rows }, () => []);
  for (const { at: [row, col], matrix } of parts)
    for (let i = 0; i < matrix.rows; i++)
      for (let k = matrix.rowPtr[i]!; k < matrix.rowPtr[i + 1]!; k++) list[row + i]!.push([col + matrix.colIdx[k]!, matrix.values[k]!]);
  return csrFromRows(cols, list);
}

/** Pattern and weights of a written-out matrix: dense where every entry is there, csr regenerated from the operator otherwise. */
export function patternOf(A: Csr): { pattern: Pattern; weights: Float32Array } {
  const { rows, cols, rowPtr, colIdx } = A;
  const pattern: Pattern = colIdx.length === rows * cols
    ? { kind: 'dense', rows, cols }
    : { kind: 'csr', rows, cols, rowPtr, colIdx, indices: 'regenerated' };
  return { pattern, weights: Float32Array.from(A.values) };
}

/** Row-major f64 entries. */
export function denseOf(A: Csr): Float64Array {
  const out = new Float64Array(A.rows * A.cols);
  for (let i = 0; i < A.rows; i++)
    for (let at = A.rowPtr[i]!; at < A.rowPtr[i + 1]!; at++) out[i * A.cols + A.colIdx[at]!] = A.values[at]!;
  return out;
}

