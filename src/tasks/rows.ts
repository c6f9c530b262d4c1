import type { Bytes, OneBitNetwork, Tensor } from '../types.js';
import type { FitOptions } from '../binary/binarizer.js';
import type { GeneralizationCertificate, RecoveryCertificate } from '../binary/certificate.js';
import { mostRedundant } from '../unrolled/frame.js';
import { methodNames, posteriorMethods } from './methods.js';
import type { Scores } from './scores.js';
import type { DataFolder, Task } from './task.js';
import type { Uncertainty } from './uncertainty.js';

export interface Row extends Scores {
  readonly task: string;
  readonly variant: string;
  readonly network: string;
  readonly snrDb: number | null;
  readonly method: string;
  readonly binarizer: string | null;
  readonly seed: number;
  /** Unrolled layers, or iterations of a classical solver: the most that a scene took, where it may stop before. */
  readonly layers: number;
  /** Channels of the network's convolutions, where it has any. */
  readonly features?: number;
  /** Redundancy of the frame in front of its signs, where it has one. */
  readonly frame?: number;
  readonly split: 'test';
  /** NMSE after each layer or iteration; ISTA-Net's list begins with its linear start. Empty for tuned solvers. */
  readonly nmseDbPerLayer: readonly number[];
  readonly bitsPerWeight: number | null;
  readonly bytes: Bytes | null;
  /** Everything that was trained or tuned for this row, the networks that it started from included. */
  readonly fitSeconds: number;
  /** Steps of training, those of the networks that it started from included; 0 where nothing was trained. */
  readonly steps: number;
  /** Median time of one reconstruction by the packed engine, or by the solver. */
  readonly reconstructMicros: number;
  /** The penalty's weight that a tuned classical solver used. */
  readonly lambda?: number;
  readonly floatNmseDb: number | null;
  /** ISTA after as many iterations, and FISTA after 300; null for images, whose solvers have rows of their own. */
  readonly classicalNmseDb: number | null;
  readonly classicalConvergedNmseDb: number | null;
}

/** What depends on the kind of method. */
export type MethodRow = Pick<
  Row,
  | 'binarizer'
  | 'layers'
  | 'features'
  | 'frame'
  | 'nmseDbPerLayer'
  | 'bitsPerWeight'
  | 'bytes'
  | 'fitSeconds'
  | 'steps'
  | 'reconstructMicros'
  | 'lambda'
  | 'floatNmseDb'
>;

export interface Certificates {
  readonly method: string;
  readonly seed: number;
  readonly recovery: RecoveryCertificate | null;
  readonly generalization: GeneralizationCertificate;
}

/** An image beside its reconstructions, in 0…peak. */
export interface Picture {
  readonly name: string;
  readonly peak: number;
  readonly truth: Tensor;
  readonly panels: readonly {
    readonly label: string;
    readonly image: Tensor;
    readonly psnrDb: number;
    readonly ssim: number;
    /** Predictive standard deviation of every pixel. */
    readonly deviation?: Tensor;
  }[];
}

export interface RunOptions {
  readonly variant?: string;
  readonly network?: string;
  readonly methods: readonly string[];
  readonly layers?: number;
  /** Channels of the networks' convolutions. */
  readonly features?: number;
  /** Redundancy of a tight frame in front of the networks' signs: see LearnedIstaOptions. */
  readonly frame?: number;
  readonly seeds: readonly number[];
  readonly snrDb: number;
  readonly supportSelection: boolean;
  /** Divides the steps of training by 5 and scores 200 test signals, or 2 images. */
  readonly quick: boolean;
  /** Joint training steps in the place of the recipe's, and steps of the float training before it. */
  readonly steps?: number;
  readonly startSteps?: number;
  readonly folder?: DataFolder;
  readonly weights?: Uint8Array;
  /** Networks drawn from each posterior, whose reconstructions tell how uncertain they are. */
  readonly uncertainty?: number;
  readonly training?: FitOptions;
  readonly onRow?: (row: Row) => void;
}

export interface Result {
  readonly data: string;
  readonly rows: readonly Row[];
  readonly certificates: readonly Certificates[];
  /** Of methods with a posterior, where it was asked for. */
  readonly uncertainties: readonly Uncertainty[];
  /** The trained networks by method, of the last seed. */
  readonly networks: ReadonlyMap<string, OneBitNetwork>;
  /** The first images and what the methods made of them, of the last seed. */
  readonly pictures: readonly Picture[];
}

/** Options that do not fit the task, or what its data made of it: wrong use, not a failure. */
export class OptionsError extends RangeError {}

/** Throws a RangeError naming the task's variants and networks, or the methods. */
export function checkRun(task: Task, { variant, network, methods, layers, features, frame, seeds, weights, uncertainty }: RunOptions): void {
  if (variant !== undefined && !task.variants.includes(variant))
    throw new RangeError(`run: expected variant ${task.variants.join(', ')} for ${task.name}, got ${variant}`);
  if (network !== undefined && !task.networks.includes(network))
    throw new RangeError(`run: expected network ${task.networks.join(', ')} for ${task.name}, got ${network}`);
  if (weights && !task.takesWeights) throw new RangeError(`run: expected a task that takes --weights, got ${task.name}`);
  if (weights && !task.takesWeights!.includes(network ?? task.networks[0]!))
    throw new RangeError(`run: expected --network ${task.takesWeights!.join(' or ')} with --weights, got ${network}`);
  if (features !== undefined && (weights || !task.takesFeatures?.includes(network ?? task.networks[0]!)))
    throw new RangeError(`run: expected no --features ${weights ? 'with --weights, which have their own' : `for ${network ?? task.networks[0]} of ${task.name}`}, got ${features}`);
  if (features !== undefined && (!Number.isSafeInteger(features) || features < 1 || features > 256))
    throw new RangeError(`run: expected 1 to 256 features, got ${features}`);
  if (frame !== undefined && !task.takesFrame?.includes(network ?? task.networks[0]!))
    throw new RangeError(`run: expected no --frame for ${network ?? task.networks[0]} of ${task.name}, got ${frame}`);
  if (frame !== undefined && !(frame >= 1 && frame <= mostRedundant))
    throw new RangeError(`run: expected a --frame of redundancy 1 to ${mostRedundant}, got ${frame}`);
  const unknown = methods.find(method => !methodNames.includes(method));
  if (unknown !== undefined) throw new RangeError(`run: expected methods from ${methodNames.join(', ')}, got ${unknown}`);
  if (layers !== undefined && (!Number.isSafeInteger(layers) || layers < 1 || layers > 200))
    throw new RangeError(`run: expected 1 to 200 layers, got ${layers}`);
  if (uncertainty !== undefined && (!Number.isSafeInteger(uncertainty) || uncertainty < 2 || uncertainty > 1000))
    throw new RangeError(`run: expected --uncertainty of 2 to 1000 drawn networks, got ${uncertainty}`);
  if (uncertainty !== undefined && !methods.some(method => posteriorMethods.includes(method)))
    throw new RangeError(`run: expected --uncertainty with one of ${posteriorMethods.join(', ')}, got ${methods.join(', ')}`);
  if (!seeds.length) throw new RangeError('run: expected at least one seed, got none');
}
