// A head trained by QUBOs against numpy and scipy: fixtures/qubo-head.py wrote fixtures/qubo-head.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random } from '../src/core/random.js';
import { boundChange, exactSteps, headAccuracy, headCurvature, headState, type HeadData } from '../src/qubo/head.js';
import { bitValues, descendWeights, stepModel, stepOf } from '../src/qubo/head-bits.js';
import { trainHeadByQubo, trainHeadExactly } from '../src/qubo/head-training.js';
import { energy } from '../src/qubo/model.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import { quboHead } from '../src/tasks/studies/qubo-head.js';
import { convolutionFeatures, randomFilters, standardized } from '../src/tasks/studies/random-features.js';
import { relativeError } from './helpers.js';

const fixture = JSON.parse(readFileSync('test/fixtures/qubo-head.json', 'utf8')) as {
  ridge: number; bits: number; range: number; width: number; classes: number; features: number[]; labels: number[]; W: number[];
  accuracy: number; loss: number; gradient: number[]; H: number[]; losses: number[]; minimum: number; samples: number[][]; steps: number[][]; energies: number[];
  images: number[]; filters: number[]; imageFeatures: number[];
};
const { ridge, bits, range, width, classes } = fixture, encoding = { bits, range };
const data: HeadData = { features: Float64Array.from(fixture.features), width, labels: Uint8Array.from(fixture.labels), classes };
const H = headCurvature(data, ridge), W = Float64Array.from(fixture.W);
/** f64 sums in another order. */
const ROUNDING = 1e-12;
const close = (a: number, b: number, tolerance = ROUNDING): void => assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} and ${b}`);

const head = suite('classifier head');
head('loss, gradient and curvature are numpy\'s', () => {
  const { loss, gradient } = headState(data, W, ridge);
  close(loss, fixture.loss);
  assert.is(headAccuracy(data, W), fixture.accuracy);
  assert.ok(relativeError(gradient, fixture.gradient) < ROUNDING && relativeError(H, fixture.H) < ROUNDING);
  // Logits of hundreds: nothing overflows.
  assert.ok(Number.isFinite(headState(data, W.map(value => 500 * value), 0).loss));
});
head('exact steps follow numpy\'s, and reach the minimum that scipy finds', async () => {
  const short = await trainHeadExactly(data, { iterations: 8, ridge });
  short.losses.forEach((loss, t) => close(loss, fixture.losses[t]!, 1e-11));
  assert.is(short.reached, 1);
  close((await trainHeadExactly(data, { iterations: 4000, ridge })).losses.at(-1)!, fixture.minimum, 1e-9);
});
head('energies of the bits are g·Δ + ½Δ·HΔ, as numpy has them', () => {
  const gradient = Float64Array.from(fixture.gradient.slice(width, 2 * width)), model = stepModel(H, gradient, encoding);
  assert.is(model.n, width * bits);
  fixture.samples.forEach((sample, k) => {
    close(energy(model, sample), fixture.energies[k]!);
    assert.equal([...stepOf(sample, encoding)], fixture.steps[k]);
    close(boundChange(H, gradient, stepOf(sample, encoding)), fixture.energies[k]!);
  });
  assert.is(energy(model, new Int8Array(model.n)), 0);
});
head('the bound is never below the loss', () => {
  const rng = random(8), { loss, gradient } = headState(data, W, ridge);
  for (let trial = 0; trial < 200; trial++) {
    const size = 10 ** (2 * rng.uniform() - 1), steps = W.map(() => size * rng.normal());
    let bound = loss;
    for (let c = 0; c < classes; c++) bound += boundChange(H, gradient.slice(c * width, (c + 1) * width), steps.slice(c * width, (c + 1) * width));
    const after = headState(data, W.map((value, i) => value + steps[i]!), ridge).loss;
    assert.ok(after <= bound + 1e-12, `${after} above ${bound}`);
  }
});
head('two\'s complement: every number once, from −range, with 0 among them', () => {
  const own = { bits: 5, range: 2 };
  assert.equal([...bitValues(own)], [0.125, 0.25, 0.5, 1, -2]);
  const all = Array.from({ length: 32 }, (_, code) => stepOf(Array.from({ length: 5 }, (_, k) => (code >> k) & 1), own)[0]!);
  assert.equal(all.sort((a, b) => a - b), Array.from({ length: 32 }, (_, k) => -2 + k / 8));
  assert.throws(() => bitValues({ bits: 1, range: 1 }), 'head: expected 2 to 30 bits, got 1');
  assert.throws(() => bitValues({ bits: 4, range: 0 }), 'head: expected a range above 0, got 0');
});
head('weights descend to a minimum along each of them, at or above the best of all steps', () => {
  const gradient = Float64Array.from(fixture.gradient.slice(0, width)), two = { bits: 2, range: 0.5 }, unit = 0.25;
  let best = Infinity;
  for (let code = 0; code < 4 ** width; code++)
    best = Math.min(best, boundChange(H, gradient, Float64Array.from({ length: width }, (_, j) => ((code >> (2 * j)) & 3) * unit - 0.5)));
  const found = descendWeights(H, gradient, new Float64Array(width), two), reached = boundChange(H, gradient, found);
  assert.ok(reached >= best - ROUNDING && reached < 0);
  for (let j = 0; j < width; j++)
    for (let value = -0.5; value <= 0.25; value += unit)
      assert.ok(boundChange(H, gradient, found.map((own, i) => (i === j ? value : own))) >= reached - ROUNDING);
});
head('annealing with more bits ends lower; 20 bits near the exact steps; the loss never rises; seeded to the bit', async () => {
  const solve = { sweeps: 300, reads: 3, seed: 4 }, run = (own: number, more: object = {}): ReturnType<typeof trainHeadByQubo> =>
    trainHeadByQubo(data, { iterations: 25, ridge, bits: own, range: 1, solver: annealing(), solve, ...more });
  const exact = await trainHeadExactly(data, { iterations: 25, ridge }), ends: number[] = [];
  for (const own of [2, 3, 5, 8, 20]) {
    const trained = await run(own);
    trained.losses.forEach((loss, t) => assert.ok(t === 0 || loss <= trained.losses[t - 1]! + 1e-15, `${own} bits rose in iteration ${t}`));
    assert.ok(trained.reached > 0 && trained.reached <= 1 + ROUNDING);
    ends.push(trained.losses.at(-1)!);
  }
  for (let k = 1; k < 4; k++) assert.ok(ends[k]! < ends[k - 1]!, ends.join(' '));
  assert.ok(ends[4]! - exact.losses.at(-1)! < 0.1 * (exact.losses[0]! - exact.losses.at(-1)!), `${ends[4]} and ${exact.losses.at(-1)}`);
  assert.equal((await run(5)).W, (await run(5)).W);
  const descended = await run(20, { descend: true });
  close(descended.losses.at(-1)!, exact.losses.at(-1)!, 1e-4);
  const zoomed = await run(3, { zoom: true });
  assert.ok(zoomed.losses.at(-1)! < ends[1]! && zoomed.losses.every((loss, t) => t === 0 || loss <= zoomed.losses[t - 1]! + 1e-15));
});
head('data that do not fit together are refused in one line', () => {
  assert.throws(() => headState({ ...data, width: 4 }, W, ridge), 'head: expected features of 60 samples × 4, got 300 values');
  assert.throws(() => headCurvature({ ...data, classes: 2 }, ridge), 'head: expected labels below 2, got 2');
  assert.throws(() => exactSteps(new Float64Array(4), 2), /expected a positive definite matrix/);
});
head.run();

const features = suite('random convolution features');
features('rectified responses and their means are scipy\'s', () => {
  const images = { shape: [2, 8, 7] as const, count: 3, classes: 1, pixels: Float32Array.from(fixture.images), labels: new Uint8Array(3) };
  assert.ok(relativeError(convolutionFeatures(images, Float64Array.from(fixture.filters), 2), fixture.imageFeatures) < ROUNDING);
  assert.throws(() => convolutionFeatures(images, randomFilters(1, 2, 1), 6), 'convolutionFeatures: expected at least 8 pixels a side, got 8 × 7');
});
features('columns are standardized by the training samples; constant ones vanish', () => {
  const [train, test] = standardized(Float64Array.of(1, 7, 3, 7), Float64Array.of(5, 8), 2);
  assert.equal([[...train], [...test]], [[-1, 0, 1, 1, 0, 1], [3, 0, 1]]);
});
features.run();

const study = suite('qubo-head');
study('20 bits are within a point of the exact steps on the generated variant, 3 bits are far from them', async () => {
  const methods = ['exact', 'adam', 'qubo-3', 'qubo-8', 'descend-20', 'zoom-3'];
  const { data: which, rows } = await quboHead.run({ variant: 'segments', methods, seeds: [1], quick: true });
  assert.match(which, /^seven-segment digits .* 2000 and 1000 used/);
  const of = (method: string): Record<string, number> => rows.find(row => row.method === method)! as never;
  assert.equal(rows.map(row => row.method), methods);
  assert.ok(Math.abs(of('descend-20')['accuracy']! - of('exact')['accuracy']!) <= 0.01);
  assert.ok(of('descend-20')['loss']! < of('qubo-8')['loss']! && of('qubo-8')['loss']! < of('qubo-3')['loss']!);
  assert.ok(of('adam')['loss']! < of('exact')['loss']! + 0.05);
  assert.is(of('qubo-8')['variables'], 8 * 17);
  assert.equal((await quboHead.run({ variant: 'segments', methods: ['zoom-3'], seeds: [1], quick: true })).rows[0]!['loss'], of('zoom-3')['loss']);
});
study('unknown variants and methods, missing data and an interruption are one line', async () => {
  const refused = async (options: object, message: RegExp): Promise<void> => {
    let error: Error | undefined;
    await quboHead.run({ variant: 'segments', methods: ['exact'], seeds: [1], quick: true, ...options }).catch((reason: Error) => { error = reason; });
    assert.match(error?.message ?? 'nothing', message);
  };
  await refused({ variant: 'x' }, /^qubo-head: expected a variant of [^\n]+, got x$/);
  await refused({ methods: ['x'] }, /^qubo-head: expected methods of [^\n]+, got x$/);
  await refused({ variant: 'mnist' }, /^qubo-head: expected a data folder for mnist, got none; segments needs none$/);
  const controller = new AbortController();
  controller.abort();
  await refused({ signal: controller.signal }, /^qubo-head: interrupted$/);
});
study.run();
