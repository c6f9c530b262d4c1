import type { Pattern } from '../types.js';
import { blocksOf, matrixSize } from '../core/pattern.js';
import { gemm, transposed, view } from './matrix.js';
import { resident } from './resident.js';
import { multiplySigns, setSigns, signMatrix, type Precision, type SignMatrix } from './signs.js';

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

export interface SignProduct extends Product {
  /** Says that weights or scale are others now. */
  changed(): void;
}

/**
 * scale · sign(weights) on the pattern; undefined where no kernel fits it. Both are asked for when a direction is first used
 * and again after `changed`; nothing but their bits is kept.
 */
export function signProduct(pattern: Pattern, source: { weights(): Float32Array; scale(): number }, precision: Precision = 'standard'): SignProduct | undefined {
  const blocks = blocksOf(pattern);
  if (!blocks) return undefined;
  const { rows: outSize, cols: inSize } = matrixSize(pattern);
  function direction(transposed: boolean): { fresh: boolean; multiply: Product['apply'] } {
    let matrix: SignMatrix | undefined;
    const own = {
      fresh: false,
      multiply(x: Float32Array, out: Float32Array, lanes: number): void {
        matrix ??= signMatrix(blocks!, transposed);
        if (!own.fresh) setSigns(matrix, source.weights());
        own.fresh = true;
        multiplySigns(matrix, x, out, lanes, source.scale(), precision);
      },
    };
    return own;
  }
  const ahead = direction(false), back = direction(true);
  return {
    inSize, outSize, apply: ahead.multiply, applyAdjoint: back.multiply,
    changed() { ahead.fresh = back.fresh = false; },
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
