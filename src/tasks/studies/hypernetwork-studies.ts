import { paced } from '../../core/steps.js';
import { breathing } from '../../core/breathing.js';
import { bitsOf, networkCosts, pointsOf, predict } from './hypernetwork-gaussians.js';
import { searchColumns, tableColumns, tableMethods, type TableProblem, type Trained } from './hypernetwork-methods.js';
import { accuracyOf, crossEntropies, encodedCrossEntropies, encodingOf, twoDigits } from './hypernetwork-mnist.js';
import type { Study, StudyOptions, StudyRow } from './study.js';

/** As many iterations, and the gradient to end at, as the published runs have. */
const full = { iterations: 500, gradient: 1e-6 }, brief = { iterations: 20, gradient: 1e-6 };

type Columns = Readonly<Record<string, number>>;

/** One table for a seed, and what its columns say beside those of the search. */
interface Table {
  readonly problem: Omit<TableProblem, 'seed' | 'optimizer'> & { readonly decrease: number };
  columns(trained: Trained): Columns | Promise<Columns>;
}

/** Lets the event loop run; throws where the study was stopped. */
type Pause = () => Promise<void>;

async function rowsOf(
  study: Study, options: StudyOptions, pause: Pause, tableOf: (seed: number) => Table | Promise<Table>,
): Promise<StudyRow[]> {
  const { methods, variant, seeds, quick } = options, rows: StudyRow[] = [];
  const unknown = methods.find(name => !study.methods.includes(name));
  if (unknown !== undefined) throw new RangeError(`${study.name}: expected methods of ${study.methods.join(', ')}, got ${unknown}`);
  for (const seed of seeds) {
    const { problem: { decrease, ...problem }, columns } = await tableOf(seed);
    for (const [done, method] of methods.entries()) {
      options.onProgress?.({ phase: `${method}, seed ${seed}`, done, total: methods.length });
      await pause();
      const optimizer = { ...(quick ? brief : full), decrease }, began = performance.now();
      const trained = await tableMethods[method]!({ ...problem, seed, optimizer }, pause);
      const seconds = (performance.now() - began) / 1000;
      const row = { method, variant, seed, ...tableColumns(problem.costs, trained), ...await columns(trained), seconds };
      rows.push(row);
      options.onRow?.(row);
    }
  }
  return rows;
}

const seconds = { key: 'seconds', title: 'seconds', digits: 2 } as const;

interface Digits {
  readonly digits: readonly [number, number];
  readonly depth: number;
  /** The value of a bit of 0; two more bits choose it where it is not given. */
  readonly lower?: number;
}

const digitVariants: Readonly<Record<string, Digits>> = {
  'depth-4': { digits: [0, 1], depth: 4, lower: -3 }, 'depth-2': { digits: [0, 1], depth: 2, lower: -3 },
  'signs': { digits: [0, 1], depth: 4, lower: -1 }, 'encoding': { digits: [3, 7], depth: 6 },
};

/**
 * Logistic regression with weights of −3 and 1 on 4 × 4 images of 0 and 1, after Carrasquilla et al. 2023 (arXiv 2301.08292):
 * 17 qubits, qubit 0 the bias and then the pixels from the last, as the reference orders them. The elbo has the Bayesian
 * temperature, 1 / samples of the mean cost; the selbo's weight is ours. Accuracies are those of the best string. The values
 * are those whose table has the published least, mean and largest cost; signs has ±1. With encoding, digits 3 and 7 and two
 * more qubits in front, which choose the lower of the two values of all weights, 0, −1, −2 or −3; the higher is 1.
 */
export const mnist4x4: Study = {
  name: 'mnist-4x4',
  summary: 'hypernetworks of 17 or 19 qubits: two digits at 4×4 by weights of two values, by expected cost, ELBO and SELBO',
  variants: Object.keys(digitVariants),
  methods: Object.keys(tableMethods),
  columns: [
    ...searchColumns,
    { key: 'trainAccuracy', title: 'train accuracy', digits: 4 },
    { key: 'testAccuracy', title: 'test accuracy', digits: 4 },
    { key: 'lower', title: 'lower value' },
    seconds,
  ],
  async run(options) {
    const chosen = digitVariants[options.variant];
    if (!chosen) throw new RangeError(`mnist-4x4: expected a variant of ${mnist4x4.variants.join(', ')}, got ${options.variant}`);
    const { digits, depth, lower } = chosen, { data, train, test } = twoDigits(options.folder, digits);
    const pause = breathing(mnist4x4.name, options.signal);
    const costs = lower === undefined ? await paced(encodedCrossEntropies(train), pause) : crossEntropies(train, lower);
    const problem = { costs, samples: train.samples, depth, weight: 0.01, decrease: 1e-10 };
    const columns = ({ best }: Trained) => {
      const own = lower ?? encodingOf(best);
      return { trainAccuracy: accuracyOf(train, best, own), testAccuracy: accuracyOf(test, best, own), lower: own };
    };
    return { data, rows: await rowsOf(mnist4x4, options, pause, () => ({ problem, columns })) };
  },
};

interface Network { readonly hidden: number; readonly depth: number }

const networks: Readonly<Record<string, Network>> = {
  '10-qubits': { hidden: 2, depth: 4 }, '10-qubits-depth-2': { hidden: 2, depth: 2 }, '18-qubits': { hidden: 4, depth: 4 },
};
const trainCount = 40, testCount = 4000, mostNetworks = 1024;
/** Against the sum over samples; ours, as are the numbers of points. */
const surrogateWeight = 4;

/**
 * Networks of ±1 and one bit of architecture, sigmoid or ReLU, on a generated Gaussian mixture (Carrasquilla et al. 2023):
 * 2–2–1 in 10 qubits, or 2–4–1 in the 18 of the reference; drawn anew for each seed. Trained on the log-likelihood, so that
 * the ELBO is one; test columns leave out a millionth of the probability, and of 18 qubits all but the 1,024 likeliest
 * networks.
 */
export const gaussiansBnn: Study = {
  name: 'gaussians-bnn',
  summary: 'hypernetworks of 10 or 18 qubits: binary networks on a Gaussian mixture, by expected cost, ELBO and SELBO',
  variants: Object.keys(networks),
  methods: Object.keys(tableMethods),
  columns: [
    ...searchColumns,
    { key: 'testNll', title: 'test NLL', digits: 4 },
    { key: 'averagedNll', title: 'averaged test NLL', digits: 4 },
    { key: 'testAccuracy', title: 'test accuracy', digits: 4 },
    seconds,
  ],
  async run(options) {
    const network = networks[options.variant];
    if (!network)
      throw new RangeError(`gaussians-bnn: expected a variant of ${gaussiansBnn.variants.join(', ')}, got ${options.variant}`);
    const { hidden, depth } = network, pause = breathing(gaussiansBnn.name, options.signal);
    const rows = await rowsOf(gaussiansBnn, options, pause, async seed => {
      const { train, test } = pointsOf(seed, trainCount, testCount), costs = await paced(networkCosts(train, hidden), pause);
      return {
        problem: { costs, samples: trainCount, depth, weight: surrogateWeight / trainCount, decrease: 1e-8 },
        async columns({ p }) {
          const { nll, averagedNll, accuracy } = await paced(predict(test, hidden, p, mostNetworks), pause);
          return { testNll: nll, averagedNll, testAccuracy: accuracy };
        },
      };
    });
    return { data: `a mixture of four Gaussians, ${trainCount} training and ${testCount} test points, ${bitsOf(hidden)} bits`, rows };
  },
};
