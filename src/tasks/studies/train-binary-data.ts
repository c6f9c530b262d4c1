import { random } from '../../core/random.js';
import { layered, packSamples, predict, type LayeredOptions, type Samples, type Topology } from '../../qubo/binary-network/index.js';
import type { DataFolder } from '../task.js';
import { twoClasses, type BinaryImages, type TwoClasses } from './binary-images.js';

interface Variant {
  readonly topology: Topology;
  /** Samples to train on, unless told otherwise. */
  readonly count: number;
  /** A published set and two of its classes at side × side; a teacher of the same network without. */
  readonly images?: { readonly set: string; readonly classes: readonly [number, number]; readonly side: number };
}

type Skips = NonNullable<LayeredOptions['skips']>;

const shown = (set: string, classes: readonly [number, number], side: number, skips: Skips = []): Variant =>
  ({ topology: layered([side * side, 3, 1], { skips }), count: 32, images: { set, classes, side } });

/** At 3 × 3 no network tells most digits apart: 12,396 images of 3 and 7 are 82 patterns, a third of them with the other label. */
export const trainingVariants: Readonly<Record<string, Variant>> = {
  'teacher-9-3-1': { topology: layered([9, 3, 1]), count: 24 },
  'mnist-3x3': shown('mnist', [0, 1], 3),
  'mnist-5x5': shown('mnist', [3, 7], 5),
  'mnist-5x5-skip': shown('mnist', [3, 7], 5, [[0, 2]]),
  'mnist-7x7': shown('mnist', [3, 7], 7),
  'digits-3x3': shown('digits', [0, 1], 3),
  'digits-5x5': shown('digits', [3, 7], 5),
  'digits-7x7': shown('digits', [3, 7], 7),
};

export interface TrainingData {
  readonly topology: Topology;
  readonly train: Samples;
  readonly test: Samples;
}

export interface TrainingSource {
  /** Which data it is. */
  readonly data: string;
  readonly count: number;
  /** A function of its arguments: samples to train on, and to test on all others of a teacher, or the published test set of images. */
  draw(seed: number, count: number): TrainingData;
}

const sampleStream = 0x73616d70, teacherStream = 0x74656163;

/** The first `count` of a seeded permutation of 0 … n−1, and the rest. */
function drawn(n: number, count: number, seed: number): [first: number[], rest: number[]] {
  if (!Number.isSafeInteger(count) || count < 1 || count > n)
    throw new RangeError(`train-binary: expected 1 to ${n} samples, got ${count}`);
  const rng = random(sampleStream, seed), order = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(n - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return [order.slice(0, count), order.slice(count)];
}

/** All inputs, labelled by a network with random weights. */
function teacher(net: Topology, seed: number): BinaryImages {
  const rng = random(teacherStream, seed), rows = Array.from({ length: 2 ** net.inputs }, (_, code) =>
    Uint8Array.from({ length: net.inputs }, (_, i) => (code >> i) & 1));
  const weights = Array.from({ length: net.weights }, () => rng.bits() >>> 31), unlabelled = rows.map(() => [0]);
  return { rows, labels: Array.from(predict(net, packSamples(net, rows, unlabelled), weights)[0]!) };
}

const packed = (net: Topology, { rows, labels }: BinaryImages, chosen: readonly number[]): Samples =>
  packSamples(net, chosen.map(i => rows[i]!), chosen.map(i => [labels[i]!]));

/** Reads a variant's data once. Throws a RangeError where it needs a data folder and none is given. */
export function trainingSource(name: string, folder?: DataFolder): TrainingSource {
  const variant = trainingVariants[name];
  if (!variant) throw new RangeError(`train-binary: expected a variant of ${Object.keys(trainingVariants).join(', ')}, got ${name}`);
  const { topology, count, images } = variant;
  if (!images) {
    const data = `every ${topology.inputs}-bit input labelled by a random network of the same shape; tested on those not trained on`;
    const draw = (seed: number, wanted: number): TrainingData => {
      const all = teacher(topology, seed), [first, rest] = drawn(all.rows.length, wanted, seed);
      return { topology, train: packed(topology, all, first), test: packed(topology, all, rest) };
    };
    return { data, count, draw };
  }
  if (!folder) throw new RangeError(`train-binary: expected a data folder for ${name}, got none; teacher-9-3-1 needs none`);
  const { data, train, test }: TwoClasses = twoClasses(folder, images.set, images.classes, images.side);
  const tested = packed(topology, test, test.rows.map((_, i) => i));
  const draw = (seed: number, wanted: number): TrainingData =>
    ({ topology, train: packed(topology, train, drawn(train.rows.length, wanted, seed)[0]), test: tested });
  return { data, count, draw };
}
