import type { LinearOperator, OneBitNetwork, Param } from '../../types.js';
import { unpackCodes } from '../../binary/bits.js';
import { sizeOf } from '../../core/array.js';
import { blocksOf, matrixSize, weightCount, type BlockSizes } from '../../core/pattern.js';
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

/** A network as numbers alone: from x = 0, x⁺ = soft(x − eta WᵀG(A x − y), theta) for each step, `keep` largest entries let through. */
export interface Solver {
  readonly n: number;
  readonly m: number;
  readonly A: SolverMatrix;
  /** The frame in front of every W, where there is one. */
  readonly G?: SolverMatrix;
  /** W is A itself where the layer has no other. */
  readonly steps: readonly { readonly W: SolverMatrix; readonly eta: number; readonly theta: number; readonly keep: number }[];
}

/**
 * Whether a network is such a list: gradient steps and soft thresholds from zero, on dense and block masks, behind one frame or none, A told
 * by its entries. Not so a product of operators: the engine multiplies by one after the other, which is quicker and gives other bits.
 */
export function isSolver({ layers, problem: { operator } }: OneBitNetwork): boolean {
  return !operator.derived && operator.weights !== undefined && blocksOf(operator.pattern()) !== undefined &&
    layers.every(({ step }) => step && step.G === layers[0]!.step!.G && (!step.W || blocksOf(step.W.map!.pattern)));
}

/** A's entries; A is dense or of blocks. */
export function operatorMatrix(A: LinearOperator): SolverMatrix {
  const weights = A.weights!(), scale = oneMagnitude(weights);
  return { ...matrixSize(A.pattern()), blocks: blocksOf(A.pattern())!, weights, ...(scale !== undefined && { scale }) };
}

/** The same of a param. */
export function learntMatrix({ name, map, value }: Param, { matrices, scale }: OneBitNetwork): SolverMatrix {
  const packed = matrices.find(matrix => matrix.name === name), { pattern } = map!, blocks = blocksOf(pattern)!;
  if (!packed) return { ...matrixSize(pattern), blocks, weights: value };
  const weights = new Float32Array(weightCount(pattern));
  unpackCodes(packed, 1, weights);
  return { ...matrixSize(pattern), blocks, weights, scale, ...(packed.rowScales && { factors: packed.rowScales }) };
}

/** What a compiled file says of its network in its first comment. Names come from files: nothing in them may end one. */
export function summaryOf({ problem: { operator }, description, layers, matrices, binarizer }: OneBitNetwork): string {
  const { inShape, outShape, name } = operator, weights = matrices.length ? 'one-bit' : 'float';
  const text = `${sizeOf(inShape)} numbers from ${sizeOf(outShape)} measurements: ${description.preset}, ${String(description.args['layers'] ?? layers.length)} layers, ${weights} weights (${binarizer}), operator ${name}`;
  return text.replace(/[^\p{L}\p{N}\p{Sm} .,:()_-]/gu, ' ');
}

/** For networks that are such a list. */
export function solverOf(net: OneBitNetwork): Solver {
  const { operator } = net.problem, A = operatorMatrix(operator), learnt = new Map<Param, SolverMatrix>();
  const steps = net.layers.map(({ step }) => {
    const { W, eta, theta, keep = 0 } = step!;
    if (W && !learnt.has(W)) learnt.set(W, learntMatrix(W, net));
    return { W: W ? learnt.get(W)! : A, eta: eta ? eta.value[0]! : 1, theta: theta.value[0]!, keep };
  });
  const G = net.layers[0]?.step?.G;
  return { n: sizeOf(operator.inShape), m: sizeOf(operator.outShape), A, ...(G && { G: learntMatrix(G, net) }), steps };
}
