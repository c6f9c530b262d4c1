import type { LinearOperator, Problem, Shape, Tensor } from '../types.js';
import { completed, type Steps } from '../core/steps.js';
import { batchOf, batchedShape, checkFinite, flat, sizeOf, tensor } from '../core/array.js';

/** What every solver returns. */
export interface Solution {
  /** The last iterate, with a leading batch axis exactly if y had one. */
  readonly x: Tensor;
  readonly iterations: number;
  /** The objective after each iteration, summed over the batch, in f64. */
  readonly cost: readonly number[];
  readonly stopped: 'tolerance' | 'iterations';
}

/** What every solver takes. */
export interface SolverOptions {
  readonly iterations?: number;
  /** Stops when an iteration changes less than this, relative to the iterate over the whole batch; 0 never stops early. */
  readonly tolerance?: number;
  /** Sees x₁, x₂, …: a flat view that the next iteration overwrites. */
  readonly onIterate?: (x: Float32Array, k: number) => void;
}

/** The measurements of a batch, checked, flat. */
export interface Measurements {
  readonly y: Float32Array;
  readonly batch: number;
  /** Shape of the solution, and its number of entries. */
  readonly shape: Shape;
  readonly size: number;
}

export function measurements(who: string, A: LinearOperator, y: Tensor): Measurements {
  const batch = batchOf(`${who}: y`, y, A.outShape), data = flat(y);
  checkFinite(`${who}: y`, data);
  return { y: data, batch, shape: batchedShape(y, A.outShape, A.inShape), size: batch * sizeOf(A.inShape) };
}

/** Throws a RangeError unless the option is a finite number, above 0 or, with `least` 0, at least 0. */
export function checkOption(who: string, name: string, value: number, least: 'positive' | 0 = 'positive'): void {
  if (!Number.isFinite(value) || value < 0 || (value === 0 && least !== 0))
    throw new RangeError(`${who}: expected ${name} to be a ${least === 0 ? 'nonnegative' : 'positive'} number, got ${value}`);
}

/** ‖x‖² in f64. */
export function squaredNorm(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return sum;
}

/** ‖x − z‖² in f64. */
export function squaredDistance(x: ArrayLike<number>, z: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - z[i]!) ** 2;
  return sum;
}

/** ½‖r‖² + lambda g(x), summed over the batch in f64; r = A x − y or its negative. */
export const objective = (r: Float32Array, x: Float32Array, { prox }: Problem, lambda: number): number =>
  squaredNorm(r) / 2 + (lambda === 0 ? 0 : lambda * prox.value(x));

/** What one iteration leaves: its iterate, the objective there, and squared norms for the stop rule. */
export interface Step {
  readonly x: Float32Array;
  readonly cost: number;
  readonly change: number;
  readonly size: number;
}

/**
 * Runs `step` until ‖change‖ ≤ tolerance ‖size‖ or the iterations are used up; yields after each but the last. A cost of NaN or
 * Infinity throws a RangeError that ends with what `diagnose` says.
 */
export function* iterateSteps(
  who: string, shape: Shape, { iterations = 100, tolerance = 0, onIterate }: SolverOptions,
  step: () => Step, diagnose: () => string,
): Steps<Solution> {
  if (!Number.isSafeInteger(iterations) || iterations < 1)
    throw new RangeError(`${who}: expected iterations to be a positive integer, got ${iterations}`);
  if (!(tolerance >= 0)) throw new RangeError(`${who}: expected tolerance to be at least 0, got ${tolerance}`);
  const costs: number[] = [];
  for (;;) {
    const { x, cost, change, size } = step();
    const k = costs.push(cost);
    if (!Number.isFinite(cost)) throw new RangeError(`${who}: cost is ${cost} at iteration ${k}; ${diagnose()}`);
    onIterate?.(x, k);
    const settled = tolerance > 0 && change <= tolerance ** 2 * size;
    if (settled || k === iterations)
      return { x: tensor(x, shape), iterations: k, cost: costs, stopped: settled ? 'tolerance' : 'iterations' };
    yield;
  }
}

/** All of them at once. */
export const iterate = (...args: Parameters<typeof iterateSteps>): Solution => completed(iterateSteps(...args));
