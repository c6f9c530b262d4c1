// One column's codes as an Ising problem: what a solver or a machine that knows nothing of the ratio takes.
import { fromTriplets, type QuadraticModel, type Sample } from '../model.js';
import type { SolveOptions, Solver } from '../solvers/solver.js';
import { columnOf, type Dictionary } from './dictionary.js';

/** sᵀMs + linearᵀs + constant over spins; `entry` gives M, which is symmetric. */
function spinModel(n: number, entry: (r: number, q: number) => number, linear: Float64Array, constant: number): QuadraticModel {
  const rows: number[] = [], cols: number[] = [], values: number[] = [];
  let offset = constant;
  for (let r = 0; r < n; r++) {
    offset += entry(r, r);
    for (let q = 0; q < r; q++) { rows.push(r); cols.push(q); values.push(2 * entry(r, q)); }
  }
  return fromTriplets(n, { rows, cols, values }, { vartype: 'spin', linear, offset });
}

/**
 * N − θ t² + (pullᵀs) t for column i, N = Σ_{j≠i}(sᵀa_j)² and t = sᵀa_i: below 0 for codes with N/t² + pullᵀs/t < θ, and 0 at
 * best if θ is the least ratio (Dinkelbach 1967).
 */
export function ratioModel(dictionary: Dictionary, i: number, theta: number, pull?: ArrayLike<number>): QuadraticModel {
  const { rows, gram } = dictionary, a = columnOf(dictionary.A, dictionary, i), p = pull ?? new Float64Array(rows);
  return spinModel(rows, (r, q) => gram[r * rows + q]! - (1 + theta) * a[r]! * a[q]! + (p[r]! * a[q]! + p[q]! * a[r]!) / 2,
    new Float64Array(rows), 0);
}

/** N / centre² + weight · (t / centre − 1)² for column i: all columns near one centre share one scale, 1 / centre. */
export function targetModel(dictionary: Dictionary, i: number, target: { centre: number; weight: number }): QuadraticModel {
  const { centre, weight } = target;
  if (!(centre > 0 && weight >= 0))
    throw new RangeError(`targetModel: expected centre > 0 and weight >= 0, got ${centre} and ${weight}`);
  const { rows, gram } = dictionary, a = columnOf(dictionary.A, dictionary, i), square = centre * centre;
  return spinModel(rows, (r, q) => (gram[r * rows + q]! + (weight - 1) * a[r]! * a[q]!) / square,
    a.map(value => -2 * weight * value / centre), weight);
}

/** N/t² + pullᵀs/t of codes for column i. */
export function ratioOf({ rows, cols, A }: Dictionary, i: number, s: ArrayLike<number>, pull?: ArrayLike<number>): number {
  let off = 0, t = 0, pulled = 0;
  for (let j = 0; j < cols; j++) {
    let product = 0;
    for (let r = 0; r < rows; r++) product += s[r]! * A[r * cols + j]!;
    if (j === i) t = product;
    else off += product * product;
  }
  if (pull) for (let r = 0; r < rows; r++) pulled += s[r]! * pull[r]!;
  return off / (t * t) + pulled / t;
}

export interface RatioSolution {
  /** Signs with sᵀa_i > 0. */
  readonly signs: Sample;
  readonly ratio: number;
  /** Problems that were solved. */
  readonly rounds: number;
}

/**
 * The least N/t² + pullᵀs/t for column i by any solver of quadratic models: θ becomes the ratio of what is found, until nothing
 * below 0 is. It is the minimum where the solver is exact.
 */
export async function dinkelbach(dictionary: Dictionary, i: number, solver: Solver, options: SolveOptions = {},
  pull?: ArrayLike<number>): Promise<RatioSolution> {
  const a = columnOf(dictionary.A, dictionary, i);
  let signs = Int8Array.from(a, value => (value < 0 ? -1 : 1)), ratio = ratioOf(dictionary, i, signs, pull);
  for (let rounds = 1; ; rounds++) {
    const { best } = await solver.solve(ratioModel(dictionary, i, ratio, pull), options);
    const found = ratioOf(dictionary, i, best.sample, pull);
    // A step that gains no more than rounding is the last.
    if (!(found < ratio - 1e-12 * Math.abs(ratio))) return { signs, ratio, rounds };
    const t = a.reduce((sum, value, r) => sum + value * best.sample[r]!, 0);
    signs = best.sample.map(sign => (t < 0 ? -sign : sign));
    ratio = found;
  }
}
