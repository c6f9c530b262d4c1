import type { LinearOperator, OperatorDescription } from '../../types.js';
import { gaussianEntries } from '../../core/gaussian.js';
import { ownBlocks, type BlockSizes } from '../../core/pattern.js';
import type { SolverMatrix } from './solver.js';

/** A Gaussian block that its seed gives. */
export interface Drawn extends BlockSizes {
  readonly seed: number;
}

/** The seeds of a Gaussian matrix, or of Gaussian blocks with entries of their own; undefined for other operators. */
function seedsOf({ kind, args, parts }: OperatorDescription): number[] | undefined {
  if (kind === 'gaussian') return [Number(args['seed'])];
  if (kind !== 'block-diagonal' && kind !== 'kronecker-identity') return undefined;
  const seeds = parts!.map(seedsOf);
  return seeds.every(own => own?.length === 1) ? seeds.map(own => own![0]!) : undefined;
}

/** How the entries of an operator can be drawn again; nothing unless that gives every one of them to the bit. */
export function drawnFrom(operator: LinearOperator, { blocks, weights, scale }: SolverMatrix): Drawn[] {
  const own = ownBlocks(blocks), description = operator.describe?.(), seeds = description && seedsOf(description);
  if (scale !== undefined || seeds?.length !== own.length) return [];
  const drawn = own.map((block, b) => ({ ...block, seed: seeds[b]! }));
  const same = drawn.every(({ rows, cols, first, seed }) => gaussianEntries(rows, cols, seed).every((value, i) => value === weights[first + i]));
  return same ? drawn : [];
}
