import type { Pattern } from '../types.js';
import { matrixSize } from '../core/pattern.js';
import { gemm, transposed, view } from './matrix.js';
import { resident } from './resident.js';
import { multiplySigns, signMatrix, type BlockSizes, type Precision, type SignMatrix } from './signs.js';

/**
 * A linear map with fixed entries on signals side by side: x is inSize × lanes and out outSize × lanes, row-major; lanes is 1 or
 * a multiple of laneBlock. What layers do between products is entry by entry and does not mind how the signals lie.
 */
export interface Product {
  readonly inSize: number;
  readonly outSize: number;
  apply(x: Float32Array, out: Float32Array, lanes: number): void;
  applyAdjoint(y: Float32Array, out: Float32Array, lanes: number): void;
}

/** A dense or block-diagonal pattern as a list of blocks; undefined for the others. */
function blocksOf(pattern: Pattern): BlockSizes[] | undefined {
  if (pattern.kind === 'dense') return [{ rows: pattern.rows, cols: pattern.cols, first: 0 }];
  if (pattern.kind !== 'blocks') return undefined;
  let first = 0;
  return pattern.blocks.map(({ rows, cols }) => {
    const block = { rows, cols, first };
    if (!pattern.shared) first += rows * cols;
    return block;
  });
}

/** scale · S with S given by sign bits on the pattern (bit 1 = −1, in the pattern's order); undefined where no kernel fits the pattern. */
export function signProduct(pattern: Pattern, signs: Uint32Array, scale: number, precision: Precision = 'standard'): Product | undefined {
  const blocks = blocksOf(pattern);
  if (!blocks) return undefined;
  const { rows: outSize, cols: inSize } = matrixSize(pattern);
  let ahead: SignMatrix | undefined, back: SignMatrix | undefined;
  return {
    inSize, outSize,
    apply: (x, out, lanes) => multiplySigns(ahead ??= signMatrix(blocks, signs), x, out, lanes, scale, precision),
    applyAdjoint: (y, out, lanes) => multiplySigns(back ??= signMatrix(blocks, signs, true), y, out, lanes, scale, precision),
  };
}

/** The same for entries in f32. */
export function floatProduct(pattern: Pattern, weights: Float32Array): Product | undefined {
  const blocks = blocksOf(pattern);
  if (!blocks) return undefined;
  const { rows: outSize, cols: inSize } = matrixSize(pattern), w = resident(weights);
  function multiply(x: Float32Array, out: Float32Array, lanes: number, adjoint: boolean): void {
    let row = 0, col = 0;
    for (const { rows, cols, first } of blocks!) {
      const block = view(w, rows, cols, cols, first);
      if (adjoint) gemm(transposed(block), view(x, rows, lanes, lanes, row * lanes), view(out, cols, lanes, lanes, col * lanes));
      else gemm(block, view(x, cols, lanes, lanes, col * lanes), view(out, rows, lanes, lanes, row * lanes));
      row += rows;
      col += cols;
    }
  }
  return {
    inSize, outSize,
    apply: (x, out, lanes) => multiply(x, out, lanes, false),
    applyAdjoint: (y, out, lanes) => multiply(y, out, lanes, true),
  };
}
