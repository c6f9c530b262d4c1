import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lbfgs, lbfgsSteps, type Differentiable } from '../src/core/lbfgs.js';
import { random } from '../src/core/random.js';
import { completed, paced } from '../src/core/steps.js';
import { popcount } from '../src/quantum/divergences.js';
import { randomAngles } from '../src/quantum/hypernetwork.js';
import { tableObjective } from '../src/quantum/objective.js';
import {
  applyKernel, brick, hypernetwork, kullbackLeibler, logPrior, maximumMeanDiscrepancy, polish, sampledDiscrepancy, sampleOutcomes, simulator,
  type Divergence,
} from '../src/quantum/index.js';
import { bitsOf, gaussianPoints, logits, networkCosts, predict } from '../src/tasks/studies/hypernetwork-gaussians.js';
import { accuracyOf, crossEntropies, encodedCrossEntropies, encodingOf, greyImages, twoDigits, valuesOf } from '../src/tasks/studies/hypernetwork-mnist.js';
import { gaussiansBnn, mnist4x4 } from '../src/tasks/studies/hypernetwork-studies.js';

interface Solved { readonly start: readonly number[]; readonly x: readonly number[]; readonly value: number }
// By SciPy and NumPy: test/fixtures/hypernetwork.py.
const expected = JSON.parse(readFileSync('test/fixtures/hypernetwork.json', 'utf8')) as {
  readonly rosenbrock: readonly Solved[];
  readonly quadratic: Solved & { readonly Q: readonly (readonly number[])[]; readonly c: readonly number[] };
  readonly kernel: {
    readonly qubits: number; readonly p: readonly number[]; readonly prior: readonly number[]; readonly divergence: number;
    readonly kernels: readonly { readonly a: number; readonly Kp: readonly number[]; readonly discrepancy: number }[];
  };
};
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.is(a.length, b.length);
  return Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
};
const rosenbrock: Differentiable = (x, gradient) => {
  let sum = 0;
  gradient.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    const a = x[i + 1]! - x[i]! ** 2, b = 1 - x[i]!;
    sum += 100 * a ** 2 + b ** 2;
    gradient[i]! -= 400 * a * x[i]! + 2 * b;
    gradient[i + 1]! += 200 * a;
  }
  return sum;
};
const drawnTable = (qubits: number, seed: number): Float64Array => {
  const rng = random(seed);
  return Float64Array.from({ length: 2 ** qubits }, () => rng.normal());
};

const descent = suite('L-BFGS');
for (const { start, x, value } of expected.rosenbrock) descent(`the valley of Rosenbrock in ${start.length} dimensions to SciPy's minimum`, () => {
  const found = lbfgs(rosenbrock, Float64Array.from(start), { gradient: 1e-9, iterations: 2000 });
  assert.ok(found.converged && Math.abs(found.value - value) < 1e-9);
  assert.ok(distance(found.x, x) < 1e-7);
});
descent('a convex quadratic to its minimum, in as many pairs as told', () => {
  const { Q, c, x, value } = expected.quadratic;
  for (const memory of [1, 10]) {
    const found = lbfgs((at, gradient) => {
      let sum = 0;
      Q.forEach((row, i) => {
        const slope = row.reduce((total, q, j) => total + q * at[j]!, 0);
        gradient[i] = slope + c[i]!;
        sum += at[i]! * (slope / 2 + c[i]!);
      });
      return sum;
    }, new Float64Array(c.length), { gradient: 1e-7, memory });
    assert.ok(found.converged && distance(found.x, x) < 1e-6 && Math.abs(found.value - value) < 1e-12);
  }
});
descent('it ends where steps gain too little, at the limit of iterations, and when told to', () => {
  const start = Float64Array.of(-1.2, 1), whole = lbfgs(rosenbrock, start), early = lbfgs(rosenbrock, start, { decrease: 0.5 });
  assert.ok(early.converged && early.iterations < whole.iterations && early.value < rosenbrock(start, new Float64Array(2)));
  const two = lbfgs(rosenbrock, start, { iterations: 2 });
  assert.ok(two.iterations === 2 && !two.converged);
  assert.is(lbfgs(rosenbrock, start, { signal: { aborted: true } }).iterations, 0);
});
descent('impossible options are refused', () => {
  for (const [options, message] of [
    [{ iterations: NaN }, 'lbfgs: expected 0 or more iterations, got NaN'], [{ iterations: -1 }, 'lbfgs: expected 0 or more iterations, got -1'],
    [{ memory: 0 }, 'lbfgs: expected a memory of at least 1 pair, got 0'], [{ decrease: NaN }, 'lbfgs: expected a decrease of at least 0, got NaN'],
    [{ gradient: -1 }, 'lbfgs: expected a gradient of at least 0, got -1'],
  ] as const) assert.throws(() => lbfgs(rosenbrock, new Float64Array(2), options), (error: Error) => error.message === message);
});
descent('paced, it comes to the same point, with a pause after each evaluation; a pause that throws gives it up', async () => {
  const start = Float64Array.of(-1.2, 1), whole = lbfgs(rosenbrock, start);
  let pauses = 0;
  assert.equal(await paced(lbfgsSteps(rosenbrock, start), () => { pauses++; return Promise.resolve(); }), whole);
  assert.is(pauses, whole.evaluations);
  let left = false;
  const steps = (function* () { try { yield* lbfgsSteps(rosenbrock, start); } finally { left = true; } return 0; })();
  await paced(steps, () => Promise.reject(new Error('stop'))).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'stop'));
  assert.ok(left);
});
descent('a start where f or its gradient is not finite is refused', () => {
  assert.throws(() => lbfgs(() => NaN, new Float64Array(2)), /lbfgs: expected a finite value and gradient at the start, got NaN/);
  assert.throws(() => lbfgs((_, gradient) => { gradient[0] = Infinity; return 1; }, new Float64Array(2)), /expected a finite value and gradient/);
});
descent.run();

const divergences = suite('divergences');
divergences('the published ansatz, N = 3, D = 2: MMD² and KL against uniform bits to ten digits', () => {
  const one = simulator(brick(3, { depth: 2 })), p = one.probabilities(Float64Array.from({ length: 9 }, (_, i) => 0.1 * (i + 1)));
  one.release();
  assert.ok(Math.abs(maximumMeanDiscrepancy(logPrior(3), [0.5])(p, new Float64Array(8)) - 0.3330067703) < 1e-10);
  assert.ok(Math.abs(kullbackLeibler(logPrior(3))(p, new Float64Array(8)) - 1.1320917989) < 1e-10);
});
divergences('kernels, discrepancies and KL are those of dense 2ⁿ × 2ⁿ matrices', () => {
  const { qubits, p, prior, kernels, divergence } = expected.kernel, at = Float64Array.from(p), logPi = logPrior(qubits, prior);
  for (const { a, Kp, discrepancy } of kernels) {
    const smooth = at.slice();
    applyKernel(smooth, a);
    assert.ok(distance(smooth, Kp) < 1e-12);
    assert.ok(Math.abs(maximumMeanDiscrepancy(logPi, [a])(at, new Float64Array(at.length)) - discrepancy) < 1e-12);
  }
  const mixture = maximumMeanDiscrepancy(logPi, kernels.map(({ a }) => a))(at, new Float64Array(at.length));
  assert.ok(Math.abs(mixture - kernels.reduce((sum, one) => sum + one.discrepancy, 0) / kernels.length) < 1e-12);
  assert.ok(Math.abs(kullbackLeibler(logPi)(at, new Float64Array(at.length)) - divergence) < 1e-12);
});
divergences('each objective through a circuit has the derivatives of central differences', () => {
  const of = brick(4, { depth: 3 }), one = simulator(of), rng = random(7), costs = drawnTable(4, 8), logPi = logPrior(4, [0.3, 0.5, 0.6, 0.8]);
  const angles = Float64Array.from({ length: of.angles }, () => 6 * rng.uniform() - 3);
  const mle: Divergence = (p, gradient) => p.reduce((sum, value, w) => {
    gradient[w]! += costs[w]!;
    return sum + value * costs[w]!;
  }, 0);
  const plus = (weight: number, extra: Divergence): Divergence => (p, gradient) => {
    const own = new Float64Array(p.length), value = mle(p, gradient) + weight * extra(p, own);
    own.forEach((slope, w) => { gradient[w]! += weight * slope; });
    return value;
  };
  for (const objective of [mle, plus(0.7, kullbackLeibler(logPi)), plus(4, maximumMeanDiscrepancy(logPi, [0.5, 0.9]))]) {
    const value = (at: Float64Array): number => objective(one.probabilities(at), new Float64Array(16));
    const h = 1e-5, central = angles.map((_, k) => {
      const [up, down] = [h, -h].map(by => value(angles.map((angle, i) => (i === k ? angle + by : angle))));
      return (up! - down!) / (2 * h);
    });
    const slope = new Float64Array(16);
    objective(one.probabilities(angles), slope);
    assert.ok(distance(one.pullback(slope), central) < 1e-8);
  }
  one.release();
});
divergences('the discrepancy of samples has that of their distribution as its mean', () => {
  const qubits = 4, rng = random(5), p = drawnTable(qubits, 6).map(Math.exp), total = p.reduce((sum, value) => sum + value, 0);
  const chances = p.map(value => value / total), kernels = [0.5, 0.8], draws = 400;
  const exact = maximumMeanDiscrepancy(logPrior(qubits), kernels)(chances, new Float64Array(16));
  const values = Array.from({ length: draws }, () => sampledDiscrepancy(sampleOutcomes(chances, 20, rng), qubits, kernels));
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
  assert.ok(Math.abs(mean - exact) < 4 * deviation / Math.sqrt(draws));
});
divergences('popcount counts ones of 32 bits', () => {
  const rng = random(9);
  for (const w of [0, 1, 0xffffffff, ...Array.from({ length: 100 }, () => rng.bits())])
    assert.is(popcount(w), w.toString(2).replaceAll('0', '').length);
});
divergences('kernels outside (0, 1), single draws and certain bits are refused', () => {
  assert.throws(() => maximumMeanDiscrepancy(logPrior(2), [1]), /maximumMeanDiscrepancy: expected kernels a between 0 and 1, got 1$/);
  assert.throws(() => maximumMeanDiscrepancy(logPrior(2), []), /got none/);
  assert.throws(() => sampledDiscrepancy(Uint32Array.of(1), 2, [0.5]), /sampledDiscrepancy: expected at least 2 outcomes, got 1/);
  assert.throws(() => logPrior(2, [0.5, 1]), /prior: expected 2 probabilities between 0 and 1, got 0.5, 1/);
});
divergences.run();

const networks = suite('hypernetworks');
networks('polish ends where no single flip lowers the cost', () => {
  const costs = drawnTable(8, 2);
  for (let w = 0; w < 256; w++) {
    const end = polish(costs, w);
    assert.ok(costs[end]! <= costs[w]!);
    for (let bit = 1; bit < 256; bit *= 2) assert.ok(costs[end ^ bit]! >= costs[end]!);
  }
});
networks('the optimum of small tables is found by every objective, the same for the same seed', () => {
  for (const qubits of [1, 3, 6]) for (const kind of ['mle', 'elbo', 'selbo', 'gibbs'] as const) {
    const costs = drawnTable(qubits, qubits), options = {
      depth: 3, restarts: 3, seed: 4, objective: kind === 'selbo' ? { kind, weight: 0.2 } : kind === 'mle' ? { kind } : { kind, temperature: 0.05 },
    };
    const found = hypernetwork(costs, options), least = Math.min(...costs);
    assert.is(costs[found.best], least);
    assert.is(found.value, Math.min(...found.values));
    assert.is(found.values.length, 3);
    const total = found.p.reduce((sum, value) => sum + value, 0), first = found.p.slice(costs.length / 2).reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(total - 1) < 1e-12 && Math.abs(found.marginals[0]! - first) < 1e-12);
    assert.equal(hypernetwork(costs, options), found);
  }
});
networks('the Gibbs objective is the negative log evidence under the circuit, with its slope, and at high temperature the mean cost', () => {
  const costs = drawnTable(4, 7), least = Math.min(...costs), of = brick(4, { depth: 2 }), machine = simulator(of), p = new Float64Array(16);
  const at = randomAngles(of.angles, 5), gradient = new Float64Array(of.angles), unused = new Float64Array(of.angles);
  try {
    for (const temperature of [0.02, 0.5, 1e6]) {
      const f = tableObjective(machine, costs, { kind: 'gibbs', temperature }, logPrior(4)), value = f(at, gradient);
      machine.probabilities(at, p);
      const evidence = p.reduce((sum, chance, w) => sum + chance * Math.exp(-costs[w]! / temperature), 0);
      assert.ok(Math.abs(value - (-Math.log(evidence) - least / temperature)) < 1e-9 * (1 + value));
      if (temperature === 1e6) assert.ok(Math.abs(value * temperature + least - p.reduce((sum, chance, w) => sum + chance * costs[w]!, 0)) < 1e-4);
      at.forEach((angle, k) => {
        const [up, down] = [1e-5, -1e-5].map(step => f(at.with(k, angle + step), unused)) as [number, number];
        assert.ok(Math.abs((up - down) / 2e-5 - gradient[k]!) < 1e-8 * (1 + Math.abs(gradient[k]!)), `${temperature}, angle ${k}`);
      });
    }
  } finally {
    machine.release();
  }
});
networks('a heavy divergence leaves the prior', () => {
  const prior = [0.2, 0.7, 0.5], found = hypernetwork(drawnTable(3, 1), { depth: 2, prior, objective: { kind: 'elbo', temperature: 1e4 } });
  assert.ok(distance(found.marginals, prior) < 1e-3);
});
networks('tables of other lengths, without numbers, and impossible options are refused', () => {
  const objective = { kind: 'mle' } as const;
  for (const [make, message] of [
    [() => hypernetwork(new Float64Array(6), { depth: 1, objective }), 'hypernetwork: expected costs of 2ⁿ outcomes, got 6'],
    [() => hypernetwork(new Float64Array(1), { depth: 1, objective }), 'hypernetwork: expected costs of 2ⁿ outcomes, got 1'],
    [() => hypernetwork(Float64Array.of(1, NaN), { depth: 1, objective }), 'hypernetwork: expected finite costs, got others'],
    [() => hypernetwork(new Float64Array(2), { depth: 1, objective, restarts: 0 }), 'hypernetwork: expected at least 1 restart, got 0'],
    [() => hypernetwork(new Float64Array(2), { depth: 1, objective: { kind: 'selbo', weight: -1 } }),
      'hypernetwork: expected a weight of the divergence of at least 0, got -1'],
    [() => hypernetwork(new Float64Array(2), { depth: 1, objective: { kind: 'best' } as never }),
      'hypernetwork: expected an objective of mle, elbo, selbo, gibbs, got best'],
    [() => hypernetwork(new Float64Array(2), { depth: 1, objective: { kind: 'gibbs', temperature: 0 } }), 'hypernetwork: expected a finite temperature above 0, got 0'],
    [() => hypernetwork(new Float64Array(2), { depth: 1, objective, optimizer: { kind: 'newton' } as never }),
      'hypernetwork: expected an optimizer of lbfgs, adam, got newton'],
    [() => hypernetwork(new Float64Array(2), { depth: 1, objective, draws: NaN }), 'hypernetwork: expected 0 or more draws, got NaN'],
    [() => polish(new Float64Array(4), NaN), 'polish: expected an outcome from 0 to 3, got NaN'],
    [() => polish(new Float64Array(4), 4), 'polish: expected an outcome from 0 to 3, got 4'],
    [() => logPrior(1e9), 'prior: expected 1 to 20 qubits, got 1000000000'],
  ] as const) assert.throws(make, (error: Error) => error instanceof RangeError && error.message === message);
});
networks.run();

const studies = suite('hypernetwork studies');
const drawnImages = (count: number) => {
  const rng = random(3), pixels = Float32Array.from({ length: 16 * count }, () => (rng.uniform() < 0.5 ? 0 : rng.integer(256) / 255));
  return { shape: [1, 4, 4], count, classes: 3, pixels, labels: Uint8Array.from({ length: count }, () => rng.integer(3)) } as const;
};
studies('costs of images in Gray order are those of each string on its own', () => {
  const raw = drawnImages(40), images = greyImages(raw), kept = Array.from(raw.labels.keys()).filter(i => raw.labels[i]! < 2);
  assert.is(images.samples, kept.length);
  const encoded = completed(encodedCrossEntropies(images));
  for (const low of [0, -1, -2, -3]) for (const w of [0, 1, 65_535, 65_536, 99_999, 131_071]) {
    const signs = valuesOf(w, low), costs = crossEntropies(images, low);
    assert.is(encoded[w - low * 131_072], costs[w]);
    assert.is(encodingOf(w - low * 131_072), low);
    let sum = 0, right = 0;
    for (const i of kept) {
      const z = signs[16]! + Array.from(raw.pixels.subarray(16 * i, 16 * i + 16)).reduce((total, x, k) => total + x * signs[k]!, 0);
      sum -= Math.log(1 / (1 + Math.exp(raw.labels[i] ? -z : z)));
      right += Number(z > 0 === (raw.labels[i] === 1));
    }
    assert.ok(Math.abs(costs[w]! - sum / kept.length) < 1e-6);
    assert.is(accuracyOf(images, w, low), right / kept.length);
  }
});
studies('a network of one hidden unit by hand, its cost and its prediction', () => {
  assert.is(bitsOf(1), 6);
  // W₁ = (1, −1), W₂ = 1, b₂ = −1, b₁ = 1; the last bit tells sigmoid from ReLU.
  const points = { x: [[0.5, -0.25], [-3, 1]] as const, labels: [1, 0] }, relu = 0b101010, sigmoid = 0b101011;
  assert.ok(distance(logits(points, 1, relu), [0.75, -1]) < 1e-12);
  assert.ok(distance(logits(points, 1, sigmoid), [1 / (1 + Math.exp(-1.75)) - 1, 1 / (1 + Math.exp(3)) - 1]) < 1e-12);
  const nll = (Math.log(1 + Math.exp(-0.75)) + Math.log(1 + Math.exp(-1))) / 2, p = new Float64Array(64);
  p[relu] = 1;
  assert.ok(Math.abs(completed(networkCosts(points, 1))[relu]! - nll) < 1e-12);
  const { nll: expectedNll, averagedNll, accuracy } = completed(predict(points, 1, p, 64));
  assert.ok(Math.abs(expectedNll - nll) < 1e-12 && Math.abs(averagedNll - nll) < 1e-12 && accuracy === 1);
});
studies('points of the mixture: half of each class, around its centres', () => {
  const { x, labels } = gaussianPoints(20_000, random(1)), count = labels.reduce((sum, label) => sum + label, 0);
  assert.ok(Math.abs(count / 20_000 - 0.5) < 4 * 0.5 / Math.sqrt(20_000));
  const zeros = x.filter((_, i) => labels[i] === 0), mean = [0, 1].map(k => zeros.reduce((sum, at) => sum + at[k]!, 0) / zeros.length);
  assert.ok(distance(mean, [-1, -2]) < 4 * Math.sqrt(0.1 / zeros.length));
});
studies('gaussians-bnn ranks every method, seed by seed, and stops', async () => {
  const options = { variant: '10-qubits', methods: gaussiansBnn.methods, seeds: [1, 2], quick: true };
  const { rows } = await gaussiansBnn.run(options);
  assert.is(rows.length, 2 * gaussiansBnn.methods.length);
  for (const row of rows) {
    assert.ok(gaussiansBnn.columns.every(({ key }) => typeof row[key] === 'number' && Number.isFinite(row[key])));
    const exact = rows.find(({ method, seed }) => method === 'exhaustive' && seed === row.seed)!;
    assert.ok(exact['found'] === 1 && (row['bestCost'] as number) >= (exact['bestCost'] as number));
  }
  await gaussiansBnn.run({ ...options, signal: AbortSignal.abort() }).then(() => assert.unreachable(), (error: Error) => assert.is(error.name, 'AbortError'));
  await gaussiansBnn.run({ ...options, methods: ['magic'] }).then(() => assert.unreachable(),
    (error: Error) => assert.match(error.message, /gaussians-bnn: expected methods of .*, got magic/));
  await mnist4x4.run({ ...options, variant: 'depth-4' }).then(() => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'mnist-4x4: expected a data folder with mnist/, got none'));
});
studies('a study that is stopped while a circuit trains ends at once', async () => {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 200), began = performance.now();
  const options = { variant: '18-qubits', methods: ['hypernetwork-elbo'], seeds: [1], quick: false, signal: stop.signal };
  await gaussiansBnn.run(options).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'gaussians-bnn: interrupted'));
  assert.ok(performance.now() - began < 3000);
  clearTimeout(timer);
});
const place = process.env['SIGNFOLD_DATA'] ?? '';
if (place) studies('12,665 and 2,115 images of 0 and 1; the least cost of all 131,072 strings', () => {
  const folder = { read: (path: string) => gunzipSync(readFileSync(join(place, path))), list: () => [] };
  const { train, test } = twoDigits(folder, [0, 1]);
  assert.equal([train.samples, test.samples], [12_665, 2115]);
  // The least by NumPy too, from the same four rows and columns of each image.
  const least = crossEntropies(train).reduce((a, b) => Math.min(a, b));
  assert.ok(Math.abs(least - 0.4658651772661909) < 1e-12);
  // The table of the authors' 17 qubits: 0.3268527 at least, 1.39 in the mean, 2.54 at most.
  const published = crossEntropies(train, -3), lowest = published.reduce((a, b) => Math.min(a, b)), highest = published.reduce((a, b) => Math.max(a, b));
  assert.ok(Math.abs(lowest - 0.3268527) < 5e-8);
  assert.ok(Math.abs(published.reduce((a, b) => a + b) / published.length - 1.39) < 0.005 && Math.abs(highest - 2.54) < 0.005);
});
if (place) studies('19 bits, 3 against 7: the published loss 0.6036, the encoding {0, 1}, accuracies 0.769 and 0.755', () => {
  const { train, test } = twoDigits({ read: path => gunzipSync(readFileSync(join(place, path))), list: () => [] }, [3, 7]);
  assert.is(test.samples, 2038);
  const costs = completed(encodedCrossEntropies(train)), best = costs.reduce((to, cost, w) => (cost < costs[to]! ? w : to), 0);
  assert.ok(Math.abs(costs[best]! - 0.6036) < 5e-5);
  assert.is(encodingOf(best), 0);
  assert.ok(Math.abs(accuracyOf(train, best, 0) - 0.769) < 5e-4 && Math.abs(accuracyOf(test, best, 0) - 0.755) < 5e-4);
});
else studies.skip('published tables of 17 and 19 bits (SIGNFOLD_DATA is not set)', () => {});
studies.run();
