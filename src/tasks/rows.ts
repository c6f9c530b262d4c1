import type { Bytes, OneBitNetwork } from '../types.js';
import type { FitOptions } from '../binary/binarizer.js';
import type { GeneralizationCertificate, RecoveryCertificate } from '../binary/certificate.js';
import { methodNames } from './methods.js';
import type { ReadData, Task } from './task.js';

export interface Row {
  readonly task: string;
  readonly variant: string;
  readonly snrDb: number | null;
  readonly method: string;
  readonly binarizer: string | null;
  readonly seed: number;
  readonly layers: number;
  readonly split: 'test';
  readonly nmseDb: number;
  readonly psnrDb: number;
  readonly ssim: null;
  /** NMSE after each layer or iteration. */
  readonly nmseDbPerLayer: readonly number[];
  readonly bitsPerWeight: number | null;
  readonly bytes: Bytes | null;
  /** Everything that was trained for this row, the networks that it started from included. */
  readonly fitSeconds: number;
  /** Median time of one signal's reconstruction by the packed engine, or by the solver. */
  readonly reconstructMicros: number;
  readonly floatNmseDb: number | null;
  readonly classicalNmseDb: number;
  readonly classicalConvergedNmseDb: number;
}

export interface Certificates {
  readonly method: string;
  readonly seed: number;
  readonly recovery: RecoveryCertificate | null;
  readonly generalization: GeneralizationCertificate;
}

export interface RunOptions {
  readonly variant?: string;
  readonly methods: readonly string[];
  readonly layers?: number;
  readonly seeds: readonly number[];
  readonly snrDb: number;
  readonly supportSelection: boolean;
  /** Divides the steps of training by 5 and scores 200 test signals. */
  readonly quick: boolean;
  /** Joint training steps in the place of the recipe's. */
  readonly steps?: number;
  readonly read?: ReadData;
  readonly training?: FitOptions;
  readonly onRow?: (row: Row) => void;
}

export interface Result {
  readonly data: string;
  readonly rows: readonly Row[];
  readonly certificates: readonly Certificates[];
  /** The trained networks by method, of the last seed. */
  readonly networks: ReadonlyMap<string, OneBitNetwork>;
}

/** Throws a RangeError naming the task's variants, or the methods. */
export function checkRun(task: Task, { variant, methods, layers, seeds }: RunOptions): void {
  if (variant !== undefined && !task.variants.includes(variant))
    throw new RangeError(`run: expected variant ${task.variants.join(', ')} for ${task.name}, got ${variant}`);
  const unknown = methods.find(method => !methodNames.includes(method));
  if (unknown !== undefined) throw new RangeError(`run: expected methods from ${methodNames.join(', ')}, got ${unknown}`);
  if (layers !== undefined && (!Number.isSafeInteger(layers) || layers < 1 || layers > 200))
    throw new RangeError(`run: expected 1 to 200 layers, got ${layers}`);
  if (!seeds.length) throw new RangeError('run: expected at least one seed, got none');
}
