import { random } from '../../core/random.js';
import { rowRange, type QuadraticModel } from '../model.js';

const lanczosSteps = 24, rounds = 8, stream = 0x73656c66;

/** J x, or |J| x. */
function product(model: QuadraticModel, x: ArrayLike<number>, absolute = false): Float64Array {
  const { n, couplings } = model, y = new Float64Array(n), { values } = couplings;
  for (let i = 0; i < n; i++) {
    const [from, to] = rowRange(model, i);
    let sum = 0;
    for (let k = from; k < to; k++) {
      const value = values[k]!;
      sum += (absolute ? Math.abs(value) : value) * x[couplings.kind === 'dense' ? k - from : couplings.colIdx[k]!]!;
    }
    y[i] = sum;
  }
  return y;
}

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);

/** The largest eigenvalue of a symmetric tridiagonal matrix, in ±bound, by bisection: all are below where all pivots are negative. */
function largestOfTridiagonal(diagonal: readonly number[], beside: readonly number[], bound: number): number {
  let low = -bound, high = bound;
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    let pivot = -1;
    for (let i = 0; i < diagonal.length && pivot < 0; i++) pivot = diagonal[i]! - middle - (i ? beside[i - 1]! ** 2 / pivot : 0);
    if (pivot < 0) high = middle;
    else low = middle;
  }
  return high;
}

export interface Extremes {
  /** Largest eigenvalues of J and of −J. */
  readonly largest: number;
  readonly ofNegative: number;
}

/** By Lanczos' method: from below, most often within a few per cent. It yields after every product with the matrix. */
export function* extremes(model: QuadraticModel): Generator<void, Extremes> {
  const { n } = model, rng = random(stream), diagonal: number[] = [], beside: number[] = [];
  const bound = product(model, new Float64Array(n).fill(1), true).reduce((a, b) => Math.max(a, b), 0);
  let before = new Float64Array(n), x = Float64Array.from({ length: n }, () => rng.normal()), length = Math.sqrt(dot(x, x));
  yield;
  for (let k = 0; k < Math.min(n, lanczosSteps) && length > 1e-9 * bound; k++) {
    if (k) beside.push(length);
    const unit = x.map(value => value / length), y = product(model, unit), along = dot(unit, y), back = k ? length : 0, old = before;
    diagonal.push(along);
    before = unit;
    x = y.map((value, i) => value - along * unit[i]! - back * old[i]!);
    length = Math.sqrt(dot(x, x));
    yield;
  }
  const ofNegative = largestOfTridiagonal(diagonal.map(value => -value), beside, bound);
  return { largest: largestOfTridiagonal(diagonal, beside, bound), ofNegative };
}

/**
 * Self-couplings that leave no need for unlike copies in a ground state (Okuyama et al. 2019): half of the largest eigenvalue λ of J,
 * or for the spins of any set C, Σ_j |J_ij| − ½ Σ_{j ∈ C} |J_ij|. From C, which begins as all, those for which that is above λ/2 leave.
 * It yields after every product as well.
 */
export function* selfCouplings(model: QuadraticModel, { largest }: Extremes): Generator<void, Float64Array> {
  const half = largest / 2, inside = new Uint8Array(model.n).fill(1), sums = product(model, inside, true);
  for (let round = 0; ; round++) {
    yield;
    const within = product(model, inside, true), own = sums.map((sum, i) => sum - within[i]! / 2);
    if (round === rounds || own.every((value, i) => !inside[i] || value <= half))
      return own.map((value, i) => (inside[i] ? value : half));
    own.forEach((value, i) => { if (value > half) inside[i] = 0; });
  }
}
