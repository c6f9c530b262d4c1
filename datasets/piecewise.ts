import type { Dataset } from '../src/types.js';
import { random } from '../src/core/random.js';
import { dataset, splitSeed } from './dataset.js';

export interface PiecewiseOptions {
  /** Number of jumps, at distinct places; 5 by default. */
  readonly jumps?: number;
  /** Degree of the polynomial between jumps: 0 (default) is piecewise constant, 2 is piecewise smooth. */
  readonly degree?: number;
  readonly seed?: number;
}

/**
 * Signals of n entries made of polynomial pieces: each is Σ_k c_k P_k(t)/(k + 1) on t ∈ [−1, 1], with Legendre polynomials P_k
 * and c_k ~ N(0, 1). Throws a RangeError unless 0 ≤ jumps < n.
 */
export function piecewise(n: number, { jumps = 5, degree = 0, seed = 1 }: PiecewiseOptions = {}): Dataset {
  if (!Number.isSafeInteger(jumps) || jumps < 0 || jumps >= n)
    throw new RangeError(`piecewise: expected 0 <= jumps < ${n}, got ${jumps}`);
  if (!Number.isSafeInteger(degree) || degree < 0) throw new RangeError(`piecewise: expected degree 0, 1, 2 …, got ${degree}`);
  return dataset({ name: 'piecewise', shape: [n], fill(split, index, out) {
    const rng = random(seed, splitSeed(split), index);
    const edges = new Set([0, n]);
    while (edges.size < jumps + 2) edges.add(1 + rng.integer(n - 1));
    const ends = [...edges].sort((a, b) => a - b);
    for (let piece = 0; piece <= jumps; piece++) {
      const from = ends[piece]!, length = ends[piece + 1]! - from;
      const coefficients = Array.from({ length: degree + 1 }, (_, k) => rng.normal() / (k + 1));
      for (let i = 0; i < length; i++) out[from + i] = legendreSeries(coefficients, (2 * i + 1) / length - 1);
    }
  } });
}

/** Σ_k c_k P_k(t), by Bonnet's recursion (k + 1) P_{k+1} = (2k + 1) t P_k − k P_{k−1}. */
function legendreSeries(coefficients: readonly number[], t: number): number {
  let previous = 0, current = 1, sum = 0;
  coefficients.forEach((c, k) => {
    sum += c * current;
    [previous, current] = [current, ((2 * k + 1) * t * current - k * previous) / (k + 1)];
  });
  return sum;
}
