import type { Dataset, LinearOperator } from '../types.js';
import { sameShape, sizeOf, tensor, formatShape } from '../core/array.js';
import { random } from '../core/random.js';

/** Pairs (x, y = A x + noise), each a pure function of its index. */
export interface Measured {
  readonly n: number;
  readonly m: number;
  /** How many training signals there are, those held out for validation not counted. */
  readonly trainSize: number;
  fill(split: 'train' | 'test', indices: readonly number[], x: Float32Array, y: Float32Array): void;
  /** The signals that training draws at this step. */
  trainIndices(step: number, batch: number): number[];
  validationIndices(): number[];
}

/** Keeps the noise stream apart from the streams that datasets draw signals from. */
const noiseStream = 0x6e6f6973;

/**
 * Signals of a dataset measured by A, with the dataset's own disturbance if it has one. The noise is white, its standard deviation std(A x) · 10^(−snrDb/20) for each signal.
 * Validation uses the last `validation` training signals, which training never draws.
 */
export function measured(A: LinearOperator, data: Dataset,
  { snrDb = Infinity, seed, validation }: { snrDb?: number; seed: number; validation: number }): Measured {
  if (!sameShape(A.inShape, data.shape))
    throw new RangeError(`${data.name}: expected signals of shape ${formatShape(A.inShape)} for ${A.name}, got ${formatShape(data.shape)}`);
  if (Number.isNaN(snrDb)) throw new RangeError('snrDb: expected a number of decibels or Infinity, got NaN');
  const n = sizeOf(A.inShape), m = sizeOf(A.outShape);
  const trainSize = data.size.train - validation;
  if (trainSize < 1) throw new RangeError(`${data.name}: expected more than ${validation} training signals, got ${data.size.train}`);
  return {
    n, m, trainSize,
    fill(split, indices, x, y) {
      indices.forEach((index, b) => x.set(data.sample(split, index, tensor(new Float32Array(n), data.shape)).data, b * n));
      A.apply(x, y, indices.length);
      if (data.disturb) indices.forEach((index, b) => data.disturb!(split, index, y.subarray(b * m, (b + 1) * m)));
      if (snrDb !== Infinity) indices.forEach((index, b) =>
        addNoise(y.subarray(b * m, (b + 1) * m), snrDb, seed, split === 'train' ? 0 : 1, index));
    },
    trainIndices(step, batch) {
      const rng = random(seed, step);
      return Array.from({ length: batch }, () => rng.integer(trainSize));
    },
    validationIndices: () => Array.from({ length: validation }, (_, i) => trainSize + i),
  };
}

function addNoise(y: Float32Array, snrDb: number, seed: number, split: number, index: number): void {
  let mean = 0, square = 0;
  for (const value of y) mean += value;
  mean /= y.length;
  for (const value of y) square += (value - mean) ** 2;
  const sigma = Math.sqrt(square / y.length) * 10 ** (-snrDb / 20);
  const rng = random(seed, noiseStream, split, index);
  for (let i = 0; i < y.length; i++) y[i]! += sigma * rng.normal();
}
