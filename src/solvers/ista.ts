import type { Problem, Tensor } from '../types.js';
import { completed, type Steps } from '../core/steps.js';
import { norm } from '../core/norm.js';
import type { Solution, SolverOptions } from './solution.js';
import { checkOption, iterateSteps, measurements, objective, squaredDistance, squaredNorm } from './solution.js';

export interface IstaOptions extends SolverOptions {
  /** Weight of g. */
  readonly lambda: number;
  /** Step size; 1/‖A‖² by default. */
  readonly eta?: number;
}

/** ISTA: x ← prox_{eta lambda g}(x − eta Aᴴ(A x − y)) from 0 (Daubechies, Defrise, De Mol 2004). */
export const ista = (problem: Problem, y: Tensor, options: IstaOptions): Solution =>
  completed(proximalGradient('ista', problem, y, options, () => 0));

/** FISTA: the same step from x_k + (t_k − 1)/t_{k+1} (x_k − x_{k−1}), t_{k+1} = (1 + √(1 + 4 t_k²))/2 (Beck & Teboulle 2009). */
export const fista = (problem: Problem, y: Tensor, options: IstaOptions): Solution => completed(fistaSteps(problem, y, options));

/** The same, yielding after each iteration. */
export function fistaSteps(problem: Problem, y: Tensor, options: IstaOptions): Steps<Solution> {
  let t = 1;
  return proximalGradient('fista', problem, y, options, () => {
    const previous = t;
    t = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    return (previous - 1) / t;
  });
}

/** `momentum` gives the weight of x_k − x_{k−1} in the point from which iteration k + 1 steps. */
function proximalGradient(
  who: 'ista' | 'fista', problem: Problem, y: Tensor, options: IstaOptions, momentum: () => number,
): Steps<Solution> {
  const { operator: A, prox } = problem, { lambda } = options;
  const { y: measured, batch, shape, size } = measurements(who, A, y);
  checkOption(who, 'lambda', lambda, 0);
  // norm is 0 only for A = 0, where every step size is right.
  const eta = options.eta ?? 1 / (norm(A) ** 2 || 1);
  checkOption(who, 'eta', eta);
  // f32 and rounded operation by operation, as in an unrolled layer, so that an untrained network repeats these numbers.
  const step = Math.fround(eta), theta = Math.fround(eta * lambda);

  // The residual is affine in x, so extrapolating it along with x saves an application of A.
  let x = new Float32Array(size), before = new Float32Array(size);
  let r = measured.map(value => -value), rBefore = r.slice();
  const point = new Float32Array(size), rPoint = new Float32Array(r.length), gradient = new Float32Array(size);
  let weight = 0;
  return iterateSteps(who, shape, options, () => {
    for (let i = 0; i < point.length; i++) point[i] = x[i]! + weight * (x[i]! - before[i]!);
    for (let i = 0; i < rPoint.length; i++) rPoint[i] = r[i]! + weight * (r[i]! - rBefore[i]!);
    [x, before, r, rBefore] = [before, x, rBefore, r];
    A.applyAdjoint(rPoint, gradient, batch);
    for (let i = 0; i < point.length; i++) point[i]! -= Math.fround(step * gradient[i]!);
    prox.prox(point, theta, x);
    A.apply(x, r, batch);
    for (let i = 0; i < r.length; i++) r[i]! -= measured[i]!;
    weight = momentum();
    return { x, cost: objective(r, x, problem, lambda), change: squaredDistance(x, before), size: squaredNorm(x) };
  }, () => {
    const [limit, formula] = who === 'ista' ? [2, '2/‖A‖²'] : [1, '1/‖A‖²'];
    const largest = limit / norm(A) ** 2;
    return eta > largest
      ? `step size ${eta} exceeds ${formula} = ${Number(largest.toPrecision(3))}`
      : `step size ${eta} is within ${formula}; check that ${A.name} gives finite numbers`;
  });
}
