import type { Pattern, PatternMap } from '../../types.js';
import { addGemmBySparse, gemm, gemmOfSparse, transposed, view } from '../index.js';

/** Weights of a full matrix, row-major rows × cols. What goes in may be the output of a threshold, whose zeros are passed over. */
export function denseMap(pattern: Pattern & { kind: 'dense' }): PatternMap {
  const { rows, cols } = pattern;
  return {
    pattern, inSize: cols, outSize: rows, count: rows * cols,
    apply: (w, x, out, batch) => gemmOfSparse(view(x, batch, cols), transposed(view(w, rows, cols)), view(out, batch, rows)),
    applyAdjoint: (w, y, out, batch) => gemm(view(y, batch, rows), view(w, rows, cols), view(out, batch, cols)),
    addGradient: (x, y, gw, batch) => addGemmBySparse(transposed(view(y, batch, rows)), view(x, batch, cols), view(gw, rows, cols)),
  };
}
