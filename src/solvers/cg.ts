import type { LinearOperator, Tensor } from '../types.js';
import { sizeOf } from '../core/array.js';
import type { Solution, SolverOptions } from './solution.js';
import { checkOption, iterate, measurements, squaredNorm } from './solution.js';

export interface CgOptions extends SolverOptions {
  /** Weight of ½‖x‖²; 0 by default. */
  readonly shift?: number;
}

/** f32 operators cannot lower a residual further than this, relative and squared: such a signal is solved. */
const SOLVED = 1e-24;

/**
 * Conjugate gradients (Hestenes & Stiefel 1952) on the normal equations (AᴴA + shift I) x = Aᴴ b, that is the least squares
 * ½‖A x − b‖² + ½ shift ‖x‖², from 0. Each signal of a batch has step sizes of its own, accumulated in f64. Stops when every
 * signal's residual Aᴴ b − (AᴴA + shift I) x has fallen to `tolerance` of its start.
 */
export function cg(A: LinearOperator, b: Tensor, options: CgOptions = {}): Solution {
  const { shift = 0, tolerance = 1e-6, iterations = 1000 } = options;
  checkOption('cg', 'shift', shift, 0);
  const { y, batch, shape, size } = measurements('cg', A, b);
  const rhs = new Float32Array(size), r = new Float32Array(y.length);
  A.applyAdjoint(y, rhs, batch);
  const { x, step } = normalEquations(A, shift, rhs, batch);
  const rounded = new Float32Array(size);
  return iterate('cg', shape, { ...options, tolerance, iterations }, () => {
    const change = step();
    rounded.set(x);
    A.apply(rounded, r, batch);
    for (let i = 0; i < r.length; i++) r[i]! -= y[i]!;
    return { x: rounded, cost: (squaredNorm(r) + shift * squaredNorm(x)) / 2, change, size: 1 };
  }, () => `expected an operator with a matching adjoint; check ${A.name} with dotTest`);
}

/**
 * Conjugate gradients on (AᴴA + shift I) x = rhs from 0: `step` moves x by one iteration and returns the largest squared
 * residual among the signals, each relative to its start.
 */
export function normalEquations(
  A: LinearOperator, shift: number, rhs: Float32Array, batch: number,
): { readonly x: Float64Array; step(): number } {
  const n = rhs.length / batch, m = sizeOf(A.outShape);
  const x = new Float64Array(rhs.length), r = Float64Array.from(rhs), p = rhs.slice();
  const Ap = new Float32Array(batch * m), Hp = new Float32Array(rhs.length);
  const start = Float64Array.from({ length: batch }, (_, s) => squaredNorm(rhs.subarray(s * n, (s + 1) * n)));
  const rr = start.slice();
  return { x, step() {
    A.apply(p, Ap, batch);
    A.applyAdjoint(Ap, Hp, batch);
    let worst = 0;
    for (let s = 0; s < batch; s++) {
      if (rr[s]! <= SOLVED * start[s]!) continue;
      const curvature = squaredNorm(Ap.subarray(s * m, (s + 1) * m)) + shift * squaredNorm(p.subarray(s * n, (s + 1) * n));
      const alpha = rr[s]! / curvature;
      let next = 0;
      for (let i = s * n; i < (s + 1) * n; i++) {
        x[i]! += alpha * p[i]!;
        r[i]! -= alpha * (Hp[i]! + shift * p[i]!);
        next += r[i]! * r[i]!;
      }
      const beta = next / rr[s]!;
      for (let i = s * n; i < (s + 1) * n; i++) p[i] = r[i]! + beta * p[i]!;
      rr[s] = next;
      worst = Math.max(worst, next / start[s]!);
    }
    return worst;
  } };
}
