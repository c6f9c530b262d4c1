// Hypernetworks on the tables of their studies, with intervals over seeds:
//   SIGNFOLD_DATA=../shared/data node dist/benchmarks/hypernetwork.js
// writes benchmarks/results/hypernetwork.json: the optimum found, its probability and the test columns of every method; the trainability
// claim of ELBO and surrogate as differences from expected cost alone, seed by seed.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
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

async function tableOf(study: Study, variant: string, runs: readonly { methods: readonly string[]; seeds: readonly number[] }[]) {
  const rows: StudyRow[] = [];
  let data = '';
  for (const run of runs) {
    const onRow = ({ method, seed, expectedCost, seconds }: StudyRow): void =>
      console.error(`${study.name} ${variant}: ${method}, seed ${seed}: ${expectedCost}, ${seconds} s`);
    const done = await study.run({ variant, ...run, quick: false, folder, onRow });
    rows.push(...done.rows);
    data = done.data;
  }
  const of = (method: string): StudyRow[] => rows.filter(row => row.method === method).sort((a, b) => a.seed - b.seed);
  const values = (method: string, key: string): number[] => of(method).map(row => row[key] as number);
  const keys = study.columns.map(({ key }) => key);
  const methods = study.methods.filter(method => of(method).length).map(method => ({
    method, seeds: of(method).length,
    ...Object.fromEntries(keys.map(key => [key, interval(values(method, key))])) as Record<string, Interval>,
  }));
  const base = 'hypernetwork-mle', differences = ['hypernetwork-elbo', 'hypernetwork-selbo', 'product'].map(method => {
    const same = values(base, 'optimal').slice(0, of(method).length);
    return { from: base, to: method, optimal: pairedInterval(same, values(method, 'optimal')) };
  });
  console.log(`\n${study.name} ${variant}: ${data}`);
  for (const { method, seeds, ...rest } of methods) {
    const cells = rest as Record<string, Interval>;
    const told = study.columns.map(({ key, title, digits = 4 }) => `${title} ${shown(cells[key]!, digits)}`);
    console.log(`  ${method.padEnd(20)} ${seeds} seeds: ${told.join(', ')}`);
  }
  for (const { from, to, optimal } of differences) console.log(`  P(optimum) ${to} - ${from}: ${shown(optimal, 3)}`);
  return { study: study.name, variant, data, methods, differences };
}

const began = process.cpuUsage().user, all = seedsTo(20), tables = [];
for (const variant of ['10-qubits', '10-qubits-depth-2'])
  tables.push(await tableOf(gaussiansBnn, variant, [{ methods: gaussiansBnn.methods, seeds: all }]));
const dear = ['hypernetwork-elbo', 'hypernetwork-selbo'];
tables.push(await tableOf(mnist4x4, 'depth-4', [
  { methods: mnist4x4.methods.filter(method => !dear.includes(method)), seeds: all },
  { methods: dear, seeds: seedsTo(5) },
]));
const environment = {
  node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: 1,
  cpuSeconds: Math.round((process.cpuUsage().user - began) / 1e6),
  command: 'SIGNFOLD_DATA=../shared/data node dist/benchmarks/hypernetwork.js',
};
const report = { task: 'hypernetwork', environment, interval: '95 % t-interval: mean ± half', tables };
const text = JSON.stringify(report, (_, value) => (typeof value === 'number' ? round(value) : value), 1);
writeFileSync('benchmarks/results/hypernetwork.json', `${text}\n`);
console.log(`\n${environment.cpuSeconds} s CPU; written: benchmarks/results/hypernetwork.json`);
