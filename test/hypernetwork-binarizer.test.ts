import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian, radon } from '../operators/index.js';
import { drawn } from '../src/binary/binarizers/bayes.js';
import { circuitRows, hypernetwork } from '../src/binary/binarizers/hypernetwork.js';
import { oneBitParams } from '../src/binary/one-bit-network.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal } from '../src/core/combine.js';
import { l1 } from '../src/core/prox.js';
import { random } from '../src/core/random.js';
import { energy } from '../src/qubo/model.js';
import { improveSigns, signModels } from '../src/qubo/sign-rows.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { train } from '../src/unrolled/train.js';
import type { Dataset, OneBitNetwork } from '../src/types.js';
import type { BayesianNetwork } from '../src/binary/binarizers/bayes.js';

const binarizers = suite('hypernetworks as a binarizer');
const signsOf = (net: OneBitNetwork): number[] => oneBitParams(net).flatMap(({ value }) => Array.from(value, Math.sign));
async function startOf() {
  const operator = blockDiagonal([1, 2].map(seed => gaussian(8, 12, { seed }))), data = sparseSpikes(24, { density: 0.1, seed: 1 });
  const net = learnedIsta({ operator, prox: l1() }, { layers: 3, coupling: 'tied' });
  await train(net, data, { schedule: 'joint', steps: 60, learningRate: 1e-3, batch: 16, seed: 1 });
  return { net, data };
}

binarizers('rows are no worse than by descents, and as good as all strings where one circuit holds them', async () => {
  const n = 8, rng = random(4), inputs = Array.from({ length: 20 }, () => Array.from({ length: n }, () => rng.normal())), gram = new Float64Array(n * n);
  for (const v of inputs) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j]! += v[i]! * v[j]!;
  const targets = Array.from({ length: 6 }, () => Float64Array.from({ length: n }, () => 20 * rng.normal())), rows = { gram, targets };
  const known = targets.map(() => new Int8Array(n).fill(1)), models = signModels(rows, 1), descents = await improveSigns(rows, 1, known);
  const least = models.map(model => Math.min(...Array.from({ length: 2 ** n }, (_, w) =>
    energy(model, Int8Array.from({ length: n }, (_, k) => ((w >>> k) & 1 ? 1 : -1))))));
  for (const block of [4, 8]) {
    const found = await circuitRows({ block, depth: 3 }, () => Promise.resolve())(rows, 1, { signs: known, weights: targets, seed: 1 });
    found.forEach((signs, r) => assert.ok(energy(models[r]!, signs) <= energy(models[r]!, descents[r]!) + 1e-9));
    if (block === 8) found.forEach((signs, r) => assert.ok(energy(models[r]!, signs) <= least[r]! + 1e-6 * Math.abs(least[r]!)));
  }
});
binarizers('rows whose pause throws are given up after one evaluation', async () => {
  const rows = { gram: Float64Array.of(2, 1, 1, 2), targets: [Float64Array.of(1, -3)] };
  let pauses = 0;
  const pause = (): Promise<void> => { pauses++; return Promise.reject(new Error('stop')); };
  await Promise.resolve(circuitRows({ block: 2, depth: 2 }, pause)(rows, 1, { signs: [Int8Array.of(1, 1)], weights: rows.targets, seed: 1 }))
    .then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'stop'));
  assert.is(pauses, 1);
});
binarizers('one scale, the network that was given as it was, and signs that are drawn as often as they are likely', async () => {
  const { net, data } = await startOf(), before = oneBitParams(net).map(({ value }) => value.slice()), options = { steps: 20, learningRate: 1e-3, batch: 16, seed: 1 };
  const fit = await hypernetwork({ block: 6, temperature: 50 }).fit(net, data, options) as BayesianNetwork;
  assert.equal(oneBitParams(net).map(({ value }) => value), before);
  assert.is(fit.binarizer, 'hypernetwork');
  for (const { value } of oneBitParams(fit)) assert.ok(value.every(w => Math.abs(w) === fit.scale));
  const chances = oneBitParams(fit).flatMap(({ name }) => [...fit.posterior.get(name)!]), signs = signsOf(fit);
  assert.is(chances.length, signs.length);
  assert.ok(chances.every(p => p >= 0 && p <= 1) && chances.some(p => p > 0.05 && p < 0.95));
  // Most posteriors have the sign of the network as the likelier one.
  assert.ok(chances.filter((p, i) => p > 0.5 === signs[i]! > 0).length > 0.9 * signs.length);
  const count = 200, sums = new Float64Array(signs.length);
  for (let seed = 0; seed < count; seed++) signsOf(drawn(fit, seed)).forEach((sign, i) => { sums[i]! += (sign + 1) / 2 / count; });
  sums.forEach((share, i) => assert.ok(Math.abs(share - chances[i]!) <= 5 * Math.sqrt(chances[i]! * (1 - chances[i]!) / count) + 2 / count));
  assert.equal(await hypernetwork({ block: 6, temperature: 50 }).fit(net, data, options).then(signsOf), signs);
});
binarizers('without heat the posterior is all but certain', async () => {
  const { net, data } = await startOf(), fit = await hypernetwork({ temperature: 0 }).fit(net, data, { steps: 0, seed: 1 }) as BayesianNetwork;
  const chances = oneBitParams(fit).flatMap(({ name }) => [...fit.posterior.get(name)!]);
  assert.ok(chances.filter(p => Math.min(p, 1 - p) < 1e-2).length > 0.9 * chances.length);
});
for (const [name, operator] of [
  ['sparse rows of projections', radon([5, 5], { angles: [0, 30, 77], detectors: 7 })], ['a convolution', convolution([0.5, 0.3, -0.2, 0.1], [13])],
] as const) binarizers(`${name}: as many codes as weights, and a probability for each`, async () => {
  const net = learnedIsta({ operator, prox: l1() }, { layers: 2, coupling: 'tied' }), data = sparseSpikes(sizeOf(operator.inShape), { density: 0.1, seed: 1 });
  const shaped: Dataset = {
    ...data, shape: operator.inShape,
    sample: (split, index, out = tensor(new Float32Array(sizeOf(operator.inShape)), operator.inShape)) => {
      data.sample(split, index, tensor(out.data, data.shape));
      return out;
    },
  };
  const fit = await hypernetwork({ block: 5 }).fit(net, shaped, { steps: 0, seed: 1 }) as BayesianNetwork;
  for (const [i, { name: matrix, value }] of oneBitParams(fit).entries()) {
    assert.is(value.length, oneBitParams(net)[i]!.value.length);
    assert.ok(value.every(w => Math.abs(w) === fit.scale));
    assert.is(fit.posterior.get(matrix)!.length, value.length);
  }
});
binarizers('large layers and impossible options are refused', async () => {
  const operator = gaussian(180, 190, { seed: 1 }), large = learnedIsta({ operator, prox: l1() }, { layers: 1, coupling: 'tied' });
  const data = sparseSpikes(190, { density: 0.1, seed: 1 });
  for (const [options, message] of [
    [{}, 'hypernetwork: expected at most 32768 signs, got 34200'],
    [{ block: 11 }, 'hypernetwork: expected blocks of 1 to 10 qubits, got 11'],
    [{ temperature: -1 }, 'hypernetwork: expected a temperature of at least 0, got -1'],
  ] as const) await hypernetwork(options).fit(large, data, { steps: 0 }).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, message));
});
binarizers.run();
