import type { Dataset, OneBitNetwork, Problem, Tensor, UnrolledNetwork } from '../types.js';
import type { Binarizer, FitOptions } from '../binary/binarizer.js';
import { channelWise, float, sign, straightThrough, ternary } from '../binary/binarizers/index.js';
import { oneBitParams } from '../binary/one-bit-network.js';
import { admm } from '../solvers/admm.js';
import { amp } from '../solvers/amp.js';
import { fista, ista } from '../solvers/ista.js';
import type { Solution, SolverOptions } from '../solvers/solution.js';
import { analyticWeight } from '../unrolled/analytic-weight.js';
import { learnedIsta } from '../unrolled/presets.js';
import { train } from '../unrolled/train.js';
import type { TaskInstance } from './task.js';

/** The classical answers; a row's `layers` are their iterations, `eta` is 1/‖A‖². */
export const classical: Readonly<
  Record<string, (problem: Problem, y: Tensor, weights: { lambda: number; eta: number }, options: SolverOptions) => Solution>
> = {
  ista: (problem, y, { lambda, eta }, options) => ista(problem, y, { ...options, lambda, eta }),
  fista: (problem, y, { lambda, eta }, options) => fista(problem, y, { ...options, lambda, eta }),
  admm: (problem, y, { lambda }, options) => admm(problem, y, { ...options, lambda, rho: 1 }),
  amp: (problem, y, _, options) => amp(problem, y, options),
};

export interface NetworkOptions {
  readonly layers: number;
  readonly supportSelection: boolean;
}

/** Whether ALISTA's closed form speaks of the task's operator. */
export const isAnalytic = ({ operator }: TaskInstance): boolean => ['dense', 'blocks'].includes(operator.pattern().kind);

/**
 * What every trained method starts from: one W for all layers, in ALISTA's closed form where the pattern has one and A itself
 * elsewhere; step sizes and thresholds are trained layer by layer while W stays.
 */
export async function startingNetwork(
  task: TaskInstance,
  signals: Dataset,
  { layers, supportSelection }: NetworkOptions,
  training: FitOptions,
): Promise<UnrolledNetwork> {
  const { operator, prox, recipe } = task;
  const net = learnedIsta(
    { operator, prox },
    {
      layers,
      coupling: 'tied',
      ...(supportSelection && recipe.supportSelection && { supportSelection: recipe.supportSelection }),
    },
  );
  for (const param of oneBitParams(net)) {
    if (isAnalytic(task)) param.value = analyticWeight(operator);
    param.trainable = false;
  }
  await train(net, signals, {
    ...training,
    schedule: 'depth-wise',
    batch: recipe.batch,
    steps: recipe.layerSteps,
    refineSteps: Math.ceil(recipe.layerSteps / 2),
    refine: [0.2],
    learningRate: recipe.layerRate,
  });
  for (const param of oneBitParams(net)) param.trainable = true;
  return net;
}

/** Trains nothing more: ALISTA, its weights in closed form. */
const closedForm = (): Binarizer => ({
  name: 'alista',
  fit: net => Promise.resolve<OneBitNetwork>({ ...net, binarizer: 'float', scale: 1, matrices: [] }),
});

/**
 * The trained methods. All but `sign`, which trains nothing, are given the start and the same number of steps, so that a row
 * does not profit from another's training.
 */
export const trained: Readonly<Record<string, { readonly make: () => Binarizer; readonly from: 'start' | 'float' }>> = {
  alista: { make: closedForm, from: 'start' },
  float: { make: float, from: 'start' },
  sign: { make: sign, from: 'float' },
  ternary: { make: ternary, from: 'start' },
  'channel-wise': { make: channelWise, from: 'start' },
  'straight-through': { make: straightThrough, from: 'start' },
  'straight-through-sudden': { make: () => straightThrough({ mixing: 0 }), from: 'start' },
  'straight-through-one-bit-first': { make: () => straightThrough({ reading: 'one-bit-first' }), from: 'start' },
  'straight-through-masked': { make: () => straightThrough({ keep: 0.5 }), from: 'start' },
};

/** Every method's name, in the order of a table. */
export const methodNames: readonly string[] = [...Object.keys(classical), ...Object.keys(trained)];

/** What `run` scores unless told otherwise. */
export const defaultMethods: readonly string[] = [
  'ista',
  'fista',
  'admm',
  'float',
  'sign',
  'ternary',
  'channel-wise',
  'straight-through',
];
