import { formatShape } from '../core/array.js';
import { ssimWindow } from '../core/ssim.js';
import { classicalReference, type ClassicalReference } from './classical.js';
import { networkName } from './image-network.js';
import { speaksOf } from './methods.js';
import { OptionsError, type RunOptions } from './rows.js';
import { signalScene, type Scene } from './scene.js';
import type { Scoring } from './scores.js';
import { sharedNetworks, withSteps, type SharedNetworks } from './shared-networks.js';
import type { Task, TaskInstance } from './task.js';

const quickSignals = 200,
  quickScenes = 2;

/** What the methods of one seed share. */
export interface SeedRun extends SharedNetworks {
  readonly seed: number;
  readonly variant: string;
  readonly layers: number;
  readonly network: string;
  readonly instance: TaskInstance;
  /** Those of the run that speak of the task. */
  readonly methods: readonly string[];
  readonly scenes: readonly Scene[];
  readonly scoring: Scoring;
  readonly reference: ClassicalReference | undefined;
}

/** SSIM has a window of 11 pixels a side. Throws a RangeError that names the scene, before anything is trained. */
function checkScenes(task: string, scenes: readonly Scene[], scoring: Scoring | undefined): void {
  if (!scenes.length) throw new RangeError(`run: expected data to test ${task} on, got none`);
  const small = scoring?.kind === 'images' ? scenes.find(({ operator: { inShape } }) => inShape.some(n => n < ssimWindow)) : undefined;
  if (small) throw new RangeError(`${small.name}: expected images of at least ${ssimWindow} pixels a side, got ${formatShape(small.operator.inShape)}`);
}

function scenesOf(instance: TaskInstance, { quick, snrDb }: RunOptions, seed: number): readonly Scene[] {
  const scenes = instance.scenes?.() ?? [signalScene(instance, snrDb, seed, quick ? quickSignals : Infinity)];
  return quick ? scenes.slice(0, quickScenes) : scenes;
}

/** Throws an OptionsError where no method speaks of the task, or the options do not fit it. */
export async function seedRun(task: Task, options: RunOptions, seed: number): Promise<SeedRun> {
  const { folder, weights, features, frame, snrDb, layers = task.layers, variant = task.variants[0]!, network = task.networks[0]! } = options;
  const instance = withSteps(
    task.make({ variant, seed, network, ...(features !== undefined && { features }), ...(frame !== undefined && { frame }), ...(folder && { folder }), ...(weights && { weights }) }),
    options,
  );
  const methods = options.methods.filter(method => speaksOf(method, instance, layers));
  if (!methods.length)
    throw new OptionsError(
      `run: ${options.methods.join(', ')} cannot speak of ${task.name} with ${instance.operator.name}; choose another method`,
    );
  if (instance.scenes && Number.isFinite(snrDb))
    throw new OptionsError(`run: expected no --snr for ${task.name}, whose noise is part of the task, got ${snrDb}`);
  const scenes = scenesOf(instance, options, seed);
  checkScenes(task.name, scenes, instance.scoring);
  const shared = sharedNetworks(instance, scenes, options, { seed, layers });
  let own = network;
  if (weights) {
    // The network needs what is fitted for its start; here the fit is timed.
    if (instance.linearStart) await shared.linearSeconds();
    own = networkName(instance.network!(layers).description);
    if (options.network !== undefined && own !== network)
      throw new OptionsError(`run: expected --weights of ${network}, got those of ${own}`);
  }
  return {
    ...shared,
    seed,
    variant,
    layers,
    network: own,
    instance,
    methods,
    scenes,
    scoring: instance.scoring ?? { kind: 'signals' },
    reference: classicalReference(instance, scenes[0]!, layers),
  };
}
