import type { Steps } from '../../core/steps.js';
import type { DataFolder } from '../task.js';
import { publishedSets, resized, type LabelledImages } from './labelled-images.js';

/** Images of two classes: 16 grey levels each, 0…255, and whether it is the second class; equal ones once, with how many there are. */
export interface GreyImages {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly counts: readonly number[];
  /** With repeats. */
  readonly samples: number;
}

export const weights = 16, bias = weights;
const side = 4, grey = 255;
/** Values of weights and bias: a bit of 0 is the lower of an encoding, the higher is 1. */
export const encodings = [0, -1, -2, -3] as const;
const signed = -1;

/**
 * At 4 × 4 as the reference has them: bilinear with half-pixel centres reads pixels 3, 10, 17 and 24 of 28 and mixes none, so that
 * values stay whole numbers over 255.
 */
export function greyImages(images: LabelledImages, [first, second]: readonly [number, number] = [0, 1]): GreyImages {
  const { pixels, labels } = resized(images, side, side), found = new Map<string, { row: number[]; label: number; count: number }>();
  labels.forEach((label, i) => {
    if (label !== first && label !== second) return;
    const row = Array.from(pixels.subarray(i * weights, (i + 1) * weights), value => Math.round(grey * value));
    const key = `${label} ${row.join(' ')}`, known = found.get(key);
    if (known) known.count++;
    else found.set(key, { row, label: label === second ? 1 : 0, count: 1 });
  });
  const all = [...found.values()], counts = all.map(({ count }) => count);
  const samples = counts.reduce((sum, n) => sum + n, 0);
  return { rows: all.map(({ row }) => row), labels: all.map(({ label }) => label), counts, samples };
}

/** The training and test images of two digits. Throws a RangeError without a data folder. */
export function twoDigits(folder: DataFolder | undefined, digits: readonly [number, number]) {
  if (!folder) throw new RangeError('mnist-4x4: expected a data folder with mnist/, got none');
  const { data, train, test } = publishedSets['mnist']!(folder);
  return { data: `${data}: ${digits.join(' against ')} at 4 × 4`, train: greyImages(train, digits), test: greyImages(test, digits) };
}

/** The values of a string's bits, ±1 unless told otherwise: bit k is the weight of pixel k, bit 16 the bias. */
export const valuesOf = (w: number, low: number = signed): number[] =>
  Array.from({ length: weights + 1 }, (_, k) => ((w >>> k) & 1 ? 1 : low));

/** Which encoding a string of 19 bits has: bits 17 and 18. */
export const encodingOf = (w: number): number => encodings[w >>> (weights + 1)]!;

const lineOf = (row: readonly number[], values: readonly number[]): number =>
  row.reduce((sum, value, k) => sum + value * values[k]!, grey * values[bias]!);

/** Share of images on the right side of ½, which itself counts as the first class, under the weights of string w. */
export function accuracyOf({ rows, labels, counts, samples }: GreyImages, w: number, low: number = signed): number {
  const values = valuesOf(w, low);
  return rows.reduce((sum, row, i) => sum + (lineOf(row, values) > 0 === (labels[i] === 1) ? counts[i]! : 0), 0) / samples;
}

/**
 * Mean binary cross-entropy of logistic regression with weights of ±1, or of `low` and 1, for all 2¹⁷ strings. Logits are whole
 * numbers over 255, so that softplus is read from a table; strings are visited in Gray order, the emptiest pixels flipping most often,
 * and a flip touches only the images that are not 0 there.
 */
export function crossEntropies({ rows, labels, counts, samples }: GreyImages, low: number = signed): Float64Array {
  const most = Math.max(1, -low) * (weights + 1) * grey, softplus = Float64Array.from({ length: 2 * most + 1 }, (_, i) => {
    const z = (i - most) / grey;
    return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  });
  const bits = Array.from({ length: weights + 1 }, (_, k) => {
    const value = (i: number): number => (k === bias ? grey : rows[i]![k]!);
    const touched = Uint32Array.from(rows.keys()).filter(i => value(i) > 0);
    return { bit: 1 << k, touched, steps: Int32Array.from(touched, i => (1 - low) * value(i)) };
  }).sort((a, b) => a.touched.length - b.touched.length);
  const first = valuesOf(0, low), at = Int32Array.from(rows, row => most + lineOf(row, first));
  const weight = Float64Array.from(counts), positive = Uint8Array.from(labels);
  let sum = 0, w = 0;
  for (let i = 0; i < at.length; i++) sum += weight[i]! * (softplus[at[i]!]! - (positive[i]! * (at[i]! - most)) / grey);
  const costs = new Float64Array(2 ** (weights + 1));
  costs[0] = sum / samples;
  for (let k = 1; k < costs.length; k++) {
    const { bit, touched, steps } = bits[31 - Math.clz32(k & -k)]!, sign = w & bit ? -1 : 1;
    w ^= bit;
    let change = 0;
    for (let j = 0; j < touched.length; j++) {
      const i = touched[j]!, before = at[i]!, after = before + sign * steps[j]!;
      change += weight[i]! * (softplus[after]! - softplus[before]! - (positive[i]! * (after - before)) / grey);
      at[i] = after;
    }
    costs[w] = (sum += change) / samples;
  }
  return costs;
}

/** Those of all encodings, one after the other: strings of 19 bits. */
export function* encodedCrossEntropies(images: GreyImages): Steps<Float64Array> {
  const costs = new Float64Array(encodings.length * 2 ** (weights + 1));
  for (const [k, low] of encodings.entries()) {
    costs.set(crossEntropies(images, low), k * 2 ** (weights + 1));
    yield;
  }
  return costs;
}
