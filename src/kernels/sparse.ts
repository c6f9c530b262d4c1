import { checkProduct, gemm, type MatrixView } from './matrix.js';
import { contains } from './memory.js';
import { kernels, onTemporaries } from './wasm.js';

/** Where more entries than this share are not 0, gemm is as quick; and it is for few rows, since B is turned first. */
const mostNonzero = 0.4,
  fewestRows = 16;
/** Gemm groups sums over more than this (assembly/gemm.ts), which cannot be added to C at once. */
const blockDepth = 256;

/** Whether a matrix that lies in the kernels' memory without gaps has many entries that are 0. */
function hasManyZeros({ data, rows, cols, rowStride, colStride, offset }: MatrixView): boolean {
  const count = rows * cols,
    hasGaps = colStride === 1 ? rowStride !== cols && rows > 1 : rowStride !== 1 || (colStride !== rows && cols > 1);
  return !hasGaps && contains(data) && kernels.nonzeros(data.byteOffset + 4 * offset, count) <= mostNonzero * count;
}

const at = ({ data, offset }: MatrixView): number => data.byteOffset + 4 * offset;

const listed = (): number => kernels.sparseGemmScratch() / 4;

/**
 * C = A B as `gemm` gives it, to the bit: quicker where many entries of A are 0, as those of thresholded signals are. The columns of B
 * are contiguous, and finite, or gemm itself is called, whose products of 0 with NaN show.
 */
export function gemmOfSparse(a: MatrixView, b: MatrixView, c: MatrixView): void {
  const { rows: m, cols: k } = a,
    n = b.cols;
  checkProduct(a, b, c);
  const isQuick = m >= fewestRows && b.rowStride === 1 && contains(b.data) && contains(c.data) && hasManyZeros(a);
  const done = isQuick && onTemporaries([k * n, listed()], (columns, list) => {
    const turned = columns!.byteOffset;
    kernels.transpose(at(b), 4 * b.colStride, n, k, turned, 4 * n);
    if (!kernels.areFinite(turned, k * n)) return false;
    kernels.sparseGemm(at(a), 4 * a.rowStride, 4 * a.colStride, turned, 4 * n, at(c), 4 * c.rowStride, m, n, k, false, list!.byteOffset);
    return true;
  });
  if (!done) gemm(a, b, c);
}

/** C += A B as `gemm` gives it, to the bit: quicker where many entries of B are 0 and the columns of A contiguous and finite. */
export function addGemmBySparse(a: MatrixView, b: MatrixView, c: MatrixView): void {
  const { rows: m, cols: k } = a,
    n = b.cols;
  checkProduct(a, b, c);
  const isQuick = m >= fewestRows && k <= blockDepth && a.rowStride === 1 && a.colStride === m && c.rowStride === n &&
    contains(a.data) && contains(c.data) && hasManyZeros(b) && kernels.areFinite(at(a), m * k);
  const done = isQuick && onTemporaries([m * n, m * n, listed()], (...arrays) => {
    const [product, turned, list] = arrays.map(({ byteOffset }) => byteOffset) as [number, number, number];
    kernels.sparseGemm(at(b), 4 * b.colStride, 4 * b.rowStride, at(a), 4 * a.colStride, product, 4 * m, n, m, k, false, list);
    kernels.transpose(product, 4 * m, n, m, turned, 4 * n);
    kernels.axpby(1, at(c), 1, turned, at(c), m * n);
    return true;
  });
  if (!done) gemm(a, b, c, true);
}
