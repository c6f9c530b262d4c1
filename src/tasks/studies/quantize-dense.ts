import { largestScale } from '../../qubo/rounding/index.js';
import { breathing } from '../../core/breathing.js';
import { accuracyOf, trainDense } from './dense-network.js';
import { firstImages, pixelsPer, publishedSets, resized, type LabelledImages, type LabelledSplit } from './labelled-images.js';
import { affordable, quantizationOf, quantizedNames } from './quantize-methods.js';
import { bytesOf, floatLogits, quantizedLogits, quantizer, type QuantizedLayer } from './quantized-network.js';
import { segmentDigits } from './segment-digits.js';
import type { Study, StudyOptions, StudyRow } from './study.js';

interface Variant {
  /** A published set; seven-segment digits without one. */
  readonly set?: string;
  /** The side that images are resized to. */
  readonly side?: number;
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly inputs: 'float' | 'quantized';
}

const softmax = (set: string, side: number | undefined, epochs = 5): Variant =>
  ({ set, ...(side && { side }), hidden: [], epochs, inputs: 'float' });
const perceptron = (inputs: Variant['inputs']): Variant => ({ set: 'mnist', hidden: [64], epochs: 5, inputs });

const variants: Readonly<Record<string, Variant>> = {
  segments: { hidden: [], epochs: 40, inputs: 'float' },
  'mnist-28': softmax('mnist', undefined),
  'mnist-10': softmax('mnist', 10),
  'mnist-4': softmax('mnist', 4),
  'fashion-28': softmax('fashion', undefined),
  'fashion-10': softmax('fashion', 10),
  'cifar-10': softmax('cifar', 10, 10),
  'cifar-32': softmax('cifar', undefined, 10),
  digits: softmax('digits', undefined, 40),
  emnist: softmax('emnist', undefined),
  'mnist-mlp': perceptron('quantized'),
  'mnist-mlp-float-inputs': perceptron('float'),
};

/** Images that are calibrated on, and how long each neuron of a small layer is annealed. */
const full = { calibration: 1000, train: Infinity, test: Infinity, epochs: Infinity, sweeps: 5000, reads: 2 };
const quick = { calibration: 250, train: 6000, test: 1000, epochs: 5, sweeps: 100, reads: 2 };
/** Large layers get fewer sweeps: inputs squared times neurons times sweeps is at most this, but no fewer than the least. */
const annealedWork = 3e10, leastSweeps = 100;

function splitOf(name: string, { set, side }: Variant, { folder }: StudyOptions, seed: number): LabelledSplit {
  if (set === undefined) return segmentDigits({ train: 4000, test: 2000, seed });
  if (!folder) throw new RangeError(`quantize-dense: expected a data folder for ${name}, got none; segments needs none`);
  const { data, train, test } = publishedSets[set]!(folder);
  if (side === undefined) return { data, train, test };
  return { data: `${data}, bilinear to ${side}×${side}`, train: resized(train, side, side), test: resized(test, side, side) };
}

/** Σ over outputs of the mean squared difference. */
function outputError(a: Float32Array, b: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / count;
}

/** Which methods found the neurons, most often first. */
function foundBy(layers: readonly QuantizedLayer[]): string {
  const counts = new Map<string, number>();
  for (const by of layers.flatMap(({ rounded }) => rounded.by)) counts.set(by, (counts.get(by) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([by, count]) => `${by} ${count}`).join(', ');
}

async function rowsOf(split: LabelledSplit, variant: Variant, seed: number, options: StudyOptions): Promise<StudyRow[]> {
  const { methods, onProgress, onRow, signal } = options, size = options.quick ? quick : full, breathe = breathing('quantize-dense', signal);
  const train = firstImages(split.train, size.train), test = firstImages(split.test, size.test);
  const images = firstImages(train, size.calibration), rows: StudyRow[] = [];
  const network = await trainDense(train, {
    hidden: variant.hidden, epochs: Math.min(variant.epochs, size.epochs), seed,
    onStep: async (step, steps) => {
      await breathe();
      if (step % 50 === 0 || step === steps) onProgress?.({ phase: `train, seed ${seed}`, done: step, total: steps });
    },
  });
  const inputs = Math.max(...network.map(({ fanIn }) => fanIn)), neurons = network.reduce((sum, layer) => sum + layer.neurons, 0);
  const most = Math.floor(annealedWork / (inputs * inputs * neurons));
  const sweeps = Math.min(size.sweeps, Math.max(leastSweeps, most)), budget = { sweeps, reads: size.reads, seed, ...(signal && { signal }) };
  const quantize = quantizer(network, images, { inputs: variant.inputs, onNeuron: breathe });
  const reference = { images: floatLogits(network, images), test: floatLogits(network, test) };
  const add = (row: StudyRow): void => { rows.push(row); onRow?.(row); };
  const scored = (method: string, logits: (of: LabelledImages) => Float32Array, more: Record<string, string | number | null>): void => {
    const outputs = logits(test), accuracy = accuracyOf(outputs, test.labels);
    const mse = outputError(logits(images), reference.images, images.count);
    const testMse = outputError(outputs, reference.test, test.count);
    add({ method, variant: options.variant, seed, accuracy, mse, testMse, ...more });
  };
  for (const [done, name] of methods.entries()) {
    onProgress?.({ phase: `${name}, seed ${seed}`, done, total: methods.length });
    if (name === 'float') {
      const bytes = 4 * network.reduce((sum, layer) => sum + layer.weights.length + layer.biases.length, 0);
      scored(name, of => floatLogits(network, of), { bits: 32, seconds: 0, bytes, clip: null, by: null, proven: null });
      continue;
    }
    const way = quantizationOf(name, budget), { layers, seconds } = await quantize(way);
    const clip = layers[0]!.rounded.scale / largestScale(way.grid, network[0]!.weights);
    const proven = layers.reduce((sum, { rounded }) => sum + rounded.proven, 0);
    const more = { bits: way.grid.bits, seconds, bytes: bytesOf(layers), clip, by: foundBy(layers), proven };
    scored(name, of => quantizedLogits(layers, of), more);
  }
  return rows;
}

/**
 * Classifiers trained in float and quantized after training by their output error on 1,000 training images (arXiv 2510.16075),
 * against round to nearest, greedy descent and GPTQ. Rows "fitted" and "one-bit" search the scale and fit the biases; all others
 * use the paper's largest scale and round the biases.
 */
export const quantizeDense: Study = {
  name: 'quantize-dense',
  summary: 'softmax and one-hidden-layer classifiers quantized to int8 … int1 and one-bit ±λ: QUBO, GPTQ, greedy, round to nearest',
  variants: Object.keys(variants),
  methods: ['float', ...quantizedNames],
  columns: [
    { key: 'bits', title: 'bits' },
    { key: 'accuracy', title: 'test accuracy', digits: 4 },
    { key: 'mse', title: 'output mse' },
    { key: 'testMse', title: 'test output mse' },
    { key: 'seconds', title: 'seconds', digits: 2 },
    { key: 'bytes', title: 'bytes' },
    { key: 'clip', title: 'scale / largest', digits: 3 },
    { key: 'by', title: 'found by' },
    { key: 'proven', title: 'neurons proven' },
  ],
  async run(options) {
    const variant = variants[options.variant];
    if (!variant)
      throw new RangeError(`quantize-dense: expected a variant of ${Object.keys(variants).join(', ')}, got ${options.variant}`);
    const unknown = options.methods.find(name => !quantizeDense.methods.includes(name));
    if (unknown !== undefined)
      throw new RangeError(`quantize-dense: expected methods of ${quantizeDense.methods.join(', ')}, got ${unknown}`);
    const rows: StudyRow[] = [];
    let data = '', notes: readonly string[] = [];
    for (const seed of options.seeds) {
      const split = splitOf(options.variant, variant, options, seed), inputs = pixelsPer(split.train);
      const possible = affordable(options.methods, Math.max(inputs, ...variant.hidden));
      data = `${split.data}; ${inputs} inputs`;
      notes = possible.notes;
      rows.push(...await rowsOf(split, variant, seed, { ...options, methods: possible.methods }));
    }
    return { data, rows, notes };
  },
};
