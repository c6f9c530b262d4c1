import type { LinearOperator, OneBitNetwork, Param } from '../../types.js';
import { unpackCodes } from '../../binary/bits.js';
import { sizeOf } from '../../core/array.js';
import { matrixSize, weightCount } from '../../core/pattern.js';
import { blocksOf } from '../../kernels/products.js';
import type { BlockSizes } from '../../kernels/index.js';
import { oneMagnitude } from '../fused.js';

/**
 * Blocks on a diagonal with their entries in row order; where there is a `scale`, every entry is scale times its weight, which is −1, 0
 * or +1, and times the factor of its column where there are `factors`, again and again.
 */
export interface SolverMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly blocks: readonly BlockSizes[];
  readonly weights: Float32Array;
  readonly scale?: number;
  readonly factors?: Float32Array;
}

/** Whether a matrix of codes has zeros among them. */
export const isTernary = ({ weights, scale }: SolverMatrix): boolean => scale !== undefined && weights.includes(0);

/** A network as numbers alone: from x = 0, x⁺ = soft(x − eta Wᵀ(A x − y), theta) for each step, `keep` largest entries let through. */
export interface Solver {
  readonly n: number;
  readonly m: number;
  readonly A: SolverMatrix;
  /** W is A itself where the layer has no other. */
  readonly steps: readonly { readonly W: SolverMatrix; readonly eta: number; readonly theta: number; readonly keep: number }[];
}

/** Why a network is no such list of steps, in one line; undefined where it is one. */
export function refusal({ layers, problem: { operator, prox }, description: { preset, args } }: OneBitNetwork): string | undefined {
  const coupling = args['coupling'] === undefined ? '' : ` ${String(args['coupling'])}`, start = args['start'] === 'linear' ? ' from a linear start' : '';
  if (layers.some(({ step }) => !step))
    return 'expected gradient steps and soft thresholds from zero (ista, or learned-ista tied, coupled or analytic; the prox l1), ' +
      `got ${preset}${coupling}${start}, prox ${prox.name}`;
  if (!operator.weights || !blocksOf(operator.pattern()))
    return `expected a dense or block-diagonal operator that tells its entries, got ${operator.name}`;
  const other = layers.map(({ step }) => step!.W).find(W => W && !blocksOf(W.map!.pattern));
  return other && `expected ${other.name} on a dense or block mask, got ${other.map!.pattern.kind}`;
}

function operatorMatrix(A: LinearOperator): SolverMatrix {
  const weights = A.weights!(), scale = oneMagnitude(weights);
  return { ...matrixSize(A.pattern()), blocks: blocksOf(A.pattern())!, weights, ...(scale !== undefined && { scale }) };
}

function learntMatrix({ name, map, value }: Param, { matrices, scale }: OneBitNetwork): SolverMatrix {
  const packed = matrices.find(matrix => matrix.name === name), { pattern } = map!, blocks = blocksOf(pattern)!;
  if (!packed) return { ...matrixSize(pattern), blocks, weights: value };
  const weights = new Float32Array(weightCount(pattern));
  unpackCodes(packed, 1, weights);
  return { ...matrixSize(pattern), blocks, weights, scale, ...(packed.rowScales && { factors: packed.rowScales }) };
}

/** What a compiled file says of its network in its first comment. Names come from files: nothing in them may end one. */
export function summaryOf({ problem: { operator }, description, layers, matrices, binarizer }: OneBitNetwork): string {
  const { inShape, outShape, name } = operator, weights = matrices.length ? 'one-bit' : 'float';
  const text = `${sizeOf(inShape)} numbers from ${sizeOf(outShape)} measurements: ${description.preset}, ${layers.length} layers, ${weights} weights (${binarizer}), operator ${name}`;
  return text.replace(/[^\p{L}\p{N}\p{Sm} .,:()_-]/gu, ' ');
}

/** For networks without a `refusal`. */
export function solverOf(net: OneBitNetwork): Solver {
  const { operator } = net.problem, A = operatorMatrix(operator), learnt = new Map<Param, SolverMatrix>();
  const steps = net.layers.map(({ step }) => {
    const { W, eta, theta, keep = 0 } = step!;
    if (W && !learnt.has(W)) learnt.set(W, learntMatrix(W, net));
    return { W: W ? learnt.get(W)! : A, eta: eta ? eta.value[0]! : 1, theta: theta.value[0]!, keep };
  });
  return { n: sizeOf(operator.inShape), m: sizeOf(operator.outShape), A, steps };
}
