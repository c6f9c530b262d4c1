// Gradients of a training batch on one thread and on two, in turn; medians of rounds go to benchmarks/results/training-threads.json:
//   node dist/benchmarks/training-threads.js
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { sizeOf } from '../src/core/array.js';
import { random } from '../src/core/random.js';
import { l1 } from '../src/core/prox.js';
import { trainingThreads } from '../src/packed/parallel.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { gaussian, orthonormal, radon } from '../operators/index.js';
import type { UnrolledNetwork } from '../src/types.js';

const angles = Array.from({ length: 30 }, (_, i) => 6 * i), rounds = 9;
const cases: readonly (readonly [name: string, batch: number, make: () => UnrolledNetwork])[] = [
  ['ISTA-Net+, 9 phases of 32 channels, 33x33 blocks', 8,
    () => istaNet({ operator: orthonormal(272, 1089, { seed: 1 }), prox: l1() }, { layers: 9, features: 32, shape: [33, 33], symmetry: 0, norm: 1 })],
  ['ISTA-Net+, 5 phases of 24 channels, 64x64 projections', 2,
    () => istaNet({ operator: radon([64, 64], { angles }), prox: l1() }, { layers: 5, features: 24, symmetry: 0 })],
  ['learned ISTA, 16 coupled layers, 250x500', 64, () => learnedIsta({ operator: gaussian(250, 500, { seed: 1 }), prox: l1() }, { layers: 16, coupling: 'coupled' })],
];
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

const rows: object[] = [];
for (const [name, batch, make] of cases) {
  const net = make(), { operator } = net.problem, rng = random(1), depth = net.layers.length;
  const x = Float32Array.from({ length: batch * sizeOf(operator.inShape) }, () => rng.bernoulliGaussian(0.1)), y = new Float32Array(batch * sizeOf(operator.outShape));
  operator.apply(x, y, batch);
  const contenders = [1, 2].map(count => ({ shared: trainingThreads(count).open(net, batch), millis: [] as number[] }));
  // The first calls run slow code while the fast one is compiled beside them.
  for (let round = -2; round < rounds; round++)
    for (const { shared, millis } of contenders) {
      const began = performance.now();
      await shared.lossAndGradient(depth, x, y);
      if (round >= 0) millis.push(performance.now() - began);
    }
  for (const { shared } of contenders) await shared.close();
  const [one, two] = contenders.map(({ millis }) => median(millis)) as [number, number];
  rows.push({ network: name, batch, oneMillis: Number(one.toPrecision(4)), twoMillis: Number(two.toPrecision(4)), ratio: Number((one / two).toPrecision(3)) });
  console.log(`${name}, batch ${batch}: one thread ${one.toFixed(1)} ms, two ${two.toFixed(1)} ms, ratio ${(one / two).toFixed(2)}`);
}
const environment = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, command: 'node dist/benchmarks/training-threads.js' };
writeFileSync('benchmarks/results/training-threads.json', `${JSON.stringify({ environment, rows }, null, 1)}\n`);
