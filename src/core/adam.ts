import type { Differentiable } from './lbfgs.js';
import type { Steps } from './steps.js';

export interface AdamSearchOptions {
  readonly iterations?: number;
  /** At the first step; it falls in a straight line to 0. */
  readonly learningRate?: number;
  readonly signal?: { readonly aborted: boolean };
}

export interface AdamSearchResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
}

const first = 0.9, second = 0.999, epsilon = 1e-8;

/**
 * Minimises a function, which may be known by unbiased estimates alone, by Adam (Kingma & Ba 2015, algorithm 1), in f64, evaluation
 * by evaluation. The value is the one at the last point. Throws a RangeError where a value or gradient is not finite, and for
 * impossible options.
 */
export function* adamSteps(f: Differentiable, start: Float64Array, options: AdamSearchOptions = {}): Steps<AdamSearchResult> {
  const { iterations = 500, learningRate = 0.1, signal } = options;
  if (!Number.isSafeInteger(iterations) || iterations < 0)
    throw new RangeError(`Adam: expected 0 or more iterations, got ${iterations}`);
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`Adam: expected a learning rate above 0, got ${learningRate}`);
  const x = Float64Array.from(start), gradient = new Float64Array(x.length);
  const m = new Float64Array(x.length), v = new Float64Array(x.length);
  const evaluate = (): number => {
    const value = f(x, gradient);
    if (!Number.isFinite(value) || !gradient.every(Number.isFinite))
      throw new RangeError(`Adam: expected a finite value and gradient, got ${value}`);
    return value;
  };
  let value = evaluate(), k = 0;
  for (; k < iterations && !signal?.aborted; k++) {
    const rate = learningRate * (1 - k / iterations), mean = 1 - first ** (k + 1), square = 1 - second ** (k + 1);
    for (let i = 0; i < x.length; i++) {
      m[i] = first * m[i]! + (1 - first) * gradient[i]!;
      v[i] = second * v[i]! + (1 - second) * gradient[i]! ** 2;
      x[i]! -= rate * (m[i]! / mean) / (Math.sqrt(v[i]! / square) + epsilon);
    }
    yield;
    value = evaluate();
  }
  return { x, value, iterations: k, evaluations: k + 1 };
}
