import { breathing } from '../../core/breathing.js';
import { headAccuracy, headState, type HeadData } from '../../qubo/head.js';
import { trainHeadByQubo, trainHeadExactly, type HeadTraining, type TrainedHead } from '../../qubo/head-training.js';
import { annealing } from '../../qubo/solvers/annealing.js';
import { trainDense } from './dense-network.js';
import { firstImages, publishedSets, type LabelledImages, type LabelledSplit } from './labelled-images.js';
import { convolutionFeatures, randomFilters, standardized } from './random-features.js';
import { segmentDigits } from './segment-digits.js';
import type { Study, StudyOptions, StudyRow } from './study.js';

/** 16 features and a bias, which is what makes 15 bits fit a quantum annealer's 40,000 couplers and 20 bits not. */
const convolution = { filters: 4, pool: 2 }, d = convolution.filters * convolution.pool ** 2;
const ridge = 1e-4, range = 1;
/** Many short reads find lower energies of these QUBOs than few long ones of as many sweeps. */
const full = { train: Infinity, test: Infinity, iterations: 50, sweeps: 200, reads: 25, adamSteps: 20000 };
const quick: typeof full = { train: 2000, test: 1000, iterations: 15, sweeps: 100, reads: 5, adamSteps: 4000 };

/** How the QUBOs of a method are solved, and with how many bits. */
const ways = { qubo: [3, 5, 8, 10, 15, 20], descend: [3, 5, 8, 10, 15, 20], zoom: [3, 5, 10, 20] };
interface QuboMethod { readonly way: string; readonly bits: number }
const byQubo: ReadonlyMap<string, QuboMethod> =
  new Map(Object.entries(ways).flatMap(([way, all]) => all.map(bits => [`${way}-${bits}`, { way, bits }])));

const variants: readonly string[] = ['segments', 'digits', 'mnist', 'fashion', 'cifar', 'emnist'];

function splitOf({ variant, folder }: StudyOptions, seed: number): LabelledSplit {
  if (variant === 'segments') return segmentDigits({ train: 4000, test: 2000, seed });
  if (!folder) throw new RangeError(`qubo-head: expected a data folder for ${variant}, got none; segments needs none`);
  return publishedSets[variant]!(folder);
}

interface Heads { readonly train: HeadData; readonly test: HeadData }

function headsOf({ train, test }: LabelledSplit, seed: number): Heads {
  const filters = randomFilters(convolution.filters, train.shape[0], seed), { pool } = convolution;
  const [features, others] = standardized(convolutionFeatures(train, filters, pool), convolutionFeatures(test, filters, pool), d);
  const common = { width: d + 1, classes: train.classes };
  return { train: { ...common, features, labels: train.labels }, test: { ...common, features: others, labels: test.labels } };
}

/** Adam on the cross-entropy alone, as the other dense classifiers are trained. */
async function adam(data: HeadData, steps: number, seed: number, onStep: () => Promise<void>): Promise<Float64Array> {
  const { features, labels, classes } = data;
  const pixels = Float32Array.from(features).filter((_, at) => at % (d + 1) < d), perEpoch = Math.ceil(labels.length / 32);
  const images: LabelledImages = { shape: [1, 1, d], count: labels.length, classes, pixels, labels };
  const [layer] = await trainDense(images, { hidden: [], epochs: Math.ceil(steps / perEpoch), seed, onStep });
  return Float64Array.from({ length: classes * (d + 1) }, (_, at) => {
    const c = Math.floor(at / (d + 1)), j = at % (d + 1);
    return j < d ? layer!.weights[c * d + j]! : layer!.biases[c]!;
  });
}

type Size = typeof full;

/** Training by the bound, exactly or by QUBOs. */
async function trainedBy(
  method: string, data: HeadData, seed: number, size: Size, training: HeadTraining, signal?: AbortSignal,
): Promise<TrainedHead> {
  const qubo = byQubo.get(method);
  if (!qubo) return trainHeadExactly(data, training);
  const { way, bits } = qubo, descend = way === 'descend';
  const solve = { sweeps: size.sweeps, reads: descend ? 1 : size.reads, seed, ...(signal && { signal }) };
  return trainHeadByQubo(data, { ...training, bits, range, solver: annealing(), solve, descend, zoom: way === 'zoom' });
}

async function rowsOf(heads: Heads, seed: number, size: Size, options: StudyOptions): Promise<StudyRow[]> {
  const { methods, onProgress, onRow, variant, signal } = options, breathe = breathing('qubo-head', signal), rows: StudyRow[] = [];
  for (const method of methods) {
    const began = performance.now(), bits = byQubo.get(method)?.bits ?? null;
    const onIteration = (done: number): Promise<void> => {
      onProgress?.({ phase: `${method}, seed ${seed}`, done, total: size.iterations });
      return breathe();
    };
    const training = { iterations: size.iterations, ridge, onIteration };
    const trained = method === 'adam'
      ? { W: await adam(heads.train, size.adamSteps, seed, breathe), reached: null }
      : await trainedBy(method, heads.train, seed, size, training, signal);
    const { W, reached } = trained, seconds = (performance.now() - began) / 1000;
    rows.push({
      method, variant, seed, bits, variables: bits && bits * (d + 1), reached, seconds,
      trainAccuracy: headAccuracy(heads.train, W), accuracy: headAccuracy(heads.test, W), loss: headState(heads.train, W, ridge).loss,
    });
    onRow?.(rows.at(-1)!);
  }
  return rows;
}

/**
 * The last layer of a classifier on frozen random convolution features, trained by one QUBO for each class and iteration (the setting
 * of arXiv 2603.02958). "qubo" is simulated annealing alone; "descend" goes on from its sample with all bits of one weight at a time,
 * which no Ising machine does; "zoom" is annealing alone with a range that halves when steps get small. "exact" takes the steps that
 * all encodings approximate, as many times; "adam" trains to convergence.
 */
export const quboHead: Study = {
  name: 'qubo-head',
  summary: 'a classifier\'s last layer trained by QUBOs of 3 to 20 bits a weight, on frozen random convolutions',
  variants,
  methods: ['exact', 'adam', ...byQubo.keys()],
  columns: [
    { key: 'bits', title: 'bits' },
    { key: 'variables', title: 'variables' },
    { key: 'trainAccuracy', title: 'train accuracy', digits: 4 },
    { key: 'accuracy', title: 'test accuracy', digits: 4 },
    { key: 'loss', title: 'training loss', digits: 4 },
    { key: 'reached', title: 'of exact descent', digits: 3 },
    { key: 'seconds', title: 'seconds', digits: 1 },
  ],
  async run(options) {
    const { variant, methods, seeds } = options, size = options.quick ? quick : full, rows: StudyRow[] = [];
    if (!variants.includes(variant)) throw new RangeError(`qubo-head: expected a variant of ${variants.join(', ')}, got ${variant}`);
    const unknown = methods.find(name => !quboHead.methods.includes(name));
    if (unknown !== undefined) throw new RangeError(`qubo-head: expected methods of ${quboHead.methods.join(', ')}, got ${unknown}`);
    let data = '';
    for (const seed of seeds) {
      const split = splitOf(options, seed), train = firstImages(split.train, size.train), test = firstImages(split.test, size.test);
      data = `${split.data}; ${train.count} and ${test.count} used; ${convolution.filters} random 3×3 filters, 2×2 means of each`;
      rows.push(...await rowsOf(headsOf({ data, train, test }, seed), seed, size, options));
    }
    return { data, rows };
  },
};
