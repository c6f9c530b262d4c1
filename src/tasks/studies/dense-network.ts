import { adamStep, alloc, free, gemm, transposed, view } from '../../kernels/index.js';
import { random } from '../../core/random.js';
import { pixelsPer, type LabelledImages } from './labelled-images.js';

/** y = W x + b; W is neurons × fanIn, row-major. */
export interface DenseLayer {
  readonly fanIn: number;
  readonly neurons: number;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** Rectifiers between layers; the last layer gives the logits of a softmax. */
export type DenseNetwork = readonly DenseLayer[];

export interface DenseTraining {
  /** Neurons of each hidden layer; none for softmax regression. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly seed: number;
  /** Called after each batch; a promise lets the event loop run. */
  readonly onStep?: (step: number, steps: number) => Promise<void> | void;
}

/** As Keras trains unless told otherwise: Adam at 0.001, batches of 32, Glorot-uniform weights, zero biases. */
const batch = 32, adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** Keeps the order of images apart from the first weights. */
const orderStream = 1;

interface Trained { readonly value: Float32Array; readonly grad: Float32Array; readonly m: Float32Array; readonly v: Float32Array }

const trained = (value: ArrayLike<number>): Trained => {
  const of = (): Float32Array => alloc(value.length), held = { value: of(), grad: of(), m: of(), v: of() };
  held.value.set(value);
  return held;
};

function glorot(fanIn: number, neurons: number, ...seed: number[]): Float32Array {
  const limit = Math.sqrt(6 / (fanIn + neurons)), rng = random(...seed);
  return Float32Array.from({ length: fanIn * neurons }, () => limit * (2 * rng.uniform() - 1));
}

/** In place: logits to (softmax − one-hot)/count. */
function crossEntropyGradient(logits: Float32Array, labels: Uint8Array, classes: number): void {
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += row[c] = Math.exp(row[c]! - most);
    for (let c = 0; c < classes; c++) row[c] = (row[c]! / sum - (c === label ? 1 : 0)) / labels.length;
  });
}

/** Minimises the cross-entropy; the same seed gives the same network to the bit. */
export async function trainDense(images: LabelledImages, { hidden, epochs, seed, onStep }: DenseTraining): Promise<DenseNetwork> {
  const sizes = [pixelsPer(images), ...hidden, images.classes], depth = sizes.length - 1;
  const weights = sizes.slice(1).map((neurons, k) => trained(glorot(sizes[k]!, neurons, seed, k)));
  const biases = sizes.slice(1).map(neurons => trained(new Float32Array(neurons)));
  const values = sizes.map(size => alloc(batch * size)), labels = new Uint8Array(batch);
  const rng = random(seed, depth, orderStream), order = Uint32Array.from({ length: images.count }, (_, i) => i);
  const perEpoch = Math.ceil(images.count / batch);
  const shuffle = (): void => {
    for (let i = order.length - 1; i > 0; i--) {
      const j = rng.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
  };
  for (let step = 0; step < epochs * perEpoch; step++) {
    if (step % perEpoch === 0) shuffle();
    const from = (step % perEpoch) * batch, count = Math.min(batch, images.count - from);
    for (let i = 0; i < count; i++) {
      const at = order[from + i]!;
      values[0]!.set(images.pixels.subarray(at * sizes[0]!, (at + 1) * sizes[0]!), i * sizes[0]!);
      labels[i] = images.labels[at]!;
    }
    for (let k = 0; k < depth; k++)
      affine(values[k]!, weights[k]!.value, biases[k]!.value, values[k + 1]!, count, k + 1 < depth);
    crossEntropyGradient(values[depth]!, labels.subarray(0, count), images.classes);
    for (let k = depth - 1; k >= 0; k--) {
      const [inputs, outputs] = [sizes[k]!, sizes[k + 1]!], g = view(values[k + 1]!, count, outputs);
      gemm(transposed(g), view(values[k]!, count, inputs), view(weights[k]!.grad, outputs, inputs));
      biases[k]!.grad.fill(0);
      for (let i = 0, at = 0; i < count; i++) for (let o = 0; o < outputs; o++) biases[k]!.grad[o]! += values[k + 1]![at++]!;
      if (k > 0) pullBack(g.data, weights[k]!.value, values[k]!, count, inputs, outputs);
      for (const { value, grad, m, v } of [weights[k]!, biases[k]!]) adamStep(value, grad, m, v, { ...adam, step: step + 1 });
    }
    await onStep?.(step + 1, epochs * perEpoch);
  }
  const network = weights.map(({ value }, k) =>
    ({ fanIn: sizes[k]!, neurons: sizes[k + 1]!, weights: value.slice(), biases: biases[k]!.value.slice() }));
  for (const array of [...values, ...[...weights, ...biases].flatMap(held => Object.values(held) as Float32Array[])]) free(array);
  return network;
}

/** out = x Wᵀ + b, rectified if asked. */
function affine(
  x: Float32Array, weights: Float32Array, biases: Float32Array, out: Float32Array, count: number, rectified: boolean,
): void {
  const outputs = biases.length, inputs = weights.length / outputs;
  gemm(view(x, count, inputs), transposed(view(weights, outputs, inputs)), view(out, count, outputs));
  for (let i = 0, at = 0; i < count; i++)
    for (let o = 0; o < outputs; o++, at++) {
      const value = out[at]! + biases[o]!;
      out[at] = rectified && value < 0 ? 0 : value;
    }
}

/** x ← (g W) where x > 0, else 0: through the rectifier whose output x is. */
function pullBack(g: Float32Array, weights: Float32Array, x: Float32Array, count: number, inputs: number, outputs: number): void {
  const alive = x.slice(0, count * inputs);
  gemm(view(g, count, outputs), view(weights, outputs, inputs), view(x, count, inputs));
  for (let i = 0; i < alive.length; i++) if (alive[i]! <= 0) x[i] = 0;
}

/** The outputs of one layer before its activation, count × neurons. */
export function preActivations({ weights, biases, neurons }: DenseLayer, x: Float32Array, count: number): Float32Array {
  const out = new Float32Array(count * neurons);
  affine(x, weights, biases, out, count, false);
  return out;
}

export const rectify = (values: Float32Array): Float32Array => values.map(value => Math.max(0, value));

/** The fraction of rows of count × classes outputs whose largest entry is the label. */
export function accuracyOf(outputs: ArrayLike<number>, labels: Uint8Array): number {
  const classes = outputs.length / labels.length;
  let right = 0;
  labels.forEach((label, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (outputs[i * classes + c]! > outputs[i * classes + best]!) best = c;
    if (best === label) right++;
  });
  return right / labels.length;
}
