import { breathing, interruption } from '../../core/breathing.js';
import {
  byQubo, collapsed, dropout, exhaustive, formulate, lexicographicGamma, margins, scored, straightThrough,
  type Trainer, type TrainingProblem,
} from '../../qubo/binary-network/index.js';
import { energy } from '../../qubo/model.js';
import { annealing } from '../../qubo/solvers/annealing.js';
import type { Study, StudyOptions, StudyRow } from './study.js';
import { trainingSource, trainingVariants, type TrainingData } from './train-binary-data.js';

interface Effort {
  readonly qubo: { readonly sweeps: number; readonly reads: number };
  readonly collapsed: { readonly sweeps: number; readonly reads: number };
  /** Of each subnetwork. */
  readonly part: { readonly sweeps: number; readonly reads: number };
  readonly rounds: number;
  readonly straightThrough: { readonly steps: number; readonly starts: number };
}

const full: Effort = {
  qubo: { sweeps: 2000, reads: 10 }, collapsed: { sweeps: 500, reads: 6 }, part: { sweeps: 200, reads: 1 }, rounds: 20,
  straightThrough: { steps: 500, starts: 5 },
};
const brief: Effort = {
  qubo: { sweeps: 200, reads: 5 }, collapsed: { sweeps: 100, reads: 3 }, part: { sweeps: 50, reads: 1 }, rounds: 4,
  straightThrough: { steps: 200, starts: 1 },
};
const briefCount = 8;

interface Method {
  readonly trainer: (effort: Effort) => Trainer;
  /** Margins count, by just too little to outweigh one error. */
  readonly margins?: true;
  /** Settings of a network's weights are counted before: 9-3-1 and smaller. */
  readonly mostInputs?: number;
}

/** Subnetworks get a short search, the whole network the same as without dropout. */
const withDropout = ({ collapsed: whole, part, rounds }: Effort): Trainer =>
  dropout(collapsed(whole), { rounds, parts: collapsed(part) });

const methods: Readonly<Record<string, Method>> = {
  'qubo-annealing': { trainer: ({ qubo }) => byQubo(annealing(), qubo) },
  collapsed: { trainer: effort => collapsed(effort.collapsed) },
  'collapsed-margin': { trainer: effort => collapsed(effort.collapsed), margins: true },
  'collapsed-dropout': { trainer: withDropout },
  'collapsed-margin-dropout': { trainer: withDropout, margins: true },
  exhaustive: { trainer: () => exhaustive(), mostInputs: 9 },
  'straight-through': { trainer: effort => straightThrough(effort.straightThrough) },
};

async function rowOf(name: string, { topology, train, test }: TrainingData, seed: number, options: StudyOptions): Promise<StudyRow> {
  const { trainer, margins: regularised } = methods[name]!, { signal } = options;
  const gamma = regularised ? 0.99 * lexicographicGamma(topology, train.count) : 0;
  const problem: TrainingProblem = { topology, samples: train, gamma };
  const began = performance.now();
  const found = await trainer(options.quick ? brief : full).train(problem, { seed, ...(signal && { signal }) });
  const seconds = (performance.now() - began) / 1000;
  if (signal?.aborted) throw interruption('train-binary');
  const { model, complete } = formulate(problem);
  const marginSum = margins(topology, train, found.weights).reduce((sum, one) => sum + one, 0);
  return {
    method: name, variant: options.variant, seed, samples: train.count, variables: model.n,
    energy: found.energy ?? energy(model, complete(found.weights)),
    trainErrors: found.errors, trainAccuracy: 1 - found.errors / train.count,
    testAccuracy: 1 - scored({ topology, samples: test }, found.weights).errors / test.count,
    meanMargin: marginSum / (train.count * topology.neurons.length), seconds,
  };
}

/**
 * Networks of signs trained on a few binary images as a QUBO, with two regularisers in the spirit of arXiv 2601.00449: margins of all
 * neurons, and linear coefficients from random subnetworks; against annealing of the global QUBO, exhaustive search and
 * straight-through training. Every row runs the network with the weights that were found. Its energy is the solver's own for
 * qubo-annealing, and that of the weights with the auxiliaries that belong to them for all others.
 */
export const trainBinary: Study = {
  name: 'train-binary',
  summary: 'networks of signs trained as a QUBO on small binary images: margins, dropout, collapsed moves, straight-through',
  variants: Object.keys(trainingVariants),
  methods: Object.keys(methods),
  columns: [
    { key: 'samples', title: 'samples' },
    { key: 'variables', title: 'variables' },
    { key: 'energy', title: 'QUBO energy', digits: 3 },
    { key: 'trainErrors', title: 'train errors', digits: 2 },
    { key: 'trainAccuracy', title: 'train accuracy', digits: 4 },
    { key: 'testAccuracy', title: 'test accuracy', digits: 4 },
    { key: 'meanMargin', title: 'mean margin', digits: 3 },
    { key: 'seconds', title: 'seconds', digits: 3 },
  ],
  async run(options) {
    const unknown = options.methods.find(name => !methods[name]);
    if (unknown !== undefined)
      throw new RangeError(`train-binary: expected methods of ${trainBinary.methods.join(', ')}, got ${unknown}`);
    const source = trainingSource(options.variant, options.folder), count = options.quick ? briefCount : source.count;
    const rows: StudyRow[] = [], breathe = breathing('train-binary', options.signal);
    let notes: string[] = [];
    for (const seed of options.seeds) {
      const data = source.draw(seed, count), { inputs } = data.topology;
      const left = options.methods.filter(name => inputs > (methods[name]!.mostInputs ?? Infinity));
      notes = left.map(name => `${name} left out: ${inputs} inputs, at most ${methods[name]!.mostInputs} for it`);
      const possible = options.methods.filter(name => !left.includes(name));
      if (!possible.length) throw new RangeError(`train-binary: expected methods for ${inputs} inputs, got ${left.join(', ')}`);
      for (const [done, name] of possible.entries()) {
        await breathe();
        options.onProgress?.({ phase: `${name}, seed ${seed}`, done, total: possible.length });
        const row = await rowOf(name, data, seed, options);
        rows.push(row);
        options.onRow?.(row);
      }
    }
    return { data: source.data, rows, notes };
  },
};
