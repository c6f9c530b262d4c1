import { boundChange, exactSteps, headCurvature, headState, type HeadData } from './head.js';
import { descendWeights, stepModel, stepOf } from './head-bits.js';
import type { SolveOptions, Solver } from './solvers/solver.js';

export interface HeadTraining {
  readonly iterations: number;
  /** Weight decay; keeps H positive definite. */
  readonly ridge: number;
  /** Called after each iteration with the loss before it; may throw to stop. */
  readonly onIteration?: (iteration: number, loss: number) => Promise<void> | void;
}

export interface QuboHeadTraining extends HeadTraining {
  readonly bits: number;
  /** Steps are numbers in [−range, range). */
  readonly range: number;
  readonly solver: Solver;
  readonly solve: Pick<SolveOptions, 'sweeps' | 'reads' | 'seed' | 'signal'>;
  /** After the solver, all bits of one weight at a time are changed to their best: no move of an Ising machine. */
  readonly descend?: boolean;
  /** The range of a class halves after an iteration whose step would have fitted into half of it. */
  readonly zoom?: boolean;
}

export interface TrainedHead {
  /** Classes × width. */
  readonly W: Float64Array;
  /** Before each iteration, and at the end: never increasing. */
  readonly losses: readonly number[];
  /** What the steps took off the bound, as a part of what the exact ones would have; 1 for those. */
  readonly reached: number;
}

/** Steps of one class from its gradient, in iteration t; undefined where none makes the bound negative. */
type Stepper = (gradient: Float64Array, c: number, t: number) => Promise<Float64Array | undefined> | Float64Array | undefined;

/** W starts at 0. */
async function train(data: HeadData, H: Float64Array, training: HeadTraining, step: Stepper): Promise<TrainedHead> {
  const { classes, width } = data, { iterations, ridge, onIteration } = training, best = exactSteps(H, width);
  const W = new Float64Array(classes * width), losses: number[] = [];
  let taken = 0, possible = 0;
  for (let t = 0; t < iterations; t++) {
    const { loss, gradient } = headState(data, W, ridge);
    losses.push(loss);
    for (let c = 0; c < classes; c++) {
      const own = gradient.slice(c * width, (c + 1) * width), found = await step(own, c, t);
      possible += boundChange(H, own, best(own));
      if (!found) continue;
      taken += boundChange(H, own, found);
      for (let j = 0; j < width; j++) W[c * width + j]! += found[j]!;
    }
    await onIteration?.(t + 1, loss);
  }
  losses.push(headState(data, W, ridge).loss);
  return { W, losses, reached: possible === 0 ? 1 : taken / possible };
}

/** Minimises the bound exactly, again and again (Böhning 1992): what all encodings are measured against. */
export function trainHeadExactly(data: HeadData, training: HeadTraining): Promise<TrainedHead> {
  const H = headCurvature(data, training.ridge), step = exactSteps(H, data.width);
  return train(data, H, training, gradient => step(gradient));
}

/**
 * Trains the last layer of a classifier by a QUBO of width · bits variables for each class and iteration (the setting of arXiv
 * 2603.02958): Böhning's bound over the bits of a step. A step is taken only where it lowers the bound, so the loss never rises.
 */
export function trainHeadByQubo(data: HeadData, training: QuboHeadTraining): Promise<TrainedHead> {
  const { bits, solver, solve, descend = false, zoom = false } = training, { seed = 1 } = solve;
  const H = headCurvature(data, training.ridge), ranges = new Float64Array(data.classes).fill(training.range);
  return train(data, H, training, async (gradient, c, t) => {
    const encoding = { bits, range: ranges[c]! }, options = { ...solve, seed: (seed * training.iterations + t) * data.classes + c };
    const { best } = await solver.solve(stepModel(H, gradient, encoding), options), annealed = stepOf(best.sample, encoding);
    const step = descend ? descendWeights(H, gradient, annealed, encoding) : annealed, better = boundChange(H, gradient, step) < 0;
    const largest = better ? step.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : 0;
    if (zoom && largest < encoding.range / 2) ranges[c]! /= 2;
    return better ? step : undefined;
  });
}
