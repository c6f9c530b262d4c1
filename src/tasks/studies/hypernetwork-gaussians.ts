import { random, type Random } from '../../core/random.js';
import type { Steps } from '../../core/steps.js';

/** Points of the plane and their classes, 0 or 1. */
export interface Points {
  readonly x: readonly (readonly [number, number])[];
  readonly labels: readonly number[];
}

const spread = Math.sqrt(0.1), zero = [[-1, -2]] as const, one = [[-2, 1], [1, 1], [2, -2]] as const;

/** The mixture of Carrasquilla et al. 2023: class 0 around (−1, −2), class 1 around three other points, all of covariance 0.1 I. */
export function gaussianPoints(count: number, rng: Random): Points {
  const labels = Array.from({ length: count }, () => (rng.uniform() < 0.5 ? 0 : 1));
  const x = labels.map(label => {
    const centre = label ? one[rng.integer(one.length)]! : zero[0];
    return [centre[0] + spread * rng.normal(), centre[1] + spread * rng.normal()] as const;
  });
  return { x, labels };
}

const trainStream = 0x67627472, testStream = 0x67627465;
export const pointsOf = (seed: number, train: number, test: number): { readonly train: Points; readonly test: Points } =>
  ({ train: gaussianPoints(train, random(trainStream, seed)), test: gaussianPoints(test, random(testStream, seed)) });

/** Bits of a 2–hidden–1 network of ±1: first layer, second layer, its bias, the hidden biases, and which activation. */
export const bitsOf = (hidden: number): number => 4 * hidden + 2;

/** Logits of the network that string w stands for; the first parameter is the most significant bit, a bit of 1 is +1. */
export function logits({ x }: Points, hidden: number, w: number): Float64Array {
  const bits = bitsOf(hidden), sign = (k: number): number => ((w >>> (bits - 1 - k)) & 1 ? 1 : -1);
  const second = 2 * hidden, bias = 3 * hidden, first = bias + 1, sigmoid = sign(bits - 1) > 0;
  return Float64Array.from(x, ([a, b]) => {
    let sum = sign(bias);
    for (let h = 0; h < hidden; h++) {
      const z = a * sign(h) + b * sign(hidden + h) + sign(first + h);
      sum += sign(second + h) * (sigmoid ? 1 / (1 + Math.exp(-z)) : Math.max(0, z));
    }
    return sum;
  });
}

/** −ln P(label | logit). */
const surprise = (z: number, label: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - label * z;

/** Networks between two pauses: milliseconds. */
const stretch = 256;

/** Mean negative log-likelihood of all 2^(4 hidden + 2) networks. */
export function* networkCosts(points: Points, hidden: number): Steps<Float64Array> {
  const { labels } = points, costs = new Float64Array(2 ** bitsOf(hidden));
  for (let w = 0; w < costs.length; w++) {
    costs[w] = logits(points, hidden, w).reduce((sum, z, i) => sum + surprise(z, labels[i]!), 0) / labels.length;
    if (w % stretch === 0) yield;
  }
  return costs;
}

export interface Prediction {
  /** Expected over the networks, and of their averaged probabilities. */
  readonly nll: number;
  readonly averagedNll: number;
  /** Share of points on the right side of ½ of the averaged probabilities. */
  readonly accuracy: number;
}

/** Of the networks' probability, what predictions may leave out. */
const negligible = 1e-6;

/** The likeliest networks of a distribution, `most` of them or all but a millionth of it, their probabilities made to sum to 1. */
function likeliest(p: Float64Array, most: number): number[] {
  const order = Array.from(p.keys()).filter(w => p[w]! > 0).sort((a, b) => p[b]! - p[a]! || a - b).slice(0, most);
  let mass = 0;
  const enough = order.findIndex(w => (mass += p[w]!) >= 1 - negligible);
  return enough < 0 ? order : order.slice(0, enough + 1);
}

/** The likeliest networks on points. */
export function* predict(points: Points, hidden: number, p: Float64Array, most: number): Steps<Prediction> {
  const { labels } = points, order = likeliest(p, most);
  const mass = order.reduce((sum, w) => sum + p[w]!, 0), averaged = new Float64Array(labels.length);
  let nll = 0;
  for (const w of order) {
    logits(points, hidden, w).forEach((z, i) => {
      averaged[i]! += p[w]! / mass / (1 + Math.exp(-z));
      nll += p[w]! / mass * surprise(z, labels[i]!) / labels.length;
    });
    yield;
  }
  let averagedNll = 0, right = 0;
  averaged.forEach((chance, i) => {
    averagedNll -= Math.log(labels[i] ? chance : 1 - chance) / labels.length;
    if ((chance >= 0.5) === (labels[i] === 1)) right++;
  });
  return { nll, averagedNll, accuracy: right / labels.length };
}
