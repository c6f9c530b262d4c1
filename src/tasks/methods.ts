import type { Dataset, OneBitNetwork, UnrolledNetwork } from '../types.js';
import type { Binarizer, FitOptions } from '../binary/binarizer.js';
import {
  analyticQubo, annealed, bayes, bop, channelWise, coordinateDescent, descent, distill, float, gpfq, gptq, hypernetwork, hypernetworkSigns, lifted, parq, proxquant,
  qubo, sign, skew, straightThrough, taught, ternary,
} from '../binary/binarizers/index.js';
import { weightCount } from '../core/pattern.js';
import { oneBitParams } from '../binary/one-bit-network.js';
import { framedPattern, framedWeight, frameOf } from '../unrolled/frame.js';
import { learnedIsta } from '../unrolled/presets.js';
import { train } from '../unrolled/train.js';
import { classical } from './classical.js';
import type { Recipe, TaskInstance } from './task.js';
import { tuned } from './tuned.js';

export interface NetworkOptions {
  readonly layers: number;
  readonly supportSelection: boolean;
}

/** Whether ALISTA's closed form speaks of the task: signals that are sparse themselves, and dense or block operators. */
export const isAnalytic = ({ operator, prox }: TaskInstance): boolean =>
  prox.name === 'l1' && ['dense', 'blocks'].includes(operator.pattern().kind);

/**
 * What every trained method starts from: the task's own network, trained in floats as long as its recipe says; or one W for all layers, in ALISTA's closed form where the pattern has one and A itself
 * elsewhere; step sizes and thresholds are trained layer by layer while W stays.
 */
export async function startingNetwork(
  task: TaskInstance,
  signals: Dataset,
  { layers, supportSelection }: NetworkOptions,
  training: FitOptions,
): Promise<UnrolledNetwork> {
  const { operator, prox, recipe } = task;
  if (task.network) {
    const net = task.network(layers);
    if (recipe.startSteps)
      await train(net, signals, {
        ...training,
        batch: recipe.batch,
        steps: recipe.startSteps,
        learningRate: recipe.startRate ?? recipe.jointRate,
        ...(recipe.clip !== undefined && { clip: recipe.clip }),
      });
    return net;
  }
  const net = learnedIsta(
    { operator, prox },
    {
      layers,
      coupling: 'tied',
      ...(task.frame !== undefined && { frame: task.frame }),
      ...(supportSelection && recipe.supportSelection && { supportSelection: recipe.supportSelection }),
    },
  );
  for (const param of oneBitParams(net)) {
    if (isAnalytic(task)) param.value = framedWeight(operator, frameOf(net));
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
export const trained: Readonly<
  Record<string, { readonly make: (recipe: Recipe) => Binarizer; readonly from: 'start' | 'float' }>
> = {
  alista: { make: closedForm, from: 'start' },
  float: { make: float, from: 'start' },
  sign: { make: () => sign(), from: 'float' },
  'sign-tuned': { make: () => sign({ tuned: true }), from: 'start' },
  gpfq: { make: () => gpfq(), from: 'start' },
  gptq: { make: () => gptq(), from: 'start' },
  'coordinate-descent': { make: () => coordinateDescent(), from: 'start' },
  qubo: { make: () => qubo(), from: 'start' },
  hypernetwork: { make: () => hypernetwork(), from: 'start' },
  'analytic-qubo': { make: () => analyticQubo(), from: 'start' },
  'analytic-qubo-ternary': { make: () => analyticQubo({ zeros: 0.45 }), from: 'start' },
  ternary: { make: ({ latent }) => ternary(latent), from: 'start' },
  'channel-wise': { make: ({ latent }) => channelWise(latent), from: 'start' },
  annealed: { make: () => annealed(), from: 'start' },
  parq: { make: () => parq(), from: 'start' },
  proxquant: { make: () => proxquant(), from: 'start' },
  bayes: { make: () => bayes(), from: 'start' },
  // Latent values that move fast end nearly certain: better signs, and no posterior to speak of.
  'bayes-fast': { make: () => bayes({ pace: 30 }), from: 'start' },
  skew: { make: () => skew(), from: 'start' },
  bop: { make: () => bop(), from: 'start' },
  'straight-through': { make: ({ latent }) => straightThrough(latent), from: 'start' },
  'straight-through-sudden': { make: ({ latent }) => straightThrough({ ...latent, mixing: 0 }), from: 'start' },
  'straight-through-one-bit-first': {
    make: ({ latent }) => straightThrough({ ...latent, reading: 'one-bit-first' }),
    from: 'start',
  },
  'straight-through-distill': { make: ({ latent }) => distill(straightThrough(latent)), from: 'start' },
  'straight-through-taught': { make: ({ latent }) => taught(straightThrough(latent)), from: 'start' },
  'straight-through-descent': { make: ({ latent }) => descent(straightThrough(latent)), from: 'start' },
  'straight-through-lifted': { make: ({ latent }) => lifted(straightThrough(latent)), from: 'start' },
  'straight-through-masked': { make: ({ latent }) => straightThrough({ ...latent, keep: 0.5 }), from: 'start' },
};

/** Methods that end with a distribution of signs. */
export const posteriorMethods: readonly string[] = ['bayes', 'bayes-fast', 'hypernetwork'];

/** Every method's name, in the order of a table. */
export const methodNames: readonly string[] = [
  ...Object.keys(classical),
  'linear',
  ...Object.keys(tuned),
  ...Object.keys(trained),
];

/** Signs of a task's network; those of one that waits for a fitted start are not known before. */
function signsOf({ network, linearStart, operator, frame }: TaskInstance, layers: number): number {
  if (linearStart) return Infinity;
  return network ? oneBitParams(network(layers)).reduce((sum, { value }) => sum + value.length, 0) : operator.weights ? weightCount(frame === undefined ? operator.pattern() : framedPattern('run', operator.pattern(), frame)) : Infinity;
}

/** Whether a method speaks of a task: sparse signals and images have different classical solvers; ALISTA needs a closed form. */
export function speaksOf(method: string, task: TaskInstance, layers: number): boolean {
  if (method === 'hypernetwork') return signsOf(task, layers) <= hypernetworkSigns;
  if (method === 'alista' || method.startsWith('analytic-qubo')) return !task.network && isAnalytic(task);
  // The Bregman loss of a layer is that of a soft threshold.
  if (method.endsWith('-lifted')) return !task.network;
  if (Object.hasOwn(classical, method)) return task.lambda !== undefined;
  if (method === 'tv') return task.scoring?.kind === 'images';
  return method === 'linear' || Object.hasOwn(tuned, method) ? task.scenes !== undefined : true;
}

/** What `run` scores unless told otherwise, as far as it speaks of the task. */
export const defaultMethods: readonly string[] = [
  'ista',
  'fista',
  'admm',
  'linear',
  'wavelet-ista',
  'tv',
  'float',
  'sign',
  'ternary',
  'channel-wise',
  'straight-through',
];
