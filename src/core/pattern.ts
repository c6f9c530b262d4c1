import type { LinearOperator, Pattern } from '../types.js';
import { sizeOf } from './array.js';

/** Rows and columns of the full real matrix that a pattern is part of; complex entries count as two numbers. */
export function matrixSize(pattern: Pattern): { rows: number; cols: number } {
  switch (pattern.kind) {
    case 'dense': case 'csr': return { rows: pattern.rows, cols: pattern.cols };
    case 'blocks': return {
      rows: pattern.blocks.reduce((sum, block) => sum + block.rows, 0),
      cols: pattern.blocks.reduce((sum, block) => sum + block.cols, 0),
    };
    case 'toeplitz': {
      const n = sizeOf(pattern.shape), { out, in: from } = pattern.channels ?? { out: 1, in: 1 };
      return { rows: out * n, cols: from * n };
    }
    case 'diagonal': {
      if (pattern.basis === 'identity') return { rows: pattern.size, cols: pattern.size };
      const n = sizeOf(pattern.shape), cols = pattern.complexInput ? 2 * n : n;
      return { rows: pattern.form === 'analysis' ? 2 * n : cols, cols };
    }
  }
}

/** One block on the diagonal, and which of all weights is its first (row-major). */
export interface BlockSizes {
  readonly rows: number;
  readonly cols: number;
  readonly first: number;
}

/** A dense or block-diagonal pattern as a list of blocks, where those that share weights have the same `first`; undefined for the others. */
export function blocksOf(pattern: Pattern): BlockSizes[] | undefined {
  if (pattern.kind === 'dense') return [{ rows: pattern.rows, cols: pattern.cols, first: 0 }];
  if (pattern.kind !== 'blocks') return undefined;
  let first = 0;
  return pattern.blocks.map(({ rows, cols }) => {
    const block = { rows, cols, first };
    if (!pattern.shared) first += rows * cols;
    return block;
  });
}

/** Those that have weights of their own: one where all share it. */
export const ownBlocks = (blocks: readonly BlockSizes[]): BlockSizes[] => [...new Map(blocks.map(block => [block.first, block])).values()];

/** The blocks of an operator's own weights. Throws a TypeError where it has none, or tells none. */
export function weightBlocks(who: string, operator: LinearOperator): BlockSizes[] {
  const pattern = operator.pattern(), blocks = blocksOf(pattern);
  if (!operator.weights || !blocks)
    throw new TypeError(`${who}: expected an operator with dense or block weights, got ${operator.name} (${pattern.kind})`);
  return ownBlocks(blocks);
}

/** Number of weights that a linear map on the pattern has. */
export function weightCount(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'dense': case 'blocks': return ownBlocks(blocksOf(pattern)!).reduce((sum, { rows, cols }) => sum + rows * cols, 0);
    case 'toeplitz': return sizeOf(pattern.support) * (pattern.channels ? pattern.channels.in * pattern.channels.out : 1);
    case 'diagonal':
      if (pattern.basis === 'identity') return pattern.size;
      return pattern.support ? pattern.support.reduce((sum, bit) => sum + bit, 0) : sizeOf(pattern.shape);
    case 'csr': return pattern.colIdx.length;
  }
}

/** Bits that a file needs to say where the weights are, beyond the operator itself: only stored csr indices cost any. */
export const indexBits = (pattern: Pattern): number =>
  pattern.kind === 'csr' && pattern.indices === 'stored' ? 32 * pattern.colIdx.length : 0;
