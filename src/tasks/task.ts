import type { Dataset, LinearOperator, Prox, UnrolledNetwork } from '../types.js';
import type { LatentOptions } from '../binary/latent.js';
import type { Scene } from './scene.js';
import type { Scoring } from './scores.js';

/** The user's data folder. */
export interface DataFolder {
  /** A file's bytes, decompressed if its name ends in .gz; throws where it is missing. */
  read(path: string): Uint8Array;
  /** Names of the files in a folder, sorted. */
  list(path: string): readonly string[];
}

export interface TaskOptions {
  readonly variant: string;
  readonly seed: number;
  /** Which of the task's networks. */
  readonly network: string;
  /** Channels of the network's convolutions; the task's own number unless given. */
  readonly features?: number;
  /** Redundancy of the tight frames in front of signs; no frame unless given. */
  readonly frame?: number;
  /** Given where the user named a data folder. */
  readonly folder?: DataFolder;
  /** A network trained elsewhere to start from, as the bytes of its safetensors file. */
  readonly weights?: Uint8Array;
}

/** How long the network of a task trains; `--quick` divides the steps. */
export interface Recipe {
  /** Steps for the step size and threshold of each new layer, on fixed weights, and their rate. */
  readonly layerSteps: number;
  readonly layerRate: number;
  /** Steps with all weights free, and their rate. */
  readonly jointSteps: number;
  readonly jointRate: number;
  readonly batch: number;
  readonly supportSelection?: { readonly perLayer: number; readonly max: number };
  /** Float training that comes before all methods, for networks that do not start from A's own weights. */
  readonly startSteps?: number;
  readonly startRate?: number;
  /** Last steps at full size, where the task trains on smaller images, and their rate. */
  readonly finishSteps?: number;
  readonly finishRate?: number;
  /** Longest gradient. */
  readonly clip?: number;
  /** How codes come in with straight-through and its like, ternary and channel-wise, where their defaults do not fit: see LatentOptions. */
  readonly latent?: Pick<LatentOptions, 'mixing' | 'bound'>;
}

/** What the classical solvers of images are given: see `tunedLambda`. */
export interface Tuning {
  readonly scenes: readonly Scene[];
  /** Weights to try first, ascending, at least two. */
  readonly lambdas: readonly number[];
}

export interface TaskInstance {
  readonly operator: LinearOperator;
  readonly prox: Prox;
  readonly signals: Dataset;
  /** Which data it is: embedded generators, or published files. */
  readonly data: string;
  /** Nonzeros of a typical signal (in each block, for block operators): what certificates are asked about; absent for images. */
  readonly sparsity?: number;
  /** Weight of the penalty for the classical solvers of sparse signals; they do not speak of a task without it. */
  readonly lambda?: number;
  readonly recipe: Recipe;
  /** The physics and signals at full size, where `operator` and `signals` are smaller ones that most steps are taken on. */
  readonly full?: { readonly operator: LinearOperator; readonly data: Dataset };
  /** What is scored, and how; the test signals of `signals` and their NMSE if absent. */
  readonly scenes?: () => readonly Scene[];
  readonly scoring?: Scoring;
  readonly tuning?: Tuning;
  /** A linear reconstruction that needs no solver; Aᴴy/‖A‖² unless given. */
  readonly linear?: (scene: Scene) => Float32Array;
  /** Fits what `linear` applies, where that is not given: called once, before it. */
  readonly fitLinear?: () => void;
  /** `network` starts from what `fitLinear` fits. */
  readonly linearStart?: true;
  /** The frame in front of its matrices' signs, where the user asked for one: see LearnedIstaOptions. */
  readonly frame?: number;
  /** The network before training; learned ISTA with one W unless given. */
  readonly network?: (layers: number) => UnrolledNetwork;
}

export interface Task {
  readonly name: string;
  readonly summary: string;
  /** The first is the default. */
  readonly variants: readonly string[];
  /** Unrolled networks to choose from; the first is the default. */
  readonly networks: readonly string[];
  readonly layers: number;
  /** Those of `networks` whose convolutions have channels to choose the number of; none unless given. */
  readonly takesFeatures?: readonly string[];
  /** Those of `networks` whose signs can stand behind a frame; none unless given. */
  readonly takesFrame?: readonly string[];
  /** Those of `networks` that can start from weights trained elsewhere; none unless given. */
  readonly takesWeights?: readonly string[];
  make(options: TaskOptions): TaskInstance;
}
