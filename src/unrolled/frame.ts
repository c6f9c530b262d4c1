import type { LinearOperator, Param, Pattern, UnrolledNetwork } from '../types.js';
import { linop } from '../core/linop.js';
import { weightCount } from '../core/pattern.js';
import { random } from '../core/random.js';
import { gemm, resident, view } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';
import { analyticWeight } from './analytic-weight.js';
import { param } from './param.js';

/** Every matrix W that it stands in front of is Gᵀ S: signs S on a mask of more rows than A has. */
export interface Frame {
  /** G. Its entries are computed, so that nothing stores, counts or trains them. */
  readonly G: Param;
  /** G A, what S meets in the place of A: its pattern is that of S. */
  readonly physics: LinearOperator;
  /** G M for weights M on the pattern of A: GᵀS = M for S = G M. */
  of(weights: Float32Array): Float32Array;
}

/** Bounds on what a model file may ask for: of G, and of its entries. */
export const mostRedundant = 64;
const mostEntries = 2 ** 26;

const rowsOf = (rows: number, redundancy: number): number => Math.round(rows * redundancy);

type Blocked = Pattern & { kind: 'dense' | 'blocks' };

/** Blocks that have weights of their own. */
const blocksOf = (pattern: Blocked): readonly { readonly rows: number; readonly cols: number }[] =>
  pattern.kind === 'dense' ? [pattern] : pattern.shared ? pattern.blocks.slice(0, 1) : pattern.blocks;

/** Heights of the blocks of G that have entries of their own: one where all are the same. */
function heightsOf(pattern: Blocked): number[] {
  const heights = blocksOf(pattern).map(({ rows }) => rows);
  return heights.every(rows => rows === heights[0]) ? heights.slice(0, 1) : heights;
}

/** The pattern of A with `redundancy` times its rows. Throws a RangeError for a redundancy or a size, a TypeError for a pattern, that has no frame. */
export function framedPattern(who: string, pattern: Pattern, redundancy: number): Blocked {
  if (typeof redundancy !== 'number' || !(redundancy >= 1 && redundancy <= mostRedundant))
    throw new RangeError(`${who}: expected a frame of redundancy 1 to ${mostRedundant}, got ${String(redundancy)}`);
  if (pattern.kind !== 'dense' && pattern.kind !== 'blocks') throw new TypeError(`${who}: expected a dense or block operator for a frame, got ${pattern.kind}`);
  const entries = heightsOf(pattern).reduce((sum, rows) => sum + rows * rowsOf(rows, redundancy), 0);
  if (entries > mostEntries) throw new RangeError(`${who}: expected a frame of at most ${mostEntries} entries, got ${entries}`);
  if (pattern.kind === 'dense') return { ...pattern, rows: rowsOf(pattern.rows, redundancy) };
  return { ...pattern, blocks: pattern.blocks.map(({ rows, cols }) => ({ rows: rowsOf(rows, redundancy), cols })) };
}

/**
 * A harmonic tight frame, rows × cols with rows ≥ cols, GᵀG = I: columns of the orthonormal DCT-II (Goyal, Vetterli &
 * Thao 1998, section II, in its real form), at frequencies drawn by a fixed seed: among evenly spread ones rows are alike in pairs.
 */
export function harmonicFrame(rows: number, cols: number): Float32Array {
  const G = new Float32Array(rows * cols);
  const rng = random(rows, cols), frequencies = Array.from({ length: rows }, (_, k) => k);
  for (let j = 0; j < cols; j++) {
    const at = j + rng.integer(rows - j), frequency = frequencies[at]!, size = Math.sqrt((frequency ? 2 : 1) / rows);
    frequencies[at] = frequencies[j]!;
    for (let i = 0; i < rows; i++) G[i * cols + j] = size * Math.cos((Math.PI * (2 * i + 1) * frequency) / (2 * rows));
  }
  return G;
}

/**
 * The frame of an operator with dense or block weights: each block's measurements y become G y, `redundancy` times as many, and
 * signs S on them give W = GᵀS more directions than signs on y have. Blocks of one height share their G.
 */
export function frameFor(who: string, A: LinearOperator, redundancy: number): Frame {
  const own = A.pattern(), pattern = framedPattern(who, own, redundancy);
  if (!A.weights) throw new TypeError(`${who}: ${A.name} does not tell its values; give linop a pattern and weights`);
  const from = blocksOf(own as Blocked), to = blocksOf(pattern), heights = heightsOf(own as Blocked), shared = heights.length === 1;
  const made = heights.map((rows, b) => harmonicFrame(to[b]!.rows, rows));
  const all = own.kind === 'blocks' ? own.blocks : from;
  const framePattern: Pattern = { kind: 'blocks', shared, blocks: all.map(({ rows }) => ({ rows: rowsOf(rows, redundancy), cols: rows })) };
  const values = new Float32Array(weightCount(framePattern));
  made.reduce((at, block) => (values.set(block, at), at + block.length), 0);

  function of(weights: Float32Array): Float32Array {
    const out = new Float32Array(weightCount(pattern));
    let read = 0, written = 0;
    from.forEach(({ rows, cols }, b) => {
      const high = to[b]!.rows;
      gemm(view(made[shared ? 0 : b]!, high, rows), view(weights, rows, cols, cols, read), view(out, high, cols, cols, written));
      read += rows * cols;
      written += high * cols;
    });
    return out;
  }
  const map = patternMap(pattern), weights = of(A.weights());
  return {
    G: param('frame', resident(values), { map: patternMap(framePattern), trainable: false }),
    physics: linop({
      name: `frame·${A.name}`, inShape: A.inShape, outShape: [map.outSize],
      apply: (x, out, batch) => map.apply(weights, x, out, batch),
      applyAdjoint: (y, out, batch) => map.applyAdjoint(weights, y, out, batch),
      pattern: () => pattern, weights: () => weights.slice(), stored: true,
    }),
    of,
  };
}

/** The frame in front of a network's matrices; undefined where they stand on A's own mask. */
export function frameOf({ problem: { operator }, description: { preset, args } }: UnrolledNetwork): Frame | undefined {
  const redundancy = args['frame'];
  return redundancy === undefined ? undefined : frameFor(preset, operator, redundancy as number);
}

/** What a network's matrices meet, on their own pattern: A, or G A behind a frame. */
export const physicsOf = (net: UnrolledNetwork): LinearOperator => frameOf(net)?.physics ?? net.problem.operator;

/** ALISTA's weights in closed form on a network's own pattern: those of A, behind a frame as G W. */
export const framedWeight = (A: LinearOperator, frame: Frame | undefined): Float32Array => frame ? frame.of(analyticWeight(A)) : analyticWeight(A);
