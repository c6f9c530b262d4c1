import type { LinearOperator, Tensor } from '../types.js';
import { norm } from '../core/norm.js';
import { totalVariation } from '../core/total-variation.js';
import { fista } from './ista.js';
import { checkOption, type Solution, type SolverOptions } from './solution.js';

export interface TvOptions extends SolverOptions {
  /** Weight of TV. */
  readonly lambda: number;
  /** Dual iterations for one prox, which starts where the one before ended. */
  readonly inner?: number;
}

/** min_x ½‖A x − y‖² + lambda TV(x) over images [h, w], by FISTA with the prox of TV (Beck & Teboulle 2009). */
export function tvSolver(operator: LinearOperator, y: Tensor, { lambda, inner = 10, ...options }: TvOptions): Solution {
  checkOption('tv', 'lambda', lambda, 0);
  const prox = totalVariation(operator.inShape, { iterations: inner, warmStart: true });
  return fista({ operator, prox }, y, { ...options, lambda, eta: 1 / (1.001 * norm(operator) ** 2) });
}
