import type { Pattern, PatternMap } from '../../types.js';
import { gemm, transposed, view, type MatrixView } from '../index.js';
import { matrixSize, weightCount } from '../../core/pattern.js';

/** One dense block after the other along the diagonal; `shared` blocks all use the first block's weights. */
export function blocksMap(pattern: Pattern & { kind: 'blocks' }): PatternMap {
  const { rows: outSize, cols: inSize } = matrixSize(pattern);
  let weight = 0, row = 0, col = 0;
  const blocks = pattern.blocks.map(block => {
    const placed = { ...block, weight, row, col };
    if (!pattern.shared) weight += block.rows * block.cols;
    row += block.rows; col += block.cols;
    return placed;
  });
  type Block = (typeof blocks)[number];
  const weightsOf = (w: Float32Array, b: Block): MatrixView => view(w, b.rows, b.cols, b.cols, b.weight);
  const inputOf = (x: Float32Array, b: Block, batch: number): MatrixView => view(x, batch, b.cols, inSize, b.col);
  const outputOf = (y: Float32Array, b: Block, batch: number): MatrixView => view(y, batch, b.rows, outSize, b.row);
  return {
    pattern, inSize, outSize, count: weightCount(pattern),
    apply(w, x, out, batch) {
      for (const b of blocks) gemm(inputOf(x, b, batch), transposed(weightsOf(w, b)), outputOf(out, b, batch));
    },
    applyAdjoint(w, y, out, batch) {
      for (const b of blocks) gemm(outputOf(y, b, batch), weightsOf(w, b), inputOf(out, b, batch));
    },
    addGradient(x, y, gw, batch) {
      for (const b of blocks) gemm(transposed(outputOf(y, b, batch)), inputOf(x, b, batch), weightsOf(gw, b), true);
    },
  };
}
