import type { Problem, Tensor } from '../types.js';
import { normalSolver } from './normal-solver.js';
import type { Solution, SolverOptions } from './solution.js';
import { checkOption, iterate, measurements, objective, squaredDistance, squaredNorm } from './solution.js';

export interface AdmmOptions extends SolverOptions {
  /** Weight of g. */
  readonly lambda: number;
  /** Penalty on x − z; 1 by default. */
  readonly rho?: number;
}

/**
 * ADMM on ½‖A x − y‖² + lambda g(z), x = z (Boyd et al. 2011, §6.4, no over-relaxation), from 0:
 * x ← (AᴴA + rho I)⁻¹(Aᴴ y + rho (z − u)),  z ← prox_{lambda/rho g}(x + u),  u ← u + x − z.
 * The iterate is z. The x-update is the operator's closed form where it has one, else conjugate gradients. `tolerance` bounds
 * both x − z and the change of z, relative to z.
 */
export function admm(problem: Problem, y: Tensor, options: AdmmOptions): Solution {
  const { operator: A, prox } = problem, { lambda, rho = 1 } = options;
  const { y: measured, batch, shape, size } = measurements('admm', A, y);
  checkOption('admm', 'lambda', lambda, 0);
  checkOption('admm', 'rho', rho);
  const solve = normalSolver(A, rho), theta = Math.fround(lambda / rho);
  const back = new Float32Array(size), rhs = new Float32Array(size), r = new Float32Array(measured.length);
  const x = new Float32Array(size), u = new Float32Array(size), before = new Float32Array(size), z = new Float32Array(size);
  A.applyAdjoint(measured, back, batch);
  return iterate('admm', shape, options, () => {
    before.set(z);
    // Rounded operation by operation, as the f32 kernels of the unrolled layer do.
    for (let i = 0; i < size; i++) rhs[i] = back[i]! + Math.fround(rho * Math.fround(z[i]! - u[i]!));
    solve(rhs, x, batch);
    for (let i = 0; i < size; i++) rhs[i] = x[i]! + u[i]!;
    prox.prox(rhs, theta, z);
    for (let i = 0; i < size; i++) u[i] = rhs[i]! - z[i]!;
    A.apply(z, r, batch);
    for (let i = 0; i < r.length; i++) r[i]! -= measured[i]!;
    const change = Math.max(squaredDistance(x, z), squaredDistance(z, before));
    return { x: z, cost: objective(r, z, problem, lambda), change, size: squaredNorm(z) };
  }, () => `expected ${A.name} to give finite numbers with a matching adjoint; check it with dotTest`);
}
