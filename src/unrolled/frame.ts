import type { LinearOperator, Param, Pattern, UnrolledNetwork } from '../types.js';
import { linop } from '../core/linop.js';
import { blocksOf, matrixSize, ownBlocks, weightCount, type BlockSizes } from '../core/pattern.js';
import { random } from '../core/random.js';
import { gemm, resident, view } from '../kernels/index.js';
import { onPattern, patternMap } from '../kernels/maps/index.js';
import { analyticWeight } from './analytic-weight.js';

/** Every matrix that it stands in front of is W = GᵀS, S on a mask of more rows than A has. */
export interface Frame {
  /** G. Its entries are computed: nothing stores, counts or trains them. */
  readonly G: Param;
  /** G A, which S meets in the place of A; its pattern is that of S. */
  readonly physics: LinearOperator;
  /** S = G W of weights W on the pattern of A, for which GᵀS = W. */
  of(weights: Float32Array): Float32Array;
}

/** Bounds on what a model file may ask for: of the redundancy, and of the entries of G. */
export const mostRedundant = 64;
const mostEntries = 2 ** 24;

type Blocked = Pattern & { kind: 'dense' | 'blocks' };

export function checkEntries(who: string, entries: number): void {
  if (entries > mostEntries) throw new RangeError(`${who}: expected a frame of at most ${mostEntries} entries, got ${entries}`);
}

/** Rows of a frame for so many columns. Throws a RangeError for a redundancy that none has. */
export function framedRows(who: string, cols: number, redundancy: number): number {
  if (typeof redundancy !== 'number' || !(redundancy >= 1 && redundancy <= mostRedundant))
    throw new RangeError(`${who}: expected a frame of redundancy 1 to ${mostRedundant}, got ${String(redundancy)}`);
  return Math.round(cols * redundancy);
}

const blocksIn = (pattern: Blocked): BlockSizes[] => blocksOf(pattern)!;

/** Measurements of the blocks for which G has entries: once where all blocks have as many. */
function heightsOf(pattern: Blocked): readonly number[] {
  const heights = ownBlocks(blocksIn(pattern)).map(({ rows }) => rows);
  return heights.every(rows => rows === heights[0]) ? heights.slice(0, 1) : heights;
}

/** The pattern of A with `redundancy` times its rows. Throws a RangeError for a redundancy or a size, a TypeError for a pattern, that has no frame. */
export function framedPattern(who: string, pattern: Pattern, redundancy: number): Blocked {
  const raised = (rows: number): number => framedRows(who, rows, redundancy);
  raised(1);
  if (pattern.kind !== 'dense' && pattern.kind !== 'blocks') throw new TypeError(`${who}: expected a dense or block operator for a frame, got ${pattern.kind}`);
  const entries = heightsOf(pattern).reduce((sum, rows) => sum + rows * raised(rows), 0);
  checkEntries(who, entries);
  if (pattern.kind === 'dense') return { ...pattern, rows: raised(pattern.rows) };
  return { ...pattern, blocks: pattern.blocks.map(({ rows, cols }) => ({ rows: raised(rows), cols })) };
}

/**
 * A tight frame, rows × cols with rows ≥ cols: GᵀG = I. Its columns are those of the orthonormal DCT-II at frequencies drawn by a fixed
 * seed, without order: at evenly spread ones rows are alike in pairs, and at twice the rows half of the signs are wasted. Model files hold
 * signs and no G: the draw is part of their format.
 */
export function cosineFrame(rows: number, cols: number): Float32Array {
  const rng = random(rows, cols), frequencies = Array.from({ length: rows }, (_, k) => k);
  for (let j = 0; j < cols; j++) {
    const at = j + rng.integer(rows - j), drawn = frequencies[at]!;
    frequencies[at] = frequencies[j]!;
    frequencies[j] = drawn;
  }
  const G = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) {
    const frequency = frequencies[j]!;
    G[i * cols + j] = Math.sqrt((frequency ? 2 : 1) / rows) * Math.cos((Math.PI * (2 * i + 1) * frequency) / (2 * rows));
  }
  return G;
}

function makeFrame(A: LinearOperator, own: Blocked, pattern: Blocked): Frame {
  const from = ownBlocks(blocksIn(own)), to = ownBlocks(blocksIn(pattern)), heights = heightsOf(own), shared = heights.length === 1;
  const parts = heights.map((rows, b) => cosineFrame(to[b]!.rows, rows)), high = blocksIn(pattern);
  const all: Pattern = { kind: 'blocks', shared, blocks: blocksIn(own).map(({ rows }, b) => ({ rows: high[b]!.rows, cols: rows })) };
  const entries = new Float32Array(weightCount(all));
  parts.reduce((at, part) => (entries.set(part, at), at + part.length), 0);

  function of(weights: Float32Array): Float32Array {
    const out = new Float32Array(weightCount(pattern));
    from.forEach(({ rows, cols, first }, b) => {
      const { rows: raised, first: at } = to[b]!;
      gemm(view(parts[shared ? 0 : b]!, raised, rows), view(weights, rows, cols, cols, first), view(out, raised, cols, cols, at));
    });
    return out;
  }
  return {
    G: { name: 'frame', value: resident(entries), grad: new Float32Array(0), map: patternMap(all), oneBit: false, trainable: false },
    physics: linop({ name: `frame·${A.name}`, inShape: A.inShape, outShape: [matrixSize(pattern).rows], stored: true, ...onPattern(pattern, of(A.weights!())) }),
    of,
  };
}

const known = new WeakMap<LinearOperator, Map<number, Frame>>();

/**
 * The frame of an operator with dense or block weights, made once: each block's measurements y become G y, `redundancy` times as many,
 * and signs on them reach more directions W = GᵀS than signs on y. Blocks of as many measurements share their G.
 */
export function frameFor(who: string, A: LinearOperator, redundancy: number): Frame {
  const own = A.pattern(), pattern = framedPattern(who, own, redundancy);
  if (!A.weights) throw new TypeError(`${who}: ${A.name} does not tell its values; give linop a pattern and weights`);
  const made = known.get(A) ?? new Map<number, Frame>(), frame = made.get(redundancy) ?? makeFrame(A, own as Blocked, pattern);
  known.set(A, made.set(redundancy, frame));
  return frame;
}

/** The frame between A and the matrices of learned ISTA; undefined for other networks, and where these stand on A's own mask. */
export function frameOf({ problem: { operator }, description: { preset, args } }: UnrolledNetwork): Frame | undefined {
  const redundancy = args['frame'];
  return preset !== 'learned-ista' || redundancy === undefined ? undefined : frameFor(preset, operator, redundancy as number);
}

/** What a network's matrices meet, on their own pattern: A, or G A behind a frame. */
export const physicsOf = (net: UnrolledNetwork): LinearOperator => frameOf(net)?.physics ?? net.problem.operator;

/** ALISTA's weights in closed form on a network's own pattern: those of A, behind a frame as G W. */
export const framedWeight = (A: LinearOperator, frame: Frame | undefined): Float32Array => frame ? frame.of(analyticWeight(A)) : analyticWeight(A);
