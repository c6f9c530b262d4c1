import { bitsOf, networkCosts, pointsOf, predict } from './hypernetwork-gaussians.js';
import { searchColumns, tableColumns, tableMethods, type TableProblem, type Trained } from './hypernetwork-methods.js';
import { accuracyOf, crossEntropies, zeroOne } from './hypernetwork-mnist.js';
import type { Study, StudyOptions, StudyRow } from './study.js';

const full = { iterations: 300, gradient: 1e-6 }, brief = { iterations: 20, gradient: 1e-6 };

const stopped = (study: string): Error => Object.assign(new Error(`${study}: interrupted`), { name: 'AbortError' });

/** One table for a seed, and what its columns say beside those of the search. */
interface Table {
  readonly problem: Omit<TableProblem, 'seed' | 'optimizer'> & { readonly decrease: number };
  columns(trained: Trained): Readonly<Record<string, number>>;
}

function rowsOf(study: Study, options: StudyOptions, tableOf: (seed: number) => Table): StudyRow[] {
  const { methods, variant, seeds, quick, signal } = options, rows: StudyRow[] = [];
  const unknown = methods.find(name => !study.methods.includes(name));
  if (unknown !== undefined) throw new RangeError(`${study.name}: expected methods of ${study.methods.join(', ')}, got ${unknown}`);
  for (const seed of seeds) {
    const { problem: { decrease, ...problem }, columns } = tableOf(seed);
    for (const [done, method] of methods.entries()) {
      options.onProgress?.({ phase: `${method}, seed ${seed}`, done, total: methods.length });
      const optimizer = { ...(quick ? brief : full), decrease, ...(signal && { signal }) }, began = performance.now();
      const trained = tableMethods[method]!({ ...problem, seed, optimizer }), seconds = (performance.now() - began) / 1000;
      if (signal?.aborted) throw stopped(study.name);
      const row = { method, variant, seed, ...tableColumns(problem.costs, trained), ...columns(trained), seconds };
      rows.push(row);
      options.onRow?.(row);
    }
  }
  return rows;
}

const seconds = { key: 'seconds', title: 'seconds', digits: 2 } as const;

/**
 * Logistic regression with weights of ±1 on 4 × 4 images of 0 and 1, after Carrasquilla et al. 2023 (arXiv 2301.08292): 17 qubits, qubit
 * 0 the bias and then the pixels from the last, as the reference orders them. The elbo has the Bayesian temperature, 1 / samples of the
 * mean cost; the selbo's weight is ours. Accuracies are those of the best string.
 */
export const mnist4x4: Study = {
  name: 'mnist-4x4',
  summary: 'hypernetworks of 17 qubits: digits 0 and 1 at 4×4 by weights of ±1, by expected cost, ELBO and SELBO',
  variants: ['depth-4', 'depth-2'],
  methods: Object.keys(tableMethods),
  columns: [
    ...searchColumns,
    { key: 'trainAccuracy', title: 'train accuracy', digits: 4 },
    { key: 'testAccuracy', title: 'test accuracy', digits: 4 },
    seconds,
  ],
  async run(options) {
    const depth = { 'depth-4': 4, 'depth-2': 2 }[options.variant];
    if (!depth) throw new RangeError(`mnist-4x4: expected a variant of ${mnist4x4.variants.join(', ')}, got ${options.variant}`);
    const { data, train, test } = zeroOne(options.folder), costs = crossEntropies(train);
    const problem = { costs, samples: train.samples, depth, weight: 0.01, decrease: 1e-7 };
    const columns = ({ best }: Trained) => ({ trainAccuracy: accuracyOf(train, best), testAccuracy: accuracyOf(test, best) });
    return { data, rows: rowsOf(mnist4x4, options, () => ({ problem, columns })) };
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
 * Networks of ±1 and one bit of architecture, sigmoid or ReLU, on a generated Gaussian mixture (Carrasquilla et al. 2023): 2–2–1 in 10
 * qubits, or 2–4–1 in the 18 of the reference; drawn anew for each seed. Trained on the log-likelihood, so that the ELBO is one; test
 * columns leave out a millionth of the probability, and of 18 qubits all but the 1,024 likeliest networks.
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
    if (!network) throw new RangeError(`gaussians-bnn: expected a variant of ${gaussiansBnn.variants.join(', ')}, got ${options.variant}`);
    const { hidden, depth } = network;
    const rows = rowsOf(gaussiansBnn, options, seed => {
      const { train, test } = pointsOf(seed, trainCount, testCount), costs = networkCosts(train, hidden);
      return {
        problem: { costs, samples: trainCount, depth, weight: surrogateWeight / trainCount, decrease: 1e-8 },
        columns({ p }) {
          const { nll, averagedNll, accuracy } = predict(test, hidden, p, mostNetworks);
          return { testNll: nll, averagedNll, testAccuracy: accuracy };
        },
      };
    });
    return { data: `a mixture of four Gaussians, ${trainCount} training and ${testCount} test points, ${bitsOf(hidden)} bits`, rows };
  },
};
