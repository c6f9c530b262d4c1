import type { LinearOperator, OneBitNetwork, Param, Shape } from '../../types.js';
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
  readonly summary: string;
  readonly inShape: Shape;
  readonly outShape: Shape;
  readonly n: number;
  readonly m: number;
  readonly A: SolverMatrix;
  /** W is A itself where the layer has no other. */
  readonly steps: readonly { readonly W: SolverMatrix; readonly eta: number; readonly theta: number; readonly keep: number }[];
}

function refuseNetwork({ description: { preset, args }, problem: { prox } }: OneBitNetwork): never {
  const coupling = args['coupling'] === undefined ? '' : ` ${String(args['coupling'])}`;
  const start = args['start'] === 'linear' ? ' from a linear start' : '';
  throw new TypeError('compile: expected gradient steps and soft thresholds from zero (ista, or learned-ista tied, coupled or analytic; the prox l1), ' +
    `got ${preset}${coupling}${start}, prox ${prox.name}`);
}

function operatorMatrix(A: LinearOperator): SolverMatrix {
  const weights = A.weights?.(), blocks = weights && blocksOf(A.pattern());
  if (!weights || !blocks) throw new TypeError(`compile: expected a dense or block-diagonal operator that tells its entries, got ${A.name}`);
  const scale = oneMagnitude(weights);
  return { ...matrixSize(A.pattern()), blocks, weights, ...(scale !== undefined && { scale }) };
}

function learntMatrix({ name, map, value }: Param, { matrices, scale }: OneBitNetwork): SolverMatrix {
  const packed = matrices.find(matrix => matrix.name === name), { pattern } = map!, blocks = blocksOf(pattern);
  if (!blocks) throw new TypeError(`compile: expected ${name} on a dense or block mask, got ${pattern.kind}`);
  if (!packed) return { ...matrixSize(pattern), blocks, weights: value };
  const weights = new Float32Array(weightCount(pattern));
  unpackCodes(packed, 1, weights);
  return { ...matrixSize(pattern), blocks, weights, scale, ...(packed.rowScales && { factors: packed.rowScales }) };
}

/** Throws a TypeError of one line for a network that is not a list of such steps, and for masks without a kernel. */
export function solverOf(net: OneBitNetwork): Solver {
  const { operator } = net.problem, { inShape, outShape } = operator, n = sizeOf(inShape), m = sizeOf(outShape);
  const given = net.layers.map(({ step }) => step ?? refuseNetwork(net));
  const A = operatorMatrix(operator), learnt = new Map<Param, SolverMatrix>();
  const steps = given.map(({ W, eta, theta, keep = 0 }) => {
    if (W && !learnt.has(W)) learnt.set(W, learntMatrix(W, net));
    return { W: W ? learnt.get(W)! : A, eta: eta ? eta.value[0]! : 1, theta: theta.value[0]!, keep };
  });
  const weights = net.matrices.length ? 'one-bit' : 'float';
  const summary = `${n} numbers from ${m} measurements: ${net.description.preset}, ${steps.length} layers, ${weights} weights (${net.binarizer}), operator ${operator.name}`;
  return {
    // It goes into comments, and names come from files: nothing in it may end one.
    summary: summary.replace(/[^\p{L}\p{N}\p{Sm} .,:()_-]/gu, ' '),
    inShape, outShape, n, m, A, steps,
  };
}
