import type { Pattern, PatternMap } from '../../types.js';
import { csrProduct, type CsrProduct } from '../index.js';

type Csr = Pattern & { kind: 'csr' };

/** Plain loops, for matrices that do not fit into the kernels' memory, and the kernels' reference. */
export const csrReference = ({ rows, cols, rowPtr, colIdx }: Csr): Omit<CsrProduct, 'fits'> => ({
  apply(w, x, out, batch) {
    for (let b = 0, from = 0, to = 0; b < batch; b++, from += cols, to += rows)
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let at = rowPtr[i]!; at < rowPtr[i + 1]!; at++) sum += w[at]! * x[from + colIdx[at]!]!;
        out[to + i] = sum;
      }
  },
  applyAdjoint(w, y, out, batch) {
    out.fill(0, 0, cols * batch);
    for (let b = 0, from = 0, to = 0; b < batch; b++, from += rows, to += cols)
      for (let i = 0; i < rows; i++) {
        const value = y[from + i]!;
        for (let at = rowPtr[i]!; at < rowPtr[i + 1]!; at++) out[to + colIdx[at]!]! += w[at]! * value;
      }
  },
  addGradient(x, y, gw, batch) {
    for (let b = 0, from = 0, to = 0; b < batch; b++, from += cols, to += rows)
      for (let i = 0; i < rows; i++) {
        const value = y[to + i]!;
        for (let at = rowPtr[i]!; at < rowPtr[i + 1]!; at++) gw[at]! += value * x[from + colIdx[at]!]!;
      }
  },
});

/** One weight a stored entry, in row order. */
export function csrMap(pattern: Csr): PatternMap {
  const { rows, cols, colIdx } = pattern,
    kernel = csrProduct(pattern),
    plain = csrReference(pattern),
    on = (w: Float32Array): Omit<CsrProduct, 'fits'> => (kernel.fits(w) ? kernel : plain);
  return {
    pattern, inSize: cols, outSize: rows, count: colIdx.length,
    apply: (w, x, out, batch) => on(w).apply(w, x, out, batch),
    applyAdjoint: (w, y, out, batch) => on(w).applyAdjoint(w, y, out, batch),
    addGradient: (x, y, gw, batch) => on(gw).addGradient(x, y, gw, batch),
  };
}
