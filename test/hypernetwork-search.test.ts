import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adamSteps } from '../src/core/adam.js';
import { completed, paced } from '../src/core/steps.js';
import { random } from '../src/core/random.js';
import { popcount } from '../src/quantum/divergences.js';
import {
  blockHypernetwork, brick, hypernetwork, logPrior, maximumMeanDiscrepancy, sampledHypernetwork, sampledHypernetworkSteps, sampleOutcomes, simulator, type BlockHypernetwork,
} from '../src/quantum/index.js';
import { sampledGradient } from '../src/quantum/sampling.js';
import { exact } from '../src/qubo/solvers/exact.js';
import { energy, fromMatrix, type QuadraticModel } from '../src/qubo/index.js';

const drawnTable = (qubits: number, seed: number): Float64Array => {
  const rng = random(seed);
  return Float64Array.from({ length: 2 ** qubits }, () => rng.normal());
};
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

const adam = suite('Adam');
adam('the iterates of torch.optim.Adam with a linear schedule', () => {
  // torch 2, float64: p = [1, -2]; 5 steps of Adam(lr=0.1) with LambdaLR(1 - k / 5) on x0^2 + 3 x1^2 + x0 x1.
  const f = (x: Float64Array, gradient: Float64Array): number => {
    gradient[0] = 2 * x[0]! + x[1]!;
    gradient[1] = 6 * x[1]! + x[0]!;
    return x[0]! ** 2 + 3 * x[1]! ** 2 + x[0]! * x[1]!;
  };
  const { x, value, iterations } = completed(adamSteps(f, Float64Array.of(1, -2), { iterations: 5, learningRate: 0.1 }));
  assert.is(iterations, 5);
  assert.ok(distance(x, [0.8472944037270006, -1.7008505119899535]) < 1e-9);
  assert.ok(Math.abs(value - f(x, new Float64Array(2))) < 1e-15);
});
adam('it trains a circuit to the optimum that L-BFGS finds, and ends when told to', () => {
  const costs = drawnTable(5, 9), least = Math.min(...costs), shared = { depth: 3, restarts: 4, objective: { kind: 'mle' } } as const;
  const found = hypernetwork(costs, { ...shared, optimizer: { kind: 'adam', iterations: 300 } });
  assert.is(costs[found.best], least);
  assert.ok(found.expectedCost - least < 1e-3);
  assert.is(completed(adamSteps((x, g) => { g[0] = x[0]!; return x[0]! ** 2 / 2; }, Float64Array.of(1), { signal: { aborted: true } })).iterations, 0);
  assert.throws(() => completed(adamSteps(() => 0, new Float64Array(2), { iterations: -1 })), /^Adam: expected 0 or more iterations, got -1$/);
  assert.throws(() => completed(adamSteps(() => 0, new Float64Array(2), { learningRate: NaN })), /^Adam: expected a learning rate above 0, got NaN$/);
  assert.throws(() => completed(adamSteps(() => NaN, Float64Array.of(1))), /Adam: expected a finite value and gradient, got NaN/);
});
adam.run();

const sampled = suite('hypernetworks from samples');
sampled('derivatives have those of the exact objectives as their mean', () => {
  const qubits = 3, of = brick(qubits, { depth: 2 }), one = simulator(of), costs = drawnTable(qubits, 4), kernels = [0.5, 0.8], chances = [0.3, 0.5, 0.7];
  const at = Float64Array.from({ length: of.angles }, (_, k) => 0.4 * k - 1), logPi = logPrior(qubits, chances), count = 60, rng = random(1);
  const draw = (angles: Float64Array): Uint32Array => sampleOutcomes(one.probabilities(angles), 200, rng);
  for (const objective of [{ kind: 'mle' }, { kind: 'selbo', weight: 3, kernels }] as const) {
    const p = one.probabilities(at), slope = new Float64Array(8);
    if (objective.kind === 'selbo') maximumMeanDiscrepancy(logPi, kernels)(p, slope);
    const exactly = one.pullback(slope.map((value, w) => costs[w]! + (objective.kind === 'selbo' ? objective.weight * value : 0)));
    const estimates = Array.from({ length: count }, () => {
      const gradient = new Float64Array(of.angles);
      sampledGradient(draw, at, w => costs[w]!, objective, chances, gradient);
      return gradient;
    });
    exactly.forEach((value, k) => {
      const own = estimates.map(each => each[k]!), mean = own.reduce((a, b) => a + b) / count;
      const error = Math.sqrt(own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (count - 1) / count);
      assert.ok(Math.abs(mean - value) < 5 * error + 1e-12, `${objective.kind} ${k}: ${mean}, ${value} ± ${error}`);
    });
  }
  one.release();
});
sampled('the optimum of a table from samples, each cost asked for once, the same for the same seed', async () => {
  const qubits = 6, costs = drawnTable(qubits, 2), least = Math.min(...costs);
  for (const objective of [{ kind: 'mle' }, { kind: 'selbo', weight: 0.2 }] as const) {
    const asked: number[] = [], options = { objective, depth: 2, seed: 3, samples: 32, optimizer: { iterations: 60 } };
    const found = sampledHypernetwork(qubits, w => { asked.push(w); return costs[w]!; }, options);
    assert.is(found.bestCost, least);
    assert.is(costs[found.best], least);
    assert.is(new Set(asked).size, asked.length);
    assert.is(found.evaluations, asked.length);
    // 2 · 18 angles and the circuit itself at 61 points, and the last draw.
    assert.is(found.circuits, 61 * 37 + 1);
    assert.is(found.outcomes.length, 32);
    assert.ok(Math.abs(found.marginals[0]! - found.outcomes.filter(w => w >= 32).length / 32) < 1e-12);
    assert.ok(found.expectedCost < costs.reduce((sum, cost) => sum + cost, 0) / costs.length);
    assert.equal(sampledHypernetwork(qubits, w => costs[w]!, options), found);
    let pauses = 0;
    assert.equal(await paced(sampledHypernetworkSteps(qubits, w => costs[w]!, options), () => Promise.resolve(void pauses++)), found);
    assert.ok(pauses >= 37);
  }
});
sampled('20 qubits without a table: few of a million costs are asked for', () => {
  // The number of bits that differ from a secret string: nothing to be caught in.
  const secret = 0b1011_0010_1110_0101_1001, cost = (w: number): number => popcount(w ^ secret);
  const found = sampledHypernetwork(20, cost, { objective: { kind: 'mle' }, depth: 1, entangler: 'none', samples: 4, optimizer: { iterations: 2 } });
  assert.is(found.best, secret);
  assert.ok(found.evaluations < 1000);
});
sampled('objectives of probabilities and impossible options are refused', () => {
  const mle = { kind: 'mle' } as const;
  for (const [make, message] of [
    [() => sampledHypernetwork(2, () => 0, { depth: 1, objective: { kind: 'elbo' } }),
      'sampledHypernetwork: expected an objective of mle or selbo, got elbo, which needs probabilities'],
    [() => sampledHypernetwork(2, () => 0, { depth: 1, objective: { kind: 'gibbs' } }),
      'sampledHypernetwork: expected an objective of mle or selbo, got gibbs, which needs probabilities'],
    [() => sampledHypernetwork(2, () => NaN, { depth: 1, objective: mle }), /^sampledHypernetwork: expected finite costs, got NaN of outcome \d$/],
    [() => sampledHypernetwork(2, () => 0, { depth: 1, objective: mle, samples: 0 }), 'sampledHypernetwork: expected at least 1 sample, got 0'],
    [() => sampledHypernetwork(2, () => 0, { depth: 1, objective: { kind: 'best' } as never }),
      'sampledHypernetwork: expected an objective of mle, elbo, selbo, gibbs, got best'],
    [() => sampledHypernetwork(21, () => 0, { depth: 1, objective: mle }), 'brick: expected 1 to 20 qubits, got 21'],
    [() => sampledHypernetwork(2, () => 0, { depth: 1, objective: { kind: 'selbo', weight: -1 } }),
      'sampledHypernetwork: expected a weight of the divergence of at least 0, got -1'],
  ] as const) assert.throws(make, (error: Error) => error instanceof RangeError && (typeof message === 'string' ? error.message === message : message.test(error.message)));
});
sampled.run();

const blocks = suite('hypernetworks in blocks');
const drawnModel = (n: number, vartype: 'binary' | 'spin', seed: number): QuadraticModel => {
  const rng = random(seed);
  return fromMatrix(Float64Array.from({ length: n * n }, () => rng.normal()), n, { vartype, linear: Array.from({ length: n }, () => rng.normal()), offset: 0.7 });
};
/** Each string of all variables, the first the most significant, with its probability. */
function* strings(found: BlockHypernetwork, low: number): Generator<[Int8Array, number]> {
  const sizes = found.blocks.map(p => Math.log2(p.length)), n = found.marginals.length;
  for (let w = 0; w < 2 ** n; w++) {
    let chance = 1, left = n;
    found.blocks.forEach((p, b) => {
      left -= sizes[b]!;
      chance *= p[(w >>> left) & (p.length - 1)]!;
    });
    yield [Int8Array.from({ length: n }, (_, k) => ((w >>> (n - 1 - k)) & 1 ? 1 : low)), chance];
  }
}
for (const vartype of ['binary', 'spin'] as const) blocks(`${vartype}: the expected energy is that of all strings, and never rises`, () => {
  const model = drawnModel(11, vartype, 3), low = vartype === 'spin' ? -1 : 0;
  for (const temperature of [0, 0.5]) {
    const found = blockHypernetwork(model, { block: 4, depth: 2, temperature, seed: 2 });
    assert.equal(found.blocks.map(p => p.length), [8, 16, 16]);
    let expected = 0, divergence = 0;
    const ones = new Float64Array(11);
    for (const [sample, chance] of strings(found, low)) {
      expected += chance * energy(model, sample);
      if (chance > 0) divergence += chance * (Math.log(chance) + 11 * Math.LN2);
      sample.forEach((value, i) => { if (value === 1) ones[i]! += chance; });
    }
    assert.ok(Math.abs(found.expectedEnergy - expected) < 1e-9);
    assert.ok(Math.abs(found.values.at(-1)! - expected - temperature * divergence) < 1e-9);
    assert.ok(distance(found.marginals, ones) < 1e-12);
    found.values.slice(1).forEach((value, k) => assert.ok(value <= found.values[k]! + 1e-9));
  }
});
blocks('one block of all variables is the hypernetwork of the table; smaller ones come near the least energy', async () => {
  const model = drawnModel(9, 'spin', 5), { best: { energy: least } } = await exact().solve(model);
  assert.ok(Math.abs(blockHypernetwork(model, { block: 9, depth: 4, seed: 1 }).expectedEnergy - least) < 1e-3 * Math.abs(least));
  const found = blockHypernetwork(model, { block: 3, depth: 2, seed: 1 }).best, reached = energy(model, found);
  assert.ok(reached >= least - 1e-9);
  for (let i = 0; i < 9; i++) assert.ok(energy(model, found.map((value, j) => (j === i ? -value : value))) >= reached - 1e-9);
});
blocks('no free energy is below that of Boltzmann, and a start is left only for less', () => {
  const model = drawnModel(8, 'spin', 7), temperature = 8, samples = Array.from({ length: 256 }, (_, w) => Int8Array.from({ length: 8 }, (_, k) => ((w >>> k) & 1 ? 1 : -1)));
  const energies = samples.map(sample => energy(model, sample)), Z = energies.reduce((sum, E) => sum + Math.exp(-E / temperature) / 256, 0);
  const above = [1, 4, 8].map(block => blockHypernetwork(model, { block, depth: 5, temperature }).values.at(-1)! + temperature * Math.log(Z));
  assert.ok(above.every(gap => gap > 0));
  // Entangled blocks have correlations that independent spins have not.
  assert.ok(above[1]! < above[0]! && above[2]! < above[1]!);
  const least = Math.min(...energies), optimum = samples[energies.indexOf(least)]!;
  const found = blockHypernetwork(model, { block: 4, depth: 1, start: optimum });
  assert.equal(found.best, optimum);
  assert.ok(Math.abs(found.expectedEnergy - least) < 1e-9);
  assert.equal([...found.marginals], [...optimum].map(sign => (sign + 1) / 2));
});
blocks('heat leaves fair coins, and impossible blocks are refused', () => {
  const model = drawnModel(6, 'binary', 1);
  assert.ok(distance(blockHypernetwork(model, { block: 3, depth: 2, temperature: 1e5 }).marginals, Array<number>(6).fill(0.5)) < 1e-3);
  assert.throws(() => blockHypernetwork(model, { block: 21, depth: 1 }), /^blockHypernetwork: expected blocks of 1 to 20 qubits, got 21$/);
  assert.throws(() => blockHypernetwork(model, { depth: 1, rounds: NaN }), /blockHypernetwork: expected 0 or more rounds, got NaN/);
  assert.throws(() => blockHypernetwork(model, { depth: 1, temperature: -1 }), /blockHypernetwork: expected a temperature of at least 0, got -1/);
});
blocks.run();
