import type { Problem, Tensor } from '../types.js';
import type { Solution, SolverOptions } from './solution.js';
import { checkOption, iterate, measurements, objective, squaredDistance, squaredNorm } from './solution.js';

export interface AmpOptions extends SolverOptions {
  /** theta = alpha ‖z‖₂/√m; 1.1402 by default, tuned for m/n = 1/2. */
  readonly alpha?: number;
}

/**
 * Approximate message passing for l1 (Donoho, Maleki, Montanari 2009), from 0: x ← soft(x + Aᵀ z, theta),
 * z ← y − A x + z ‖x‖₀/m, each signal of a batch with its own theta. Made for matrices with independent zero-mean entries
 * and columns of norm 1; may diverge on others. AMP has no lambda: the cost is ½‖A x − y‖².
 */
export function amp(problem: Problem, y: Tensor, options: AmpOptions = {}): Solution {
  const { operator: A, prox } = problem, { alpha = 1.1402 } = options;
  if (prox.name !== 'l1') throw new RangeError(`amp: expected the prox l1, got ${prox.name}`);
  checkOption('amp', 'alpha', alpha);
  const { y: measured, batch, shape, size } = measurements('amp', A, y);
  const n = size / batch, m = measured.length / batch;
  const x = new Float32Array(size), before = new Float32Array(size), back = new Float32Array(size);
  const z = measured.slice(), r = new Float32Array(z.length);
  return iterate('amp', shape, options, () => {
    before.set(x);
    A.applyAdjoint(z, back, batch);
    for (let i = 0; i < size; i++) back[i]! += x[i]!;
    for (let s = 0; s < batch; s++) {
      const theta = alpha * Math.sqrt(squaredNorm(z.subarray(s * m, (s + 1) * m)) / m);
      prox.prox(back.subarray(s * n, (s + 1) * n), theta, x.subarray(s * n, (s + 1) * n));
    }
    A.apply(x, r, batch);
    for (let s = 0; s < batch; s++) {
      let nonzeros = 0;
      for (let i = s * n; i < (s + 1) * n; i++) if (x[i] !== 0) nonzeros++;
      for (let i = s * m; i < (s + 1) * m; i++) {
        r[i] = measured[i]! - r[i]!;
        z[i] = r[i]! + (nonzeros / m) * z[i]!;
      }
    }
    return { x, cost: objective(r, x, problem, 0), change: squaredDistance(x, before), size: squaredNorm(x) };
  }, () => `expected a matrix with independent zero-mean entries and columns of norm 1; ${A.name} may need ista or admm instead`);
}
