// Hypernetworks on the tables of their studies, with intervals over seeds:
//   SIGNFOLD_DATA=../shared/data node dist/benchmarks/hypernetwork.js [gaussians] [digits] [surrogate] [elbo] [gibbs] [encoding] [noise]
// runs all parts, or those named, and puts them into benchmarks/results/hypernetwork.json, seed by seed: the optimum found, its probability and the test
// columns of every method; the trainability claim of ELBO and surrogate as differences from expected cost alone, seed by seed. Noise: circuits
// trained without it, under the depolarising noise of the reference, beside its figures.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { random } from '../src/core/random.js';
import { brick, hypernetwork, noisyProbabilities } from '../src/quantum/index.js';
import { leastOf, tolerance } from '../src/tasks/studies/hypernetwork-methods.js';
import { crossEntropies, twoDigits } from '../src/tasks/studies/hypernetwork-mnist.js';
import { gaussiansBnn, mnist4x4 } from '../src/tasks/studies/hypernetwork-studies.js';
import type { Study, StudyRow } from '../src/tasks/studies/study.js';
import type { DataFolder } from '../src/tasks/task.js';
import { interval, pairedInterval, type Interval } from './intervals.js';

const place = process.env['SIGNFOLD_DATA'];
if (!place) throw new Error('hypernetwork: expected SIGNFOLD_DATA to name the data folder, got nothing');
const folder: DataFolder = {
  read: path => (path.endsWith('.gz') ? gunzipSync(readFileSync(join(place, path))) : readFileSync(join(place, path))),
  list: () => [],
};
const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const round = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));
const shown = ({ mean, half }: Interval, digits: number): string =>
  mean.toFixed(digits) + (half === null ? '' : ` ± ${half.toFixed(digits)}`);

interface Run { readonly methods: readonly string[]; readonly seeds: readonly number[] }

function summary(study: Study, variant: string, data: string, rows: readonly StudyRow[]) {
  const of = (method: string): StudyRow[] => rows.filter(row => row.method === method);
  const values = (method: string, key: string): number[] => of(method).map(row => row[key] as number);
  const keys = study.columns.map(({ key }) => key);
  const methods = study.methods.filter(method => of(method).length).map(method => ({
    method, seeds: of(method).length,
    ...Object.fromEntries(keys.map(key => [key, interval(values(method, key))])) as Record<string, Interval>,
  }));
  const base = 'hypernetwork-mle', others = of(base).length ? ['hypernetwork-elbo', 'hypernetwork-selbo', 'hypernetwork-gibbs', 'product', 'product-gibbs'].filter(method => of(method).length) : [];
  // Seeds ascend for every method, so that pairs are the first of both.
  const differences = others.map(method => {
    const count = Math.min(of(base).length, of(method).length), first = (name: string): number[] => values(name, 'optimal').slice(0, count);
    return { from: base, to: method, optimal: pairedInterval(first(base), first(method)) };
  });
  return { study: study.name, variant, data, methods, differences };
}

/** `onRun` is told the table so far after each of the runs. */
async function tableOf(study: Study, variant: string, runs: readonly Run[], onRun: (table: object) => void) {
  const rows: StudyRow[] = [], onRow = (row: StudyRow): void => {
    rows.push(row);
    console.error(`${study.name} ${variant}: ${row.method}, seed ${row.seed}: ${row['expectedCost']}, ${row['seconds']} s`);
  };
  let data = '';
  for (const run of runs) {
    ({ data } = await study.run({ variant, ...run, quick: false, folder, onRow }));
    onRun(summary(study, variant, data, rows));
  }
  const table = summary(study, variant, data, rows);
  console.log(`\n${study.name} ${variant}: ${data}`);
  for (const { method, seeds, ...rest } of table.methods) {
    const cells = rest as Record<string, Interval>;
    const told = study.columns.map(({ key, title, digits = 4 }) => `${title} ${shown(cells[key]!, digits)}`);
    console.log(`  ${method.padEnd(20)} ${seeds} seeds: ${told.join(', ')}`);
  }
  for (const { from, to, optimal } of table.differences) console.log(`  P(optimum) ${to} - ${from}: ${shown(optimal, 3)}`);
  return table;
}

/** Carrasquilla et al. 2023: strength of the noise, mean cost and probability of the best string, as averaged from their stored samples. */
const published = [[0, 0.3269, 0.31], [1, 0.3553, 0.18], [2, 0.3827, 0.16]] as const;
const tried = 5, trajectories = 60, noiseStream = 0x6e6f6973;

/** The circuits of digits at depth 4 that found the optimum, each under noise. */
function noise() {
  const { data, train } = twoDigits(folder, [0, 1]), costs = crossEntropies(train, -3), best = leastOf(costs), depth = 4;
  const optimizer = { iterations: 300, gradient: 1e-6, decrease: 1e-7 }, of = brick(Math.log2(costs.length), { depth });
  const trained = seedsTo(tried).map(seed => hypernetwork(costs, { depth, objective: { kind: 'mle' }, seed, optimizer }));
  const angles = trained.filter(({ expectedCost }) => expectedCost <= costs[best]! + tolerance).map(own => own.angles);
  const rows = published.map(([strength, publishedCost, publishedBest]) => {
    const told = angles.map((own, k) => {
      const rates = { one: 0.001 * strength, two: 0.00375 * strength };
      const p = noisyProbabilities(of, own, rates, strength ? trajectories : 1, random(noiseStream, k, strength));
      return {
        cost: p.reduce((sum, chance, w) => sum + chance * costs[w]!, 0), best: p[best]!,
        near: p.reduce((sum, chance, w) => sum + (costs[w]! <= costs[best]! + tolerance ? chance : 0), 0),
      };
    });
    const row = {
      strength, one: 0.001 * strength, two: 0.00375 * strength, publishedCost, publishedBest,
      cost: interval(told.map(each => each.cost)), best: interval(told.map(each => each.best)), near: interval(told.map(each => each.near)),
    };
    console.log(`  noise ${strength}: cost ${shown(row.cost, 4)} (published ${publishedCost}), P(best) ${shown(row.best, 3)} (${publishedBest}), ` +
      `P(within ${tolerance}) ${shown(row.near, 3)}`);
    return row;
  });
  return { data, tried, circuits: angles.length, trajectories, rows };
}

const all = seedsTo(20), gibbs = ['hypernetwork-gibbs', 'product-gibbs'], own = ['hypernetwork-elbo', 'hypernetwork-selbo', ...gibbs];
const common = mnist4x4.methods.filter(method => !own.includes(method));
type Save = (result: object) => void;
/** Methods that have a part of their own on the digits, with all seeds. */
async function alone(methods: readonly string[], save: Save): Promise<void> {
  await tableOf(mnist4x4, 'depth-4', all.map(seed => ({ methods, seeds: [seed] })), table => save({ tables: [table] }));
}
const parts: Readonly<Record<string, (save: Save) => Promise<void> | void>> = {
  async gaussians(save) {
    const tables: object[] = [];
    for (const variant of ['10-qubits', '10-qubits-depth-2'])
      tables.push(await tableOf(gaussiansBnn, variant, [{ methods: gaussiansBnn.methods, seeds: all }], table => save({ tables: [...tables, table] })));
  },
  async digits(save) {
    const runs = all.map(seed => ({ methods: seed <= 5 ? [...common, 'hypernetwork-elbo', 'hypernetwork-selbo'] : common, seeds: [seed] }));
    await tableOf(mnist4x4, 'depth-4', runs, table => save({ tables: [table] }));
  },
  surrogate: save => alone(['hypernetwork-selbo'], save),
  elbo: save => alone(['hypernetwork-elbo'], save),
  gibbs: save => alone(gibbs, save),
  async encoding(save) { await tableOf(mnist4x4, 'encoding', [{ methods: common, seeds: [1] }], table => save({ tables: [table] })); },
  noise: save => save(noise()),
};

const asked = process.argv.slice(2), unknown = asked.find(name => !Object.hasOwn(parts, name));
if (unknown !== undefined) throw new Error(`hypernetwork: expected parts of ${Object.keys(parts).join(', ')}, got ${unknown}`);
const output = 'benchmarks/results/hypernetwork.json', seconds = (): number => process.cpuUsage().user / 1e6;
for (const name of asked.length ? asked : Object.keys(parts)) {
  const began = seconds();
  await parts[name]!(result => {
    const environment = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: 1, cpuSeconds: Math.round(seconds() - began) };
    const before = existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as { parts: object }).parts : {};
    const report = {
      task: 'hypernetwork', command: 'SIGNFOLD_DATA=../shared/data node dist/benchmarks/hypernetwork.js', interval: '95 % t-interval: mean ± half',
      parts: { ...before, [name]: { environment, ...result } },
    };
    writeFileSync(output, `${JSON.stringify(report, (_, value) => (typeof value === 'number' ? round(value) : value), 1)}\n`);
  });
  console.log(`\n${name}: ${Math.round(seconds() - began)} s CPU; written: ${output}`);
}
