// Relaxed signs against autograd: fixtures/relaxations.py wrote fixtures/relaxations.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian } from '../operators/index.js';
import { steepening } from '../src/binary/binarizers/annealed.js';
import { meanField } from '../src/binary/binarizers/bayes.js';
import { flipping } from '../src/binary/binarizers/bop.js';
import { annealed, bayes, bop, drawn, parq, proxquant, sign, skew, type BayesianNetwork } from '../src/binary/binarizers/index.js';
import { slopes } from '../src/binary/binarizers/parq.js';
import { attracting } from '../src/binary/binarizers/proxquant.js';
import { skewing } from '../src/binary/binarizers/skew.js';
import { oneBitParams } from '../src/binary/one-bit-network.js';
import type { Relaxed } from '../src/binary/relaxed.js';
import { blockDiagonal } from '../src/core/combine.js';
import { l1 } from '../src/core/prox.js';
import type { LinearOperator, OneBitNetwork, UnrolledNetwork } from '../src/types.js';
import { learnedIsta, unrolledIsta } from '../src/unrolled/presets.js';
import { train } from '../src/unrolled/train.js';
import { relativeError } from './helpers.js';

interface Gradients { readonly codes: number[]; readonly gradient: number[] }
const known = JSON.parse(readFileSync('test/fixtures/relaxations.json', 'utf8')) as {
  unit: number; tau: number; temperature: number; latent: number[]; g: number[]; annealed: Gradients; bayes: Gradients;
  schedules: { progress: number; sharpness: number; strength: number; values: number[]; parq: number[]; proxquant: number[] };
  skew: { alpha: number; epsilon: number; before: number[]; after: number[] };
};
const { unit } = known;
const relaxed = (latent: ArrayLike<number>, codes: ArrayLike<number> = latent): Relaxed => ({
  latent: Float32Array.from(latent), unit, codes: Float32Array.from(codes), memory: new Float32Array(latent.length), index: 0,
});

const formulas = suite('relaxed signs');
formulas('annealed: codes and gradient are those of two values mixed by a softmax, to 1e-6', () => {
  const matrix = relaxed(known.latent), rule = steepening(known.tau), gradient = Float32Array.from(known.g);
  rule.relax(matrix, 1);
  assert.ok(relativeError(matrix.codes, known.annealed.codes) < 1e-6);
  rule.pullback(matrix, gradient, 1);
  assert.ok(relativeError(gradient, known.annealed.gradient) < 1e-6);
});
formulas('bayes: the gradient of given samples and of the divergence is autograd\'s, to 1e-6', () => {
  const matrix = relaxed(known.latent, known.bayes.codes), gradient = Float32Array.from(known.g);
  meanField({ temperature: known.temperature, tau: known.tau }, 1).pullback(matrix, gradient, 0);
  assert.ok(relativeError(gradient, known.bayes.gradient) < 1e-6);
});
formulas('bayes: samples are positive as often as the posterior says, and new at every step', () => {
  const natural = 0.4, matrix = relaxed(new Float32Array(20000).fill(natural * unit)), rule = meanField({ temperature: 0, tau: 1 }, 1);
  rule.relax(matrix, 0.25);
  const first = matrix.codes.slice(), share = first.filter(code => code > 0).length / first.length;
  assert.ok(Math.abs(share - 1 / (1 + Math.exp(-2 * natural))) < 0.015);
  rule.relax(matrix, 0.5);
  assert.ok(relativeError(matrix.codes, first) > 0.5);
  rule.relax(matrix, 0.25);
  assert.equal(matrix.codes, first);
});
formulas('skew: infeasible weights move as ASkewSGD moves them without a gradient, to 2 % of the step; feasible ones stay', () => {
  const { alpha, epsilon, before, after } = known.skew, matrix = relaxed(before.map(u => u * unit));
  skewing(epsilon, alpha).project!(matrix, matrix.latent.slice(), 1);
  before.forEach((u, i) => {
    const moved = matrix.latent[i]! / unit - u, expected = after[i]! - u;
    assert.ok(Math.abs(moved - expected) <= 0.02 * Math.abs(expected) + 1e-7, `${moved} against ${expected}`);
  });
});
formulas('skew: steps that are feasible enough are left alone, and nothing leaves −1 … 1', () => {
  const matrix = relaxed([0.6, 1.4, -3].map(u => u * unit)), before = Float32Array.from([0.1, 0.9, -1], u => u * unit);
  skewing(0.1, 0.05).project!(matrix, before, 1);
  assert.ok(relativeError(matrix.latent, [0.6, 1, -1].map(u => u * unit)) < 1e-6);
});
formulas('bop: a sign flips where the moving mean of its gradients agrees with it and is large', () => {
  const matrix = relaxed([1, 1, -1, -1].map(s => s * unit)), rule = flipping(0.5, 1);
  // Mean magnitude 1; moving means 1, -1, -1, 0.01 at the first step.
  const gradient = Float32Array.of(2.1, -2.1, -2.1, 0.1);
  rule.pullback(matrix, gradient, 0);
  assert.equal([...matrix.latent], [1, 1, -1, -1].map(s => s * unit));
  rule.pullback(matrix, Float32Array.of(2.1, -2.1, -2.1, 0.1), 0);
  assert.equal([...gradient], [0, 0, 0, 0]);
  assert.equal([...matrix.latent].map(Math.sign), [1, 1, -1, -1]);
  const eager = flipping(0.5, 0.5);
  eager.pullback(matrix, Float32Array.of(2.1, -2.1, -2.1, 0.1), 0);
  assert.equal([...matrix.latent].map(Math.sign), [-1, 1, 1, -1]);
});
formulas('parq: codes are the least points of its penalty to 1e-5, and signs at the end; gradients move latent values as they are', () => {
  const { progress, sharpness, values, parq: expected } = known.schedules;
  const matrix = relaxed(values.map(v => v * unit)), rule = slopes(sharpness), gradient = Float32Array.from(values);
  rule.relax(matrix, progress);
  assert.ok(relativeError(matrix.codes, expected) < 1e-5);
  rule.relax(matrix, 1);
  assert.equal([...matrix.codes], values.map(Math.sign));
  rule.pullback(matrix, gradient, progress);
  assert.ok(relativeError(gradient, values.map(v => v / unit)) < 1e-6);
});
formulas('proxquant: a step ends at the least point of its penalty, to 1e-5', () => {
  const { progress, strength, values, proxquant: expected } = known.schedules, matrix = relaxed(values.map(v => v * unit));
  attracting(strength).project!(matrix, matrix.latent, progress);
  assert.ok(relativeError(matrix.latent, expected.map(u => u * unit)) < 1e-5);
  attracting(strength).relax(matrix, progress);
  assert.ok(relativeError(matrix.codes, expected) < 1e-5);
});
formulas('settings outside their range are refused', () => {
  assert.throws(() => annealed({ steepness: 0.5 }), /^annealed: expected a finite steepness >= 1, got 0.5$/);
  assert.throws(() => skew({ width: 0 }), /^skew: expected width above 0 and at most 1, got 0$/);
  assert.throws(() => skew({ rate: 2 }), /^skew: expected rate above 0 and at most 1, got 2$/);
  assert.throws(() => parq({ sharpness: 0 }), /^parq: expected sharpness above 0 and at most 100, got 0$/);
  assert.throws(() => parq({ until: 0 }), /^parq: expected until above 0 and at most 1, got 0$/);
  for (const each of [annealed, bayes, parq, proxquant, skew])
    assert.throws(() => each({ pace: 0 }), new RegExp(`^${each.name}: expected a finite pace above 0, got 0$`));
  assert.throws(() => proxquant({ strength: 0 }), /^proxquant: expected a finite strength above 0, got 0$/);
  assert.throws(() => bop({ rate: 0 }), /^bop: expected rate above 0 and at most 1, got 0$/);
  assert.throws(() => bop({ threshold: -1 }), /^bop: expected threshold >= 0, got -1$/);
  assert.throws(() => bayes({ tau: 0 }), /^bayes: expected tau > 0, got 0$/);
  assert.throws(() => bayes({ temperature: -1 }), /^bayes: expected temperature >= 0, got -1$/);
});
formulas.run();

const data = sparseSpikes(24, { density: 0.15, seed: 3 });
async function trained(operator: LinearOperator, coupling: 'tied' | 'coupled'): Promise<UnrolledNetwork> {
  const net = learnedIsta({ operator, prox: l1() }, { layers: 3, coupling });
  await train(net, data, { steps: 40, batch: 8 });
  return net;
}
const blocks = blockDiagonal([gaussian(5, 11, { seed: 1 }), gaussian(7, 13, { seed: 2 })]);
const networks: Readonly<Record<string, () => Promise<UnrolledNetwork>>> = {
  'dense, coupled': () => trained(gaussian(12, 24, { seed: 5 }), 'coupled'),
  'blocks, tied': () => trained(blocks, 'tied'),
  'convolution, coupled': () => trained(convolution([0.5, 0.3, -0.2, 0.1], [24]), 'coupled'),
};
const binarizers = [annealed, parq, proxquant, skew, bop, bayes], options = { steps: 30, batch: 8, learningRate: 5e-3 };

function nmse(net: UnrolledNetwork): number {
  let error = 0, energy = 0;
  for (let i = 0; i < 100; i++) {
    const x = data.sample('test', i), { data: found } = net.forward(net.problem.operator.forward(x));
    x.data.forEach((value, k) => { error += (found[k]! - value) ** 2; energy += value ** 2; });
  }
  return error / energy;
}
const bits = (fit: OneBitNetwork): unknown => fit.matrices.map(({ signs, pattern }) => ({ signs, pattern }));

const fits = suite('binarizers by relaxed signs');
for (const [network, make] of Object.entries(networks)) for (const binarizer of binarizers) {
  const own = binarizer();
  fits(`${own.name} on ${network}: one scale, signs on the pattern alone, the same bits again, the given network as it was`, async () => {
    const net = await make(), before = net.params.map(({ value }) => value.slice());
    const fit = await own.fit(net, data, options), again = await own.fit(net, data, options);
    assert.is(fit.binarizer, own.name);
    assert.equal([...new Set(oneBitParams(fit).flatMap(({ value }) => [...value].map(Math.abs)))], [fit.scale]);
    assert.equal(fit.matrices.map(({ pattern }) => pattern), oneBitParams(net).map(({ map }) => map!.pattern));
    assert.equal(bits(fit), bits(again));
    assert.equal(fit.params.map(({ value }) => value), again.params.map(({ value }) => value));
    net.params.forEach(({ value }, i) => assert.equal(value, before[i]));
  });
}
for (const binarizer of binarizers) {
  const own = binarizer();
  fits(`${own.name} is nearer to the signals than plain signs`, async () => {
    const net = await networks['blocks, tied']!();
    assert.ok(nmse(await own.fit(net, data, { ...options, steps: 300 })) < nmse(await sign().fit(net, data)));
  });
  fits(`${own.name} goes on from any checkpoint to the same bits`, async () => {
    const net = await networks['blocks, tied']!(), kept: Record<string, Uint8Array[]> = {};
    const whole = await own.fit(net, data, { ...options, checkpoint: { every: 6, store: { load: () => undefined, save: (key, bytes) => { (kept[key] ??= []).push(bytes.slice()); } } } });
    assert.equal(Object.keys(kept), [`${own.name}: relaxed`, own.name]);
    for (const bytes of kept[`${own.name}: relaxed`]!.slice(0, 2)) {
      const store = { load: (key: string) => (key === own.name ? undefined : bytes), save: () => {} };
      const resumed = await own.fit(net, data, { ...options, checkpoint: { every: 1000, store } });
      assert.equal(resumed.params.map(({ value }) => value), whole.params.map(({ value }) => value));
    }
  });
}
fits('a checkpoint made with other settings is refused', async () => {
  const net = await networks['blocks, tied']!(), kept: Uint8Array[] = [];
  await annealed().fit(net, data, { ...options, checkpoint: { every: 6, store: { load: () => undefined, save: (_, bytes) => { kept.push(bytes.slice()); } } } });
  const store = { load: (key: string) => (key === 'annealed: relaxed' ? kept[0] : undefined), save: () => {} };
  for (const other of [annealed({ steepness: 100 }), annealed({ pace: 3 })]) {
    const message = await other.fit(net, data, { ...options, checkpoint: { every: 1000, store } }).catch((caught: Error) => caught.message);
    assert.match(message as string, /^checkpoint: /);
  }
});
fits('bayes keeps probabilities, whose likelier side is the sign, and networks are drawn from them', async () => {
  const net = await networks['dense, coupled']!(), fit = await bayes().fit(net, data, options) as BayesianNetwork;
  for (const { name, value } of oneBitParams(fit)) {
    const own = fit.posterior.get(name)!;
    assert.ok(own.every((p, i) => p >= 0 && p <= 1 && (p >= 0.5) === value[i]! > 0));
  }
  const ratio = (name: string, value: Float32Array): number => value.filter((w, i) => (w > 0) === fit.posterior.get(name)![i]! >= 0.5).length / value.length;
  const one = drawn(fit, 1), again = drawn(fit, 1), other = drawn(fit, 2);
  assert.equal(bits(one), bits(again));
  assert.not.equal(bits(one), bits(other));
  assert.is(one.scale, fit.scale);
  for (const { name, value } of oneBitParams(one)) {
    const expected = fit.posterior.get(name)!.reduce((sum, p) => sum + Math.max(p, 1 - p), 0) / value.length;
    assert.ok(Math.abs(ratio(name, value) - expected) < 4 * Math.sqrt(0.25 / value.length));
  }
});
fits('networks without matrices and weights that are all 0 are refused', async () => {
  const zero = await networks['blocks, tied']!(), none = unrolledIsta({ operator: blocks, prox: l1() }, { layers: 2 });
  for (const param of oneBitParams(zero)) param.value.fill(0);
  const messages = await Promise.all([zero, none].map(net => annealed().fit(net, data, options).catch((caught: Error) => caught.message)));
  assert.match(messages[0] as string, /^annealed: expected a network with weights that are not all 0/);
  assert.match(messages[1] as string, /^annealed: expected a network with learnt matrices, got ista/);
});
fits.run();
