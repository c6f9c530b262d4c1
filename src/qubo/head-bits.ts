import type { QuadraticModel } from './model.js';

/** Numbers of `bits` bits in two's complement over [−range, range): 0 is one of them, and their spacing is range · 2^(1−bits). */
export interface Encoding {
  readonly bits: number;
  readonly range: number;
}

const spacing = ({ bits, range }: Encoding): number => range * 2 ** (1 - bits);

/** What each bit stands for, the lowest first and the sign last. Throws a RangeError for other than 2 to 30 bits. */
export function bitValues(encoding: Encoding): Float64Array {
  const { bits, range } = encoding;
  if (!Number.isSafeInteger(bits) || bits < 2 || bits > 30) throw new RangeError(`head: expected 2 to 30 bits, got ${bits}`);
  if (!(range > 0 && Number.isFinite(range))) throw new RangeError(`head: expected a range above 0, got ${range}`);
  return Float64Array.from({ length: bits }, (_, k) => (k === bits - 1 ? -range : spacing(encoding) * 2 ** k));
}

/**
 * g·Δ + ½Δ·HΔ over the bits of Δ, width · bits of them, those of a weight next to each other: ½P̂ᵀHP̂ + diag(P̂ᵀg), P̂ = I ⊗ c.
 * The couplings depend on H and the encoding alone.
 */
export function stepModel(H: Float64Array, gradient: Float64Array, encoding: Encoding): QuadraticModel {
  const c = bitValues(encoding), bits = c.length, n = gradient.length * bits;
  const values = new Float64Array(n * n), linear = new Float64Array(n);
  for (let a = 0; a < n; a++) {
    const i = Math.floor(a / bits), own = c[a % bits]!, row = i * gradient.length;
    linear[a] = (gradient[i]! + H[row + i]! * own / 2) * own;
    for (let b = 0; b < n; b++) if (a !== b) values[a * n + b] = H[row + Math.floor(b / bits)]! * own * c[b % bits]!;
  }
  return { vartype: 'binary', n, linear, couplings: { kind: 'dense', values }, offset: 0 };
}

/** Δ of its bits, exactly. */
export function stepOf(sample: ArrayLike<number>, encoding: Encoding): Float64Array {
  const c = bitValues(encoding);
  return Float64Array.from({ length: sample.length / c.length }, (_, j) =>
    c.reduce((sum, value, k) => sum + value * sample[j * c.length + k]!, 0));
}

/**
 * Changes all bits of one weight at a time to their best, until none is better: along one weight the bound is a parabola, and the
 * nearest number of the encoding to its bottom is the best one. What single flips cannot do across a carry.
 */
export function descendWeights(H: Float64Array, gradient: Float64Array, step: Float64Array, encoding: Encoding): Float64Array {
  const width = step.length, unit = spacing(encoding), low = -encoding.range, high = encoding.range - unit, found = step.slice();
  for (let changed = true; changed;) {
    changed = false;
    for (let j = 0; j < width; j++) {
      let slope = gradient[j]!;
      for (let i = 0; i < width; i++) slope += H[j * width + i]! * found[i]!;
      const curvature = H[j * width + j]!, bottom = unit * Math.round((found[j]! - slope / curvature) / unit);
      const best = Math.max(low, Math.min(high, bottom)), move = best - found[j]!;
      // A gain beyond rounding: each round ends, and so do they all.
      if ((slope + curvature * move / 2) * move < -1e-12 * curvature * unit * unit) { found[j] = best; changed = true; }
    }
  }
  return found;
}
