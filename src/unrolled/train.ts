import type { Dataset, Param, UnrolledNetwork } from '../types.js';
import { interruption, turn } from '../core/breathing.js';
import type { CheckpointStore } from './checkpoint.js';
import type { LayerLoss } from './loss.js';
import type { Optimizer } from './optimizer.js';
import type { ScheduleOptions } from './schedule.js';
import { training } from './training.js';

/**
 * Trains other arrays in the place of some of the network's params: latent weights and a scale in the place of one-bit
 * weights.
 */
export interface Reparametrisation {
  /** What a checkpoint must agree on to be resumed, beside the names of the moved params. */
  readonly settings?: readonly (number | string | boolean)[];
  /** What the optimizer moves for these params. */
  movedFor(params: readonly Param[]): readonly Param[];
  /** Writes the network's params from the moved ones; `progress` runs from 0 to 1 over the training. */
  materialise(progress: number): void;
  /** Turns the gradients of the network's params into gradients of the moved ones. */
  pullback(progress: number): void;
  /** Brings the moved params back into their range after a step. */
  project?(): void;
}

export interface Progress {
  readonly phase: string;
  /** Steps done and to do, over all stages. */
  readonly step: number;
  readonly steps: number;
  /** Layers that are trained, and the NMSE in dB of the latest batch; absent where nothing is, or was. */
  readonly depth?: number;
  readonly nmseDb?: number;
}

/** The gradient of a batch, computed elsewhere than by this thread. */
export interface ThreadedGradient {
  /** As `lossAndGradient`, of the whole batch, which is free to change when the call returns. Rejects where a thread died. */
  lossAndGradient(depth: number, x: Float32Array, y: Float32Array): Promise<number>;
  close(): Promise<void>;
}

export interface GradientThreads {
  /** Throws a TypeError for a network that cannot be described to a thread: with an operator, a prox or layers of the user's own. */
  open(net: UnrolledNetwork, batch: number): ThreadedGradient;
}

export interface TrainOptions extends ScheduleOptions {
  readonly batch?: number;
  readonly seed?: number;
  /** Measurement noise of the training signals, in dB; Infinity is noise-free. */
  readonly snrDb?: number;
  /** Adam unless another is given. */
  readonly optimizer?: Optimizer;
  /** How the learning rate falls within a stage; 'cosine' unless 'none'. */
  readonly decay?: 'cosine' | 'none';
  /** Gradients longer than this (Euclidean norm, all params together) are shortened to it. */
  readonly clip?: number;
  /** Stops a stage after `patience` validations without gain and returns to its best params. */
  readonly earlyStop?: { readonly every: number; readonly patience: number; readonly signals: number };
  readonly reparametrisation?: Reparametrisation;
  /** A loss of the layers of the network that is trained, beside the error of the last; progress and validation speak of that error alone. */
  readonly layerLoss?: (net: UnrolledNetwork) => LayerLoss;
  /** Threads that share the batches: `trainingThreads` of signfold/parallel. With a layer loss none are used. */
  readonly threads?: GradientThreads;
  readonly checkpoint?: { readonly store: CheckpointStore; readonly every: number };
  /** Names this training in progress reports and checkpoints. */
  readonly phase?: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** How often training reports and lets the event loop run, in milliseconds. */
const breathMs = 100;

/**
 * Trains a network in place on signals of `data` measured by its operator; the loss is ‖x̂ − x‖²/‖x‖² over a batch.
 * The same seed and number of threads give the same numbers to the bit, also across an interruption with a checkpoint. Throws a RangeError where
 * the loss stops being finite, and an AbortError (after saving a checkpoint) when `signal` aborts.
 */
export async function train(net: UnrolledNetwork, data: Dataset, options: TrainOptions): Promise<void> {
  const { phase = 'train', onProgress, signal } = options;
  const run = training(net, data, options);
  try {
    let breath = Date.now();
    while (await run.step()) {
      if (Date.now() - breath < breathMs) continue;
      onProgress?.({ phase, ...run.progress() });
      await turn();
      breath = Date.now();
      if (signal?.aborted) {
        run.save();
        throw interruption(phase, `step ${run.progress().step} of ${run.progress().steps}`);
      }
    }
    run.save();
    if (run.progress().steps) onProgress?.({ phase, ...run.progress() });
  } finally {
    await run.release();
  }
}
