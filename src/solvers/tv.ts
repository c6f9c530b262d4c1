import type { LinearOperator, Prox, Shape, Tensor } from '../types.js';
import { norm } from '../core/norm.js';
import { completed, type Steps } from '../core/steps.js';
import { totalVariation as byPlainLoops, type TotalVariationOptions } from '../core/total-variation.js';
import { totalVariationSteps } from '../kernels/index.js';
import { fistaSteps } from './ista.js';
import { checkOption, type Solution, type SolverOptions } from './solution.js';

export interface TvOptions extends SolverOptions, Pick<TotalVariationOptions, 'anisotropic' | 'range'> {
  /** Weight of TV. */
  readonly lambda: number;
  /** Step size; 1/(1.001 ‖A‖²) by default, where ‖A‖ can take longer to compute than the solution. */
  readonly eta?: number;
  /** Dual iterations for one prox, which starts where the one before ended. */
  readonly inner?: number;
}

/** TV over images [h, w] and its prox on the kernels: see `TotalVariationOptions`. Throws a RangeError for other shapes and options. */
export const totalVariation = (shape: Shape, options?: TotalVariationOptions): Prox => byPlainLoops(shape, options, totalVariationSteps);

/**
 * min_x ½‖A x − y‖² + lambda TV(x) over images [h, w], within `range` if given, by FISTA with the prox of TV (Beck & Teboulle
 * 2009). ADMM needs fewer iterations where its penalty suits the operator and lambda, and many more where it does not.
 */
export const tvSolver = (operator: LinearOperator, y: Tensor, options: TvOptions): Solution => completed(tvSteps(operator, y, options));

/** The same, yielding after each iteration. */
export function tvSteps(
  operator: LinearOperator,
  y: Tensor,
  { lambda, eta, inner = 10, anisotropic = false, range, ...options }: TvOptions,
): Steps<Solution> {
  checkOption('tv', 'lambda', lambda, 0);
  if (!Number.isSafeInteger(inner) || inner < 1)
    throw new RangeError(`tv: expected inner to be a positive integer, got ${inner}`);
  const prox = totalVariation(operator.inShape, { iterations: inner, warmStart: true, anisotropic, ...(range && { range }) });
  // norm is 0 only for A = 0, where every step size is right.
  return fistaSteps({ operator, prox }, y, { ...options, lambda, eta: eta ?? 1 / (1.001 * norm(operator) ** 2 || 1) });
}
