// A step of training without threads and with two, in turn; medians of rounds go to benchmarks/results/threads-training.json:
//   node dist/benchmarks/threads.js
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { l1 } from '../src/core/prox.js';
import { trainingThreads } from '../src/packed/parallel.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { train, type GradientThreads } from '../src/unrolled/train.js';
import { deadLeaves, images, phantoms, sparseSpikes } from '../datasets/index.js';
import { gaussian, orthonormal, radon } from '../operators/index.js';
import type { Dataset, UnrolledNetwork } from '../src/types.js';
import { median } from './harness.js';

const angles = Array.from({ length: 30 }, (_, i) => 6 * i), rounds = 5;
const cases: readonly (readonly [name: string, batch: number, steps: number, make: () => UnrolledNetwork, data: Dataset])[] = [
  ['ISTA-Net+, 9 phases of 32 channels, 33x33 blocks', 8, 4,
    () => istaNet({ operator: orthonormal(272, 1089, { seed: 1 }), prox: l1() }, { layers: 9, features: 32, shape: [33, 33], symmetry: 0, norm: 1 }),
    images([{ name: 'leaves', image: deadLeaves([128, 128], 1) }], { patch: 33, flat: true, seed: 1 })],
  ['ISTA-Net+, 5 phases of 24 channels, 64x64 projections', 2, 8,
    () => istaNet({ operator: radon([64, 64], { angles }), prox: l1() }, { layers: 5, features: 24, symmetry: 0 }), phantoms([64, 64], { seed: 1 })],
  ['learned ISTA, 16 coupled layers, 250x500', 64, 30,
    () => learnedIsta({ operator: gaussian(250, 500, { seed: 1 }), prox: l1() }, { layers: 16, coupling: 'coupled' }), sparseSpikes(500, { density: 0.1, seed: 1 })],
];

/** Milliseconds of a step of `train`: what starting and ending take is in both counts, and falls out. */
async function stepMillis(net: UnrolledNetwork, data: Dataset, batch: number, steps: number, threads?: GradientThreads): Promise<number> {
  const [few, many] = [steps, 3 * steps], took: number[] = [];
  for (const count of [few, many]) {
    const began = performance.now();
    await train(net, data, { steps: count, batch, learningRate: 1e-6, ...(threads && { threads }) });
    took.push(performance.now() - began);
  }
  return (took[1]! - took[0]!) / (many - few);
}

const rows: object[] = [];
for (const [name, batch, steps, make, data] of cases) {
  const net = make(), contenders = [{ millis: [] as number[] }, { threads: trainingThreads(2), millis: [] as number[] }];
  for (let round = 0; round < rounds; round++)
    for (const { threads, millis } of contenders) millis.push(await stepMillis(net, data, batch, steps, threads));
  const [one, two] = contenders.map(({ millis }) => median(millis)) as [number, number];
  rows.push({ network: name, batch, oneMillis: Number(one.toPrecision(4)), twoMillis: Number(two.toPrecision(4)), ratio: Number((one / two).toPrecision(3)) });
  console.log(`${name}, batch ${batch}: without threads ${one.toFixed(1)} ms, two threads ${two.toFixed(1)} ms, ratio ${(one / two).toFixed(2)}`);
}
const environment = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, command: 'node dist/benchmarks/threads.js' };
writeFileSync('benchmarks/results/threads-training.json', `${JSON.stringify({ environment, rows }, null, 1)}\n`);
