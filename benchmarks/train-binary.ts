// Networks of signs trained as a QUBO, over 20 seeds with intervals:
//   SIGNFOLD_DATA=../shared/data node dist/benchmarks/train-binary.js
// writes benchmarks/results/train-binary.json: every method on every variant; which samples can be learnt without an error at all, and
// whether collapsed moves learn them; and up to how many samples annealing of the global QUBO does.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { byQubo, collapsed, exhaustive, formulate } from '../src/qubo/binary-network/index.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import { trainBinary } from '../src/tasks/studies/train-binary.js';
import { trainingSource } from '../src/tasks/studies/train-binary-data.js';
import type { DataFolder } from '../src/tasks/task.js';
import { interval, pairedInterval, type Interval } from './intervals.js';

const place = process.env['SIGNFOLD_DATA'];
if (!place) throw new Error('train-binary: expected SIGNFOLD_DATA to name the data folder, got nothing');
const folder: DataFolder = {
  read: path => (path.endsWith('.gz') ? gunzipSync(readFileSync(join(place, path))) : readFileSync(join(place, path))),
  list: () => [],
};
const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
const measured = ['energy', 'trainErrors', 'trainAccuracy', 'testAccuracy', 'meanMargin', 'seconds'] as const;
const pairs = [
  ['collapsed', 'collapsed-margin'], ['collapsed', 'collapsed-dropout'], ['collapsed-margin', 'collapsed-margin-dropout'],
  ['collapsed', 'collapsed-margin-dropout'], ['collapsed', 'straight-through'], ['straight-through', 'collapsed-margin'],
] as const;

const round = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));
const shown = ({ mean, half }: Interval, digits = 3): string => `${mean.toFixed(digits)} ± ${half?.toFixed(digits)}`;

async function variantOf(variant: string) {
  const { data, rows } = await trainBinary.run({ variant, methods: trainBinary.methods, seeds, quick: false, folder });
  const values = (method: string, key: string): number[] => rows.filter(row => row.method === method).map(row => row[key] as number);
  const methods = trainBinary.methods.filter(method => rows.some(row => row.method === method)).map(method => ({
    method, ...Object.fromEntries(measured.map(key => [key, interval(values(method, key))])) as Record<(typeof measured)[number], Interval>,
  }));
  const differences = pairs.map(([from, to]) => ({
    from, to, trainAccuracy: pairedInterval(values(from, 'trainAccuracy'), values(to, 'trainAccuracy')),
    testAccuracy: pairedInterval(values(from, 'testAccuracy'), values(to, 'testAccuracy')),
  }));
  console.log(`\n${variant}: ${data}; ${rows[0]!['samples']} samples, ${rows[0]!['variables']} variables`);
  for (const one of methods)
    console.log(`  ${one.method.padEnd(26)} energy ${one.energy.mean.toFixed(2)}, train errors ${shown(one.trainErrors, 2)}, train ` +
      `${shown(one.trainAccuracy)}, test ${shown(one.testAccuracy)}, margin ${one.meanMargin.mean.toFixed(2)}, ${one.seconds.mean.toFixed(3)} s`);
  for (const { from, to, trainAccuracy, testAccuracy } of differences)
    console.log(`  ${to} - ${from}: train ${shown(trainAccuracy)}, test ${shown(testAccuracy)}`);
  return { variant, data, samples: rows[0]!['samples'], variables: rows[0]!['variables'], methods, differences };
}

/** Zero errors prove themselves; where collapsed moves leave some, exhaustive search says whether they had to. */
async function memorised(variant: string, samples: number) {
  const source = trainingSource(variant, folder), tally = { separable: 0, learnt: 0, optimal: 0 };
  for (const seed of seeds) {
    const { topology, train } = source.draw(seed, samples), problem = { topology, samples: train };
    const found = await collapsed().train(problem, { seed }), least = found.errors && (await exhaustive().train(problem)).errors;
    if (least === 0) tally.separable++;
    if (found.errors === 0) tally.learnt++;
    if (found.errors === least) tally.optimal++;
  }
  console.log(`${variant}, ${samples} samples: ${tally.separable} of ${seeds.length} seeds separable (proven), ${tally.learnt} learnt ` +
    `without error, ${tally.optimal} at the proven optimum`);
  return { variant, samples, seeds: seeds.length, ...tally };
}

/** The teacher's samples: seeds without an error, of so many, and mean errors and seconds. */
async function scaling(samples: number) {
  const source = trainingSource('teacher-9-3-1'), some = seeds.slice(0, 5), annealed = byQubo(annealing(), { sweeps: 5000, reads: 50 });
  const { topology, train } = source.draw(1, samples), variables = formulate({ topology, samples: train }).model.n;
  const one = async (trainer: typeof annealed) => {
    let solved = 0, errors = 0, seconds = 0;
    for (const seed of some) {
      const { topology, train } = source.draw(seed, samples), problem = { topology, samples: train }, began = performance.now();
      const found = await trainer.train(problem, { seed });
      seconds += (performance.now() - began) / 1000 / some.length;
      errors += found.errors / some.length;
      if (found.errors === 0) solved++;
    }
    return { solved, errors, seconds };
  };
  const qubo = samples <= largestAnnealed ? await one(annealed) : null;
  const row = { samples, variables, seeds: some.length, qubo, collapsed: await one(collapsed()) };
  const told = ({ solved, errors, seconds }: typeof row.collapsed): string =>
    `${solved} of ${some.length} without error, ${errors.toFixed(1)} errors, ${seconds.toFixed(3)} s`;
  console.log(`teacher, ${samples} samples, ${variables} variables: QUBO ${qubo ? told(qubo) : 'not run'}; collapsed ${told(row.collapsed)}`);
  return row;
}
const largestAnnealed = 32;

const began = process.cpuUsage().user, variants = [], learnt = [], scale = [];
for (const variant of trainBinary.variants) variants.push(await variantOf(variant));
console.log();
for (const variant of ['teacher-9-3-1', 'mnist-3x3', 'digits-3x3'])
  for (const samples of [8, 16, 32, 64]) learnt.push(await memorised(variant, samples));
console.log();
for (const samples of [4, 6, 8, 10, 12, 16, 32, 64, 128, 256, 500]) scale.push(await scaling(samples));
const environment = {
  node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: 1,
  cpuSeconds: Math.round((process.cpuUsage().user - began) / 1e6),
  command: 'SIGNFOLD_DATA=../shared/data node dist/benchmarks/train-binary.js',
};
const report = { task: 'train-binary', environment, seeds, interval: '95 % t-interval: mean ± half', variants, memorised: learnt, scaling: scale };
writeFileSync('benchmarks/results/train-binary.json', `${JSON.stringify(report, (_, value) => (typeof value === 'number' ? round(value) : value), 1)}\n`);
console.log(`\n${environment.cpuSeconds} s CPU; written: benchmarks/results/train-binary.json`);
