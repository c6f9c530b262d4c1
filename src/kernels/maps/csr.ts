import type { Pattern, PatternMap } from '../../types.js';

/** One weight a stored entry, in row order. */
export function csrMap(pattern: Pattern & { kind: 'csr' }): PatternMap {
  const { rows, cols, rowPtr, colIdx } = pattern;
  return {
    pattern, inSize: cols, outSize: rows, count: colIdx.length,
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
  };
}
