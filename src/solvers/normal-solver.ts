import type { LinearOperator } from '../types.js';
import { normalEquations } from './cg.js';

/** Residual, relative to its start, at which conjugate gradients stop: about the rounding of an f32 operator. */
const TOLERANCE = 1e-7;
const ITERATIONS = 1000;

/**
 * A solver of (AᴴA + rho I) x = b on flat batches: the operator's closed form where it has one, else conjugate gradients to
 * a relative residual of 1e-7. Throws a RangeError unless rho > 0: the system might have no solution, and CG would not tell.
 */
export function normalSolver(A: LinearOperator, rho: number): (b: Float32Array, out: Float32Array, batch: number) => void {
  if (!(rho > 0 && rho < Infinity)) throw new RangeError(`${A.name}: expected rho > 0, got ${rho}`);
  return A.normalSolver?.(rho) ?? ((b, out, batch) => {
    const { x, step } = normalEquations(A, rho, b, batch);
    for (let k = 0; k < ITERATIONS && step() > TOLERANCE ** 2; k++);
    out.set(x);
  });
}
