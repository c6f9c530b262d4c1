import { contains, scratch } from './memory.js';
import { kernels, readable, room } from './wasm.js';

/** Entry (i, j) is data[offset + i rowStride + j colStride]. */
export interface MatrixView {
  data: Float32Array;
  rows: number;
  cols: number;
  rowStride: number;
  colStride: number;
  offset: number;
}

/** A row-major matrix on part of an array. */
export function view(data: Float32Array, rows: number, cols: number, rowStride = cols, offset = 0): MatrixView {
  const matrix = { data, rows, cols, rowStride, colStride: 1, offset };
  checkView('view', matrix);
  return matrix;
}

/** The same numbers seen as the transposed matrix. */
export const transposed = ({ data, rows, cols, rowStride, colStride, offset }: MatrixView): MatrixView =>
  ({ data, rows: cols, cols: rows, rowStride: colStride, colStride: rowStride, offset });

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const span = (a: MatrixView): number => (a.rows - 1) * a.rowStride + (a.cols - 1) * a.colStride + 1;

/** Throws unless every entry of the view lies in its array: the kernels themselves check nothing. */
export function checkView(who: string, a: MatrixView): void {
  if (!isCount(a.rows) || !isCount(a.cols) || a.rows < 1 || a.cols < 1)
    throw new RangeError(`${who}: expected 1 row and column or more, got ${a.rows} × ${a.cols}`);
  if (!isCount(a.rowStride) || !isCount(a.colStride) || !isCount(a.offset) || a.offset + span(a) > a.data.length)
    throw new RangeError(`${who}: expected ${a.rows} × ${a.cols} numbers at offset ${a.offset} with strides ` +
      `${a.rowStride}, ${a.colStride}, got ${a.data.length} numbers`);
}

/** Throws unless C = A B makes sense. */
export function checkProduct(a: MatrixView, b: MatrixView, c: MatrixView): void {
  checkView('gemm: A', a);
  checkView('gemm: B', b);
  checkView('gemm: C', c);
  if (a.cols !== b.rows || c.rows !== a.rows || c.cols !== b.cols)
    throw new RangeError('gemm: expected C = A B of matching sizes, ' +
      `got ${c.rows} × ${c.cols} = ${a.rows} × ${a.cols} by ${b.rows} × ${b.cols}`);
  if (c.colStride !== 1 || (c.rows > 1 && c.rowStride < c.cols))
    throw new RangeError(`gemm: expected the rows of C to be contiguous and apart, got strides ${c.rowStride}, ${c.colStride}`);
}

/** The byte address of entry (0, 0), after copying the spanned part in if the array lies outside the kernels' memory. */
function address(a: MatrixView): number {
  if (contains(a.data)) return a.data.byteOffset + 4 * a.offset;
  return readable(a.data.subarray(a.offset, a.offset + span(a))).byteOffset;
}

/**
 * C = A B, or C += A B. Any strides for A and B; the rows of C are contiguous and C overlaps neither. In f32: each entry is the
 * sum over blocks of 256 along the depth, so a row of C is bit for bit the same however many rows there are.
 */
export function gemm(a: MatrixView, b: MatrixView, c: MatrixView, accumulate = false): void {
  checkProduct(a, b, c);
  scratch(() => {
    const inside = contains(c.data);
    const to = inside ? c.data : room(c.rows * c.cols);
    const offset = inside ? c.offset : 0, rowStride = inside ? c.rowStride : c.cols;
    const rowOf = (i: number): Float32Array => c.data.subarray(c.offset + i * c.rowStride, c.offset + i * c.rowStride + c.cols);
    if (!inside && accumulate) for (let i = 0; i < c.rows; i++) to.set(rowOf(i), i * c.cols);
    kernels.gemm(address(a), 4 * a.rowStride, 4 * a.colStride, address(b), 4 * b.rowStride, 4 * b.colStride,
      to.byteOffset + 4 * offset, 4 * rowStride, a.rows, b.cols, a.cols, accumulate, room(kernels.gemmScratch() / 4).byteOffset);
    if (!inside) for (let i = 0; i < c.rows; i++) rowOf(i).set(to.subarray(i * c.cols, (i + 1) * c.cols));
  });
}
