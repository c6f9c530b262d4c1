import type { LinearOperator } from '../types.js';
import { sizeOf } from './array.js';
import { random } from './random.js';

const norm2 = (x: Float32Array): number => {
  let sum = 0;
  for (const value of x) sum += value * value;
  return Math.sqrt(sum);
};
const inner = (x: Float32Array, y: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
};
const scaleBy = (x: Float32Array, factor: number): void => {
  for (let i = 0; i < x.length; i++) x[i]! *= factor;
};
const normalVector = (size: number, seed: number, stream: number): Float32Array => {
  const rng = random(seed, stream);
  return Float32Array.from({ length: size }, () => rng.normal());
};

/** sigma = ‖A x‖ for a unit x, and how far x is from an eigenvector: ‖AᴴA x − sigma² x‖ / sigma². */
function powerIteration(A: LinearOperator, seed: number, tolerance: number, iterations: number): { sigma: number; residual: number } {
  const x = normalVector(sizeOf(A.inShape), seed, 0);
  const y = new Float32Array(sizeOf(A.outShape)), z = new Float32Array(x.length);
  let sigma = 0, residual = Infinity;
  scaleBy(x, 1 / norm2(x));
  for (let k = 0; k < iterations && residual > tolerance; k++) {
    A.apply(x, y, 1);
    A.applyAdjoint(y, z, 1);
    sigma = norm2(y);
    if (sigma === 0) return { sigma, residual: 0 };
    let error = 0;
    for (let i = 0; i < x.length; i++) error += (z[i]! - sigma * sigma * x[i]!) ** 2;
    residual = Math.sqrt(error) / sigma ** 2;
    x.set(z);
    scaleBy(x, 1 / norm2(x));
  }
  return { sigma, residual };
}

/**
 * The spectral norm ‖A‖ (not its square): power iteration on AᴴA from a seeded start until
 * ‖AᴴA x − sigma² x‖ ≤ tolerance · sigma². The Rayleigh quotient's own error is of second order in that tolerance.
 * Throws a RangeError if it has not converged, which happens where `adjoint` is not the adjoint of `forward`.
 */
export function norm(A: LinearOperator, { seed = 1, tolerance = 1e-4, iterations = 20000 } = {}): number {
  const { sigma, residual } = powerIteration(A, seed, tolerance, iterations);
  if (!(residual <= tolerance))
    throw new RangeError(`norm: ${A.name} has residual ${residual.toExponential(1)} after ${iterations} power iterations, ` +
      `expected ${tolerance}; check its adjoint with dotTest`);
  return sigma;
}

export interface DotTest {
  /** max |⟨Ax, y⟩ − ⟨x, Aᴴy⟩| / (‖A‖ ‖x‖ ‖y‖) over the trials; about 1e-7 for a right adjoint in f32. */
  readonly error: number;
  /** ⟨Ax, y⟩ / ⟨x, Aᴴy⟩ of the worst trial: a constant other than 1 means an adjoint that is off by that factor. */
  readonly ratio: number;
}

/**
 * Whether `adjoint` is the adjoint of `forward` under Re⟨·,·⟩, on seeded normal vectors. The error is relative to
 * ‖A‖‖x‖‖y‖ because the inner product itself may be near 0.
 */
export function dotTest(A: LinearOperator, { seed = 1, trials = 3 } = {}): DotTest {
  // A few iterations bound ‖A‖ from below, which makes the test stricter; convergence cannot be asked of a wrong adjoint.
  const sigma = powerIteration(A, seed, 0, 20).sigma || 1;
  let worst: DotTest = { error: 0, ratio: 1 };
  for (let trial = 1; trial <= trials; trial++) {
    const x = normalVector(sizeOf(A.inShape), seed, 2 * trial), y = normalVector(sizeOf(A.outShape), seed, 2 * trial + 1);
    const Ax = new Float32Array(y.length), Aty = new Float32Array(x.length);
    A.apply(x, Ax, 1);
    A.applyAdjoint(y, Aty, 1);
    const left = inner(Ax, y), right = inner(x, Aty);
    const error = Math.abs(left - right) / (sigma * norm2(x) * norm2(y));
    if (!(error < worst.error)) worst = { error, ratio: left / right };
  }
  return worst;
}
