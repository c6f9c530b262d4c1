import type { OneBitNetwork, UnrolledNetwork } from '../types.js';
import type { FitOptions } from '../binary/binarizer.js';
import { startingNetwork, trained } from './methods.js';
import type { RunOptions } from './rows.js';
import { iteratesOn, type Scene } from './scene.js';
import { scoresOf } from './scores.js';
import type { TaskInstance } from './task.js';
import { once } from './timing.js';

const quickFactor = 5;

/** The task with the run's number of steps: shortened if quick. */
export function withSteps(instance: TaskInstance, { quick, steps, startSteps }: RunOptions): TaskInstance {
  const { recipe } = instance,
    share = steps === undefined ? 1 : steps / recipe.jointSteps,
    cut = (count: number): number => (quick ? Math.ceil(count / quickFactor) : count);
  return {
    ...instance,
    recipe: {
      ...recipe,
      layerSteps: cut(recipe.layerSteps),
      jointSteps: steps ?? cut(recipe.jointSteps),
      startSteps: startSteps ?? cut(recipe.startSteps ?? 0),
      finishSteps: Math.round(cut(recipe.finishSteps ?? 0) * share),
    },
  };
}

/** A network's reconstructions of the scenes, and its NMSE after each layer. */
export interface Scored {
  readonly estimates: readonly Float32Array[];
  readonly errors: readonly number[];
}

/** What is trained once for all methods of a seed: when it is first asked for. Seconds count all that it stands on. */
export interface SharedNetworks {
  /** What a method's own training is told. */
  phase(method: string): FitOptions;
  /** Fits the linear estimate, where one is fitted. */
  linearSeconds(): Promise<number>;
  start(): Promise<[net: UnrolledNetwork, seconds: number]>;
  float(): Promise<[net: OneBitNetwork, seconds: number]>;
  scored(net: OneBitNetwork): Scored;
  scoredFloat(): Promise<Scored>;
}

export function sharedNetworks(
  instance: TaskInstance,
  scenes: readonly Scene[],
  { snrDb, supportSelection, training = {} }: RunOptions,
  { seed, layers }: { seed: number; layers: number },
): SharedNetworks {
  const { signals, recipe, full } = instance;
  const common: FitOptions = {
    ...training,
    seed,
    snrDb,
    batch: recipe.batch,
    ...(recipe.clip !== undefined && { clip: recipe.clip }),
  };
  const phase = (method: string): FitOptions => ({
    ...common,
    phase: `${method}, seed ${seed}`,
    steps: recipe.jointSteps,
    learningRate: recipe.jointRate,
    ...(full && recipe.finishSteps && {
      finish: { ...full, steps: recipe.finishSteps, learningRate: recipe.finishRate ?? recipe.jointRate },
    }),
  });
  const fit = once(() => instance.fitLinear?.());
  const linearSeconds = async (): Promise<number> => (instance.fitLinear ? (await fit())[1] : 0);
  const ownStart = once(() =>
    startingNetwork(
      instance,
      signals,
      { layers, supportSelection },
      { ...common, phase: `${instance.network ? 'float start' : 'steps and thresholds'}, seed ${seed}` },
    ),
  );
  const start = async (): Promise<[UnrolledNetwork, number]> => {
    // First, so that the fit is not part of the start's own time.
    const fitted = instance.linearStart ? await linearSeconds() : 0,
      [net, seconds] = await ownStart();
    return [net, fitted + seconds];
  };
  const ownFloat = once(async () => trained['float']!.make(recipe).fit((await ownStart())[0], signals, phase('float')));
  const float = async (): Promise<[OneBitNetwork, number]> => {
    const [, before] = await start(),
      [net, seconds] = await ownFloat();
    return [net, before + seconds];
  };
  const scored = (net: OneBitNetwork): Scored => {
    const iterates = scenes.map(scene => iteratesOn(net, scene));
    const layer = (k: number): Float32Array[] => iterates.map(each => each[k]!);
    return {
      estimates: iterates.map(each => each.at(-1)!),
      errors: iterates[0]!.map((_, k) => scoresOf(layer(k), scenes, { kind: 'signals' }).nmseDb),
    };
  };
  const scoreFloat = once(async () => scored((await float())[0]));
  return { phase, linearSeconds, start, float, scored, scoredFloat: async () => (await scoreFloat())[0] };
}
