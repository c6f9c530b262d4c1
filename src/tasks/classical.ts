import type { LinearOperator, Problem, Tensor } from '../types.js';
import { tensor } from '../core/array.js';
import { norm } from '../core/norm.js';
import { admm } from '../solvers/admm.js';
import { amp } from '../solvers/amp.js';
import { fista, ista } from '../solvers/ista.js';
import type { Solution, SolverOptions } from '../solvers/solution.js';
import { nmseDb } from './metrics.js';
import { firstSignals, measurementOf, type Scene } from './scene.js';
import type { TaskInstance } from './task.js';

type Solver = (problem: Problem, y: Tensor, weights: { lambda: number; eta: number }, options: SolverOptions) => Solution;

/** The classical answers for sparse signals; a row's `layers` are their iterations, `eta` is 1/‖A‖². */
export const classical: Readonly<Record<string, Solver>> = {
  ista: (problem, y, { lambda, eta }, options) => ista(problem, y, { ...options, lambda, eta }),
  fista: (problem, y, { lambda, eta }, options) => fista(problem, y, { ...options, lambda, eta }),
  admm: (problem, y, { lambda }, options) => admm(problem, y, { ...options, lambda, rho: 1 }),
  amp: (problem, y, _, options) => amp(problem, y, options),
};

const norms = new WeakMap<LinearOperator, number>();

/** ‖A‖², computed once. */
export function squaredNormOf(operator: LinearOperator): number {
  const known = norms.get(operator) ?? norm(operator);
  norms.set(operator, known);
  return known ** 2;
}

/** Solves a scene of signals with the task's own weight of the penalty. */
export const solveSignals = (
  name: string,
  { operator, prox, lambda }: TaskInstance,
  scene: Scene,
  options: SolverOptions,
): Solution =>
  classical[name]!({ operator, prox }, measurementOf(scene), { lambda: lambda!, eta: 1 / squaredNormOf(operator) }, options);

/** A solver's answer after some iterations, and its NMSE after each. */
export interface Iterates {
  readonly x: Float32Array;
  readonly errors: readonly number[];
}

export function classicalIterates(name: string, task: TaskInstance, scene: Scene, iterations: number): Iterates {
  const errors: number[] = [];
  const onIterate = (iterate: Float32Array): void => {
    errors.push(nmseDb(iterate, scene.truth));
  };
  const { x } = solveSignals(name, task, scene, { iterations, onIterate });
  return { x: x.data, errors };
}

/** What the rows of signals are compared to. */
export interface ClassicalReference {
  readonly ista: Iterates;
  /** NMSE of FISTA run long, on some of the signals. */
  readonly converged: number;
}

const long = { iterations: 300, signals: 200 };

/** ISTA after as many iterations as layers, and FISTA after 300 on the first 200 signals; none for images. */
export function classicalReference(task: TaskInstance, scene: Scene, layers: number): ClassicalReference | undefined {
  if (task.lambda === undefined) return undefined;
  const few = firstSignals(scene, Math.min(long.signals, scene.count));
  const { x } = solveSignals('fista', task, few, { iterations: long.iterations });
  return { ista: classicalIterates('ista', task, scene, layers), converged: nmseDb(x.data, few.truth) };
}

/** Aᴴy / ‖A‖². */
export function backProjection({ operator, y, count }: Scene): Float32Array {
  const L = squaredNormOf(operator);
  return operator.adjoint(tensor(y, [count, ...operator.outShape])).data.map(value => value / L);
}
