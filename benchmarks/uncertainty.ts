// Coverage of intervals from posteriors over signs, on test signals that no calibration has seen:
//   SIGNFOLD_DATA=../shared/data node dist/benchmarks/uncertainty.js
// writes benchmarks/results/uncertainty.json: eeg-denoise, and block-cs at 25 % from the released network, on the middle 132x132 of Set11.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { tensor } from '../src/core/array.js';
import { dataFolder } from '../src/cli/files.js';
import { answerOf } from '../src/tasks/answers.js';
import { blockCs, blockScene } from '../src/tasks/block-cs.js';
import { eegDenoise } from '../src/tasks/eeg-denoise.js';
import { namedImages, type NamedImage } from '../src/tasks/image-files.js';
import type { RunOptions } from '../src/tasks/rows.js';
import { scoresOf } from '../src/tasks/scores.js';
import { seedRun } from '../src/tasks/seed-run.js';
import type { Task } from '../src/tasks/task.js';
import { isBayesian, uncertaintyOf, type Uncertainty } from '../src/tasks/uncertainty.js';
import { interval, type Interval } from './intervals.js';

const place = process.env['SIGNFOLD_DATA'];
if (!place) throw new Error('uncertainty: expected SIGNFOLD_DATA to name the data folder, got nothing');
const folder = dataFolder(place)!, samples = 16, side = 132;

function middle({ name, image }: NamedImage): NamedImage {
  const [height, width] = image.shape as [number, number], corner = ((height - side) >> 1) * width + ((width - side) >> 1);
  return { name, image: tensor(Float32Array.from({ length: side ** 2 }, (_, i) =>
    image.data[corner + Math.floor(i / side) * width + (i % side)]!), [side, side]) };
}
/** The task with 16 blocks of each image: they cost an eighth of all. */
const middles: Task = {
  ...blockCs,
  make(options) {
    const instance = blockCs.make(options);
    return { ...instance, scenes: () => namedImages(folder, 'images/set11').map(image => blockScene(middle(image), instance.operator)) };
  },
};
const common = { methods: ['bayes'], snrDb: Infinity, supportSelection: true, quick: false, folder } as const;
const weights = readFileSync(join(place, 'models/cs-istanet-plus-ratio-25.safetensors'));
const cases: readonly { task: Task; options: Omit<RunOptions, 'seeds'>; seeds: readonly number[] }[] = [
  { task: eegDenoise, options: { ...common, startSteps: 800, steps: 500 }, seeds: [1, 2, 3] },
  { task: middles, options: { ...common, variant: '25', weights, network: 'ista-net-plus', steps: 150 }, seeds: [1, 2, 3] },
];

const began = process.cpuUsage().user, tables = [];
const shown = ({ mean, half }: Interval): string => mean.toFixed(4) + (half === null ? '' : ` ± ${half.toFixed(4)}`);
for (const { task, options, seeds } of cases) {
  const rows: (Uncertainty & { psnrDb: { mean: number; likeliest: number } })[] = [];
  let data = '';
  for (const seed of seeds) {
    const run = await seedRun(task, { ...options, seeds: [seed] }, seed), { net, estimates } = await answerOf('bayes', run);
    if (!net || !isBayesian(net)) throw new Error('uncertainty: expected a posterior');
    const { figures, means } = await uncertaintyOf('bayes', net, run, estimates, { samples, snrDb: Infinity });
    const psnrDb = (of: readonly Float32Array[]): number => scoresOf(of, run.scenes, run.scoring).psnrDb;
    rows.push({ ...figures, psnrDb: { mean: psnrDb(means), likeliest: psnrDb(estimates) } });
    data = run.instance.data;
    const { samples: raw, normal, conformal } = figures.curve.find(({ level }) => level === 0.9)!;
    console.error(`${task.name}, seed ${seed}: power ${figures.power}, 90 %: samples ${raw.toFixed(4)}, normal ${normal.toFixed(4)}, ` +
      `conformal ${conformal.toFixed(4)}; ${Math.round((process.cpuUsage().user - began) / 1e6)} s CPU`);
  }
  const over = (of: (row: Uncertainty) => number): Interval => interval(rows.map(of));
  const keys = ['samples', 'normal', 'conformal', 'samplesWidth', 'width'] as const;
  const curve = rows[0]!.curve.map(({ level }, k) =>
    ({ level, ...Object.fromEntries(keys.map(key => [key, over(row => row.curve[k]![key])])) as Record<(typeof keys)[number], Interval> }));
  tables.push({ task: task.name, variant: options.variant ?? task.variants[0], data, steps: options.steps, seeds, curve, rows });
  console.log(`\n${task.name}: ${data}, ${seeds.length} seeds, ${samples} networks`);
  for (const { level, samples: raw, normal, conformal, width } of curve)
    console.log(`  ${100 * level} %: samples ${shown(raw)}, normal ${shown(normal)}, conformal ${shown(conformal)}, width ${shown(width)}`);
}
const environment = {
  node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: 1,
  cpuSeconds: Math.round((process.cpuUsage().user - began) / 1e6),
  command: 'SIGNFOLD_DATA=../shared/data node dist/benchmarks/uncertainty.js',
};
const report = { task: 'uncertainty', environment, interval: '95 % t-interval over seeds: mean ± half', tables };
const round = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));
const text = JSON.stringify(report, (_, value) => (typeof value === 'number' ? round(value) : value), 1);
writeFileSync('benchmarks/results/uncertainty.json', `${text}\n`);
console.log(`\n${environment.cpuSeconds} s CPU; written: benchmarks/results/uncertainty.json`);
