// Quantiles and a calibration against SciPy: fixtures/uncertainty.py wrote fixtures/uncertainty.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { gaussian } from '../operators/index.js';
import { bayes, drawn, type BayesianNetwork } from '../src/binary/binarizers/index.js';
import {
  calibrate, conformalFactors, coverage, fitVariances, levels, predictiveDeviation, runningMoments, sampledMoments, type Moments,
} from '../src/binary/uncertainty.js';
import { tensor } from '../src/core/array.js';
import { l1 } from '../src/core/prox.js';
import { normalQuantile } from '../src/core/normal.js';
import { random } from '../src/core/random.js';
import { evaluate } from '../src/tasks/evaluate.js';
import { taskByName } from '../src/tasks/index.js';
import type { RunOptions } from '../src/tasks/rows.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { normals, relativeError } from './helpers.js';

const known = JSON.parse(readFileSync('test/fixtures/uncertainty.json', 'utf8')) as {
  gain: number; floor: number; nll: number; n: number;
} & Record<'probabilities' | 'quantiles' | 'mean' | 'deviation' | 'truth' | 'factors' | 'samples' | 'normal' | 'conformal' | 'width', number[]>;
const given: Moments = { mean: Float32Array.from(known.mean), deviation: Float32Array.from(known.deviation) };
const truth = Float32Array.from(known.truth);

const witness = suite('uncertainty against SciPy');
witness('normal quantiles are norm.ppf, to 1e-14 relative', () => {
  known.probabilities.forEach((p, i) => {
    const expected = known.quantiles[i]!;
    assert.ok(Math.abs(normalQuantile(p) - expected) <= 1e-14 * Math.abs(expected), `${p}: ${normalQuantile(p)} against ${expected}`);
  });
  assert.equal([normalQuantile(0), normalQuantile(1)], [-Infinity, Infinity]);
});
witness('gain, floor and their likelihood are those of Nelder and Mead, to 1e-4', () => {
  const { gain, floor, nll } = calibrate(given, truth, known.n);
  assert.ok(relativeError([gain, floor, nll], [known.gain, known.floor, known.nll]) < 1e-4, `${gain} ${floor} ${nll}`);
});
witness('factors, coverages and widths are those of NumPy', () => {
  const calibration = calibrate(given, truth, known.n), curve = coverage(given, truth, calibration);
  assert.ok(relativeError(calibration.factors, known.factors) < 1e-4);
  assert.ok(relativeError(curve.map(({ width }) => width), known.width) < 1e-4);
  for (const kind of ['samples', 'normal', 'conformal'] as const)
    assert.ok(relativeError(curve.map(row => row[kind]), known[kind]) < 1e-12, kind);
});
witness.run();

/** Errors whose variance is gain² · deviation² + floor², and deviations that differ from element to element. */
function gaussianCase(n: number, count: number, seed: number): { moments: Moments; truth: Float32Array } {
  const mean = normals(n * count, seed, 1), noise = normals(n * count, seed, 2), rng = random(seed, 3);
  const deviation = mean.map(() => 0.05 + rng.uniform() ** 2);
  return { moments: { mean, deviation }, truth: mean.map((value, i) => value + Math.hypot(2.5 * deviation[i]!, 0.3) * noise[i]!) };
}

const truths = suite('uncertainty of normal errors');
truths('gain and floor are found, to 3 %', () => {
  const { moments, truth: x } = gaussianCase(100, 200, 1), { gain, floor } = fitVariances(moments, x);
  assert.ok(Math.abs(gain / 2.5 - 1) < 0.03 && Math.abs(floor / 0.3 - 1) < 0.03, `${gain}, ${floor}`);
});
truths('new errors are within normal and conformal intervals as often as the levels say, within binomial limits', () => {
  const held = gaussianCase(100, 200, 1), calibration = calibrate(held.moments, held.truth, 100);
  const test = gaussianCase(100, 200, 2);
  for (const { level, samples, normal, conformal } of coverage(test.moments, test.truth, calibration)) {
    // Of 20000 elements here, and of 15000 that the factors are from.
    const limit = 4 * Math.sqrt(level * (1 - level) * (1 / 20000 + 1 / 15000));
    assert.ok(Math.abs(normal - level) < limit + 0.005 && Math.abs(conformal - level) < limit, `${level}: ${normal}, ${conformal}`);
    assert.ok(samples < level - 0.2);
  }
});
truths('a scale of the errors is followed: widths double, coverages stay', () => {
  const { moments, truth: x } = gaussianCase(40, 30, 4), double = (values: Float32Array): Float32Array => values.map(value => 2 * value);
  const scaled = { mean: double(moments.mean), deviation: double(moments.deviation) };
  const one = coverage(moments, x, calibrate(moments, x, 40)), two = coverage(scaled, double(x), calibrate(scaled, double(x), 40));
  assert.ok(relativeError(two.map(({ width }) => width), one.map(({ width }) => 2 * width)) < 1e-4);
  assert.ok(relativeError(two.map(({ conformal }) => conformal), one.map(({ conformal }) => conformal)) < 1e-2);
});
truths('samples that say nothing leave a constant deviation; exact reconstructions need no interval', () => {
  const { moments: { mean }, truth: x } = gaussianCase(50, 20, 5), flat = { mean, deviation: new Float32Array(1000) };
  const { gain, floor } = fitVariances(flat, x), error = Math.sqrt(x.reduce((sum, value, i) => sum + (value - mean[i]!) ** 2, 0) / 1000);
  assert.is(gain, 0);
  assert.ok(Math.abs(floor / error - 1) < 1e-3);
  assert.equal(coverage({ mean: x, deviation: flat.deviation }, x, calibrate({ mean: x, deviation: flat.deviation }, x, 50))
    .map(({ conformal, width }) => [conformal, width]), levels.map(() => [1, 0]));
});
truths('too few errors for a level give an interval without end', () => {
  const moments = { mean: Float32Array.of(1, 2, 3), deviation: Float32Array.of(1, 1, 1) };
  assert.equal(conformalFactors(moments, Float32Array.of(2, 4, 6), { gain: 1, floor: 0 }), [2, 3, Infinity, Infinity, Infinity]);
});
truths('wrong input is refused with one line', () => {
  const { moments, truth: x } = gaussianCase(10, 4, 6);
  assert.throws(() => normalQuantile(1.5), /^normalQuantile: expected a probability within 0 … 1, got 1.5$/);
  assert.throws(() => calibrate(moments, x.subarray(1), 10), /^calibrate: expected 40 true values, got 39$/);
  assert.throws(() => calibrate(moments, x, 40), /^calibrate: expected at least 2 signals of 40 numbers, got 40 numbers$/);
  assert.throws(() => runningMoments(3).add(x), /^runningMoments: expected 3 numbers, got 40$/);
  assert.throws(() => runningMoments(3).moments(), /^runningMoments: expected at least 2 samples, got 0$/);
});
truths.run();

const operator = gaussian(12, 24, { seed: 5 }), signals = sparseSpikes(24, { density: 0.15, seed: 3 });
async function posterior(): Promise<BayesianNetwork> {
  return await bayes().fit(learnedIsta({ operator, prox: l1() }, { layers: 3 }), signals, { steps: 40, batch: 8 }) as BayesianNetwork;
}
const draws = suite('networks drawn from a posterior');
draws('mean and deviation are those of the reconstructions, the same again for the same seeds', async () => {
  const net = await posterior(), y = operator.forward(signals.sample('test', 0)), draw = (seed: number) => drawn(net, seed);
  const { mean, deviation } = sampledMoments(draw, y, 6), all = [1, 2, 3, 4, 5, 6].map(seed => drawn(net, seed).forward(y).data);
  mean.forEach((value, i) => {
    const average = all.reduce((sum, x) => sum + x[i]!, 0) / 6, square = all.reduce((sum, x) => sum + (x[i]! - average) ** 2, 0) / 5;
    assert.ok(Math.abs(value - average) < 1e-6 && Math.abs(deviation[i]! - Math.sqrt(square)) < 1e-6);
  });
  assert.equal(sampledMoments(draw, y, 6), { mean, deviation });
  assert.throws(() => sampledMoments(draw, y, 1), /^sampledMoments: expected at least 2 samples, got 1$/);
});
draws('a high power draws the likeliest signs, and deviations vanish; a power that is not above 0 is refused', async () => {
  const net = await posterior(), y = tensor(normals(24, 9), [2, 12]);
  const certain = sampledMoments(seed => drawn(net, seed, 1e9), y, 4);
  assert.ok(relativeError(certain.mean, net.forward(y).data) < 1e-6 && Math.max(...certain.deviation) < 1e-6);
  assert.ok(Math.max(...sampledMoments(seed => drawn(net, seed), y, 4).deviation) > 1e-3);
  assert.throws(() => drawn(net, 1, 0), /^drawn: expected a finite power above 0, got 0$/);
});
draws('the predictive deviation adds variances', () => {
  assert.ok(relativeError(predictiveDeviation(Float32Array.of(0, 2), { gain: 1.5, floor: 4 }), [4, 5]) < 1e-7);
});
draws.run();

const tiny: RunOptions = {
  methods: ['sign', 'bayes'], layers: 1, seeds: [1], snrDb: Infinity, supportSelection: true, quick: true, startSteps: 40, steps: 40,
  training: { batch: 8 }, uncertainty: 4,
};
const run = suite('uncertainty of tasks');
run('eeg-denoise: the curve rises, intervals reach their levels to 8 %, and a seed repeats it', async () => {
  const task = taskByName('eeg-denoise'), { uncertainties: [own], rows } = await evaluate(task, tiny);
  assert.equal([own!.method, own!.samples, own!.validation, own!.curve.length], ['bayes', 4, 128, levels.length]);
  own!.curve.forEach(({ level, conformal, samples, width }, k) => {
    assert.ok(Math.abs(conformal - level) < 0.08 && samples < conformal, `${level}: ${conformal}`);
    assert.ok(k === 0 || width > own!.curve[k - 1]!.width);
  });
  const [least, greatest] = own!.coverageOfSignals, at90 = own!.curve.find(({ level }) => level === 0.9)!.conformal;
  assert.ok(least < at90 && at90 < greatest && greatest <= 1);
  assert.ok(Math.abs(own!.nmseDb.likeliest - rows[1]!.nmseDb) < 1e-6 && own!.nmseDb.mean < own!.nmseDb.sample);
  assert.equal((await evaluate(task, tiny)).uncertainties, [own]);
});
run('block-cs: the mean of drawn networks is a panel of its own, with a deviation for each pixel', async () => {
  const { pictures, uncertainties } = await evaluate(taskByName('block-cs'), { ...tiny, methods: ['bayes'], startSteps: 2, steps: 4 });
  assert.is(uncertainties.length, 1);
  for (const { panels, truth: { shape } } of pictures) {
    assert.equal(panels.map(({ label }) => label), ['bayes', 'bayes, mean of 4 networks']);
    assert.is(panels[0]!.deviation, undefined);
    assert.equal(panels[1]!.deviation!.shape, shape);
    assert.ok(panels[1]!.deviation!.data.every(value => value > 0));
  }
});
run('nothing is drawn unless asked for; other numbers of networks and other methods are refused', async () => {
  const { uncertainty: _, ...plain } = tiny, task = taskByName('eeg-denoise');
  assert.equal((await evaluate(task, { ...plain, startSteps: 1, steps: 2 })).uncertainties, []);
  const refused = (options: Partial<RunOptions>): Promise<unknown> => evaluate(task, { ...tiny, ...options }).catch((error: Error) => error.message);
  assert.is(await refused({ uncertainty: 1 }), 'run: expected --uncertainty of 2 to 1000 drawn networks, got 1');
  assert.is(await refused({ methods: ['float'] }), 'run: expected --uncertainty with one of bayes, bayes-fast, hypernetwork, got float');
});
run.run();
