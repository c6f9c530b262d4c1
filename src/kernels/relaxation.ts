import { alloc, contains, free } from './memory.js';
import { kernels } from './wasm.js';

/**
 * min Σ_ij C_ij v_i·v_j over unit vectors, C symmetric with a zero diagonal: a lower bound of Σ C_ij s_i s_j over spins. Problems of up
 * to `most` vectors, one after the other. A triangle inequality ±X_ij ± X_il ± X_jl ≥ −1 is packed as (i, j, l, signs) in 10, 10, 10
 * and 2 bits, i < j < l: no minus for signs 0, else two, and X_ij, X_il or X_jl keeps its plus for 1, 2 or 3.
 */
export interface Relaxation {
  /** Numbers of a vector. */
  readonly width: number;
  /** Numbers from one row of products to the next. */
  readonly row: number;
  /** Begins with n vectors, n × width in rows, and C, row by row. */
  size(n: number): void;
  setRow(i: number, values: Float64Array): void;
  readonly vectors: Float32Array;
  /** A step of coordinate descent for every vector. Returns −Σ weights, which comes to the minimum. */
  sweep(): number;
  /** Whether C + diag(weights of the last sweep) + shift is positive definite: then −Σ weights − n · shift is a lower bound. */
  holds(shift: number): boolean;
  /** v_i·v_j as the vectors are. */
  products(): Float32Array;
  /** Triangle inequalities that the last products break by more than `least`; where there is no room for all, some of them. */
  triangles(least: number): { readonly all: boolean; readonly triangles: Uint32Array; readonly broken: Float32Array };
  /** Room for `mostCuts` inequalities and their weights, before and now. */
  readonly cuts: { readonly triangles: Uint32Array; readonly before: Float64Array; readonly now: Float64Array };
  /**
   * Gives the first `count` cuts the weights max(0, before + rate · what the last products break them by), and takes weight · (left side)
   * from C. Returns Σ weights, which the bound loses.
   */
  weigh(count: number, rate: number): number;
  release(): void;
}

const headerWords = 16, mostFound = 8192, largest = 1023;
export const mostCuts = 2 ** 15;

/** Throws a RangeError for more than 1023 vectors and where the kernels' memory has no room. */
export function spinRelaxation(most: number): Relaxation {
  if (!(most >= 1 && most <= largest)) throw new RangeError(`spinRelaxation: expected 1 to ${largest} vectors, got ${most}`);
  const width = 16 * Math.ceil((Math.sqrt(2 * most) + 1) / 16), row = 4 * Math.ceil(most / 4), cells = most * row;
  const sizes = {
    header: headerWords, matrix: 2 * cells, single: cells, vectors: most * width, weights: 2 * row, factor: 2 * cells, gradient: width,
    products: cells, cuts: mostCuts, before: 2 * mostCuts, now: 2 * mostCuts, broken: mostFound, found: mostFound,
  };
  const room = alloc(Object.values(sizes).reduce((sum, size) => sum + size));
  if (!contains(room)) throw new RangeError(`spinRelaxation: expected room for ${room.byteLength} bytes in memory, got none`);
  const at = {} as Record<keyof typeof sizes, number>;
  let end = room.byteOffset;
  for (const [name, size] of Object.entries(sizes)) { at[name as keyof typeof sizes] = end; end += 4 * size; }
  const { buffer } = room, f32 = (name: keyof typeof sizes): Float32Array => new Float32Array(buffer, at[name], sizes[name]);
  const f64 = (name: keyof typeof sizes): Float64Array => new Float64Array(buffer, at[name], sizes[name] / 2);
  const u32 = (name: keyof typeof sizes): Uint32Array => new Uint32Array(buffer, at[name], sizes[name]);
  const words = u32('header'), matrix = f64('matrix'), single = f32('single'), products = f32('products');
  const broken = f32('broken'), found = u32('found'), own = at.header;
  words.set([0, width, row, at.matrix, at.single, at.vectors, at.weights, at.factor, at.gradient, at.products, at.cuts, at.before, at.now]);
  return {
    width, row, vectors: f32('vectors'), cuts: { triangles: u32('cuts'), before: f64('before'), now: f64('now') },
    size(n) {
      if (!(n >= 0 && n <= most)) throw new RangeError(`spinRelaxation: expected at most ${most} vectors, got ${n}`);
      words[0] = n;
    },
    setRow(i, values) {
      matrix.set(values, i * row);
      single.set(values, i * row);
    },
    sweep: () => -kernels.relaxationSweep(own),
    holds: shift => Boolean(kernels.relaxationHolds(own, shift)),
    products() {
      kernels.relaxationProducts(own);
      return products;
    },
    triangles(least) {
      const count = kernels.relaxationTriangles(own, least, at.broken, at.found, mostFound), kept = Math.min(count, mostFound);
      return { all: count === kept, triangles: found.subarray(0, kept), broken: broken.subarray(0, kept) };
    },
    weigh: (count, rate) => kernels.relaxationWeigh(own, count, rate),
    release: () => free(room),
  };
}
