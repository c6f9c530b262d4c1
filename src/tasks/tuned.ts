import type { LinearOperator, Tensor } from '../types.js';
import { formatShape } from '../core/array.js';
import { proxByName } from '../core/prox.js';
import { fista } from '../solvers/ista.js';
import type { Solution } from '../solvers/solution.js';
import { tvSolver } from '../solvers/tv.js';
import { squaredNormOf } from './classical.js';
import { measurementOf, type Scene } from './scene.js';
import { scoresOf, type Scoring } from './scores.js';
import type { TaskInstance } from './task.js';

/** Daubechies-4 to the depth that the sides allow, at most 4 levels; the DCT where they allow none. */
export function sparsifyingProx(shape: readonly number[]): string {
  let levels = 0;
  while (levels < 4 && shape.every(n => n % 2 ** (levels + 1) === 0 && n / 2 ** levels >= 16)) levels++;
  const size = shape.join('x');
  return levels ? `wavelet-l1(db4,${levels},${size})` : `dct-l1(${size})`;
}

/** Answers for whole images or segments, run to convergence with the penalty's weight tuned on training scenes. */
export const tuned: Readonly<
  Record<string, (operator: LinearOperator, y: Tensor, lambda: number, iterations: number) => Solution>
> = {
  'wavelet-ista': (operator, y, lambda, iterations) =>
    fista({ operator, prox: proxByName(sparsifyingProx(operator.inShape)) }, y, {
      lambda,
      eta: 1 / (1.001 * squaredNormOf(operator)),
      iterations,
    }),
  tv: (operator, y, lambda, iterations) => tvSolver(operator, y, { lambda, iterations }),
};

/** Solves a scene, all of its signals together. */
export const solveScene = (name: string, scene: Scene, lambda: number, iterations: number): Solution =>
  tuned[name]!(scene.operator, measurementOf(scene), lambda, iterations);

/** The weight of the grid with the best PSNR on the tuning scenes. A task whose operator has another shape is told so. */
export function tunedLambda(name: string, { tuning, operator }: TaskInstance, scoring: Scoring): number {
  if (!tuning?.scenes.length)
    throw new TypeError(`${name}: expected scenes to tune on for ${operator.name} ${formatShape(operator.inShape)}`);
  const scored = tuning.lambdas.map(lambda => ({
    lambda,
    psnrDb: scoresOf(
      tuning.scenes.map(scene => solveScene(name, scene, lambda, tuning.iterations).x.data),
      tuning.scenes,
      scoring,
    ).psnrDb,
  }));
  return scored.reduce((best, next) => (next.psnrDb > best.psnrDb ? next : best)).lambda;
}
