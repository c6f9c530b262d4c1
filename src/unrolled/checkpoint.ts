import { decodeSafetensors, encodeSafetensors } from '../core/safetensors.js';

/** Where checkpoints are kept, under one key for each training of a run. Saving must be atomic. */
export interface CheckpointStore {
  load(key: string): Uint8Array | undefined;
  save(key: string, bytes: Uint8Array): void;
}

export interface Checkpoint {
  /** What was being trained, and how; resuming anything else is refused. */
  readonly fingerprint: string;
  /** Digest of the values that the training started from. */
  readonly start: number;
  readonly stage: number;
  /** Steps done within the stage, and of the whole training. */
  readonly step: number;
  readonly total: number;
  readonly best: number;
  readonly stale: number;
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

const version = '1';
const counters = ['start', 'stage', 'step', 'total', 'best', 'stale'] as const;

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = Object.fromEntries([...checkpoint.arrays].map(([name, data]) => [name, { dtype: 'F32' as const, shape: [data.length], data: data as Float32Array<ArrayBuffer> }]));
  const numbers = Object.fromEntries(counters.map(name => [name, String(checkpoint[name])]));
  return encodeSafetensors(tensors, { format: 'signfold-checkpoint', version, fingerprint: checkpoint.fingerprint, ...numbers });
}

/** Throws a RangeError for a damaged file, another version, or a checkpoint of another training. */
export function decodeCheckpoint(bytes: Uint8Array, fingerprint: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata['format'] !== 'signfold-checkpoint' || metadata['version'] !== version)
    throw new RangeError(`checkpoint: expected format signfold-checkpoint version ${version}, ` +
      `got ${metadata['format'] ?? 'none'} version ${metadata['version'] ?? 'none'}`);
  if (metadata['fingerprint'] !== fingerprint)
    throw new RangeError('checkpoint: it belongs to a training with other settings, physics or data; remove it, or repeat those that it was made with');
  const number = (name: (typeof counters)[number]): number => {
    const value = metadata[name] === undefined ? NaN : Number(metadata[name]);
    if (Number.isNaN(value)) throw new RangeError(`checkpoint: expected a number ${name}, got ${metadata[name] ?? 'none'}`);
    return value;
  };
  const arrays = new Map(Object.entries(tensors).map(([name, { data }]) => {
    if (!(data instanceof Float32Array)) throw new RangeError(`checkpoint: expected f32 numbers in ${name}`);
    return [name, data] as const;
  }));
  return { fingerprint, start: number('start'), stage: number('stage'), step: number('step'), total: number('total'), best: number('best'), stale: number('stale'), arrays };
}
