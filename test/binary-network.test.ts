// Training of binary networks as a QUBO: against enumeration of all variables, a network written out in integers, and numpy.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random, type Random } from '../src/core/random.js';
import {
  byQubo, collapsed, dropout, exhaustive, formulate, layered, lexicographicGamma, margins, networkState, objectiveRange, packSamples,
  predict, scored, straightThrough, subnetwork, topology,
  type NodeSpec, type Topology, type Trainer, type TrainingModel, type TrainingProblem,
} from '../src/qubo/binary-network/index.js';
import { energy, eachNeighbour, flipGain, type QuadraticModel } from '../src/qubo/model.js';
import { annealing } from '../src/qubo/solvers/annealing.js';

/** Sums of a few hundred coefficients that are integers times γ, Λ and a bias. */
const CLOSE = 1e-9;
const close = (a: number, b: number, message?: string): void => assert.ok(Math.abs(a - b) <= CLOSE, `${message ?? ''} ${a} ${b}`);

const rejects = async (work: Promise<unknown>, message: RegExp): Promise<void> => {
  const caught = await work.then(() => undefined, error => error as Error);
  assert.match(caught?.message ?? 'nothing was thrown', message);
};

interface Drawn { readonly problem: TrainingProblem; readonly rows: number[][]; readonly labels: number[][] }

const bits = (rng: Random, count: number): number[] => Array.from({ length: count }, () => rng.bits() >>> 31);

/** Any graph: each neuron sums two or more of the nodes before it, or one; several outputs where nothing sums them. */
function drawNetwork(rng: Random): Topology {
  const specs: NodeSpec[] = Array.from({ length: 2 + rng.integer(3) }, (_, i) => ({ name: `x${i}` }));
  if (rng.integer(2)) specs.push({ name: 'one', bias: true });
  for (let j = 0, count = 2 + rng.integer(2); j < count; j++) {
    const from = specs.map(spec => spec.name).filter(() => rng.uniform() < 0.55);
    specs.push({ name: `n${j}`, from: from.length ? from : [specs[rng.integer(specs.length)]!.name] });
  }
  return topology(specs.toReversed());
}

function drawProblem(seed: number, settings: { gamma?: number; biases?: boolean } = {}): Drawn {
  const rng = random(seed, 5);
  let net = drawNetwork(rng);
  while (net.weights > 9) net = drawNetwork(rng);
  const count = 1 + rng.integer(4), rows = Array.from({ length: count }, () => bits(rng, net.inputs));
  const labels = rows.map(() => bits(rng, net.outputs.length));
  const biases = settings.biases ? { biases: Array.from({ length: net.weights }, () => rng.normal()) } : {};
  return { problem: { topology: net, samples: packSamples(net, rows, labels), gamma: settings.gamma ?? 0, ...biases }, rows, labels };
}

/** The network in spins, one sample: what each node gives, and each neuron's sum. */
function run(net: Topology, row: readonly number[], weights: ArrayLike<number>): { values: number[]; sums: number[] } {
  const values = [...row.map(bit => 2 * bit - 1), ...Array<number>(net.biases).fill(1)], sums: number[] = [];
  for (const { from, firstWeight } of net.neurons) {
    const sum = Array.from(from).reduce((u, source, i) => u + (2 * weights[firstWeight + i]! - 1) * values[source]!, 0);
    sums.push(sum);
    values.push(sum > 0 ? 1 : -1);
  }
  return { values, sums };
}

/** Inputs of a neuron that may change sign before its own sign does. */
const integerMargin = (sum: number, n: number): number => {
  let changes = 0;
  for (let u = sum; u > 0 === sum > 0 && changes <= n; changes++) u += sum > 0 ? -2 : 2;
  return changes - 1;
};

function objectiveByHand({ problem, rows, labels }: Drawn, weights: ArrayLike<number>): number {
  const { topology: net, gamma = 0, biases } = problem;
  let value = 0;
  rows.forEach((row, k) => {
    const { values, sums } = run(net, row, weights);
    net.outputs.forEach((j, o) => { if (values[net.neurons[j]!.node]! !== 2 * labels[k]![o]! - 1) value++; });
    net.neurons.forEach(({ from }, j) => { value -= gamma * integerMargin(sums[j]!, from.length); });
  });
  for (let w = 0; biases && w < net.weights; w++) value += biases[w]! * weights[w]!;
  return value;
}

const setting = (code: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (code >> i) & 1);

function leastByHand(drawn: Drawn): number {
  const { weights } = drawn.problem.topology;
  return Math.min(...Array.from({ length: 2 ** weights }, (_, code) => objectiveByHand(drawn, setting(code, weights))));
}

/** The lowest energy over all variables from `from` to `to`, the others as they are, in Gray-code order; `sample` ends as it began. */
function lowestOver(model: QuadraticModel, sample: Int8Array, from: number, to: number): number {
  let gain = 0, lowest = 0;
  const flip = (i: number): void => { gain += flipGain(model, sample, i); sample[i]! ^= 1; lowest = Math.min(lowest, gain); };
  for (let step = 1; step < 2 ** (to - from); step++) flip(from + 31 - Math.clz32(step & -step));
  flip(to - 1);
  return lowest;
}

/** The lowest energy for given weights over all settings of all auxiliaries: those of one sample touch no other sample's. */
function lowestGiven(problem: TrainingProblem, { model, complete }: TrainingModel, weights: ArrayLike<number>): number {
  const sample = complete(weights), W = problem.topology.weights, block = (model.n - W) / problem.samples.count;
  let lowest = energy(model, sample);
  for (let at = W; at < model.n; at += block) lowest += lowestOver(model, sample, at, at + block);
  return lowest;
}

const checkDecoupled = (problem: TrainingProblem, model: QuadraticModel): void => {
  const W = problem.topology.weights, block = (model.n - W) / problem.samples.count;
  for (let i = W; i < model.n; i++)
    eachNeighbour(model, i, j => assert.ok(j < W || Math.floor((j - W) / block) === Math.floor((i - W) / block)));
};

const graphs = suite('sign networks on any graph');
graphs('nodes may come in any order; each neuron stands after all that it sums', () => {
  const net = topology([
    { name: 'out', from: ['b', 'x', 'one'] }, { name: 'b', from: ['a', 'y'] }, { name: 'a', from: ['x', 'y', 'one'] },
    { name: 'one', bias: true }, { name: 'x' }, { name: 'y' },
  ]);
  assert.equal(net.names, ['x', 'y', 'one', 'a', 'b', 'out']);
  assert.equal([net.inputs, net.biases, net.weights, net.outputs], [2, 1, 8, [2]]);
  assert.equal(net.neurons.map(({ threshold, bits, shift }) => [threshold, bits, shift]), [[2, 1, 0], [2, 1, 0], [2, 1, 0]]);
  assert.equal(net.successors.map(list => [...list]), [[0, 2], [0, 1], [0, 2], [1], [2], []]);
});
graphs('layered([9, 3, 1]) has 30 weights; skips and biases add theirs', () => {
  assert.is(layered([9, 3, 1]).weights, 30);
  assert.is(layered([9, 3, 1], { bias: true }).weights, 34);
  assert.is(layered([9, 3, 1], { skips: [[0, 2]] }).weights, 39);
  assert.equal(layered([2, 2, 1], { skips: [[0, 2]], bias: true }).neurons[2]!.from, Uint32Array.of(0, 1, 3, 4, 2));
});
graphs('what is no network is refused in one line', () => {
  const bad: [NodeSpec[], RegExp, string[]?][] = [
    [[{ name: 'x' }, { name: 'a', from: ['x', 'b'] }, { name: 'b', from: ['a'] }], /topology: expected no cycle, got one through "a"/],
    [[{ name: 'a', from: ['a'] }], /no cycle/],
    [[{ name: 'x' }, { name: 'a', from: ['z'] }], /expected known nodes, got "z" into "a"/],
    [[{ name: 'x' }, { name: 'a', from: [] }], /expected neuron "a" to sum at least one node, got none/],
    [[{ name: 'x' }, { name: 'x' }], /different names, got "x" twice/],
    [[{ name: 'x' }, { name: 'a', from: ['x', 'x'] }], /each node once into "a"/],
    [[{ name: 'x' }], /at least one neuron/],
    [[{ name: 'x' }, { name: 'a', bias: true, from: ['x'] }], /expected a bias to sum nothing, got "a"/],
    [[{ name: 'x' }, { name: 'a', from: ['x'] }], /different neurons as outputs, got "x"/, ['x']],
  ];
  for (const [specs, message, outputs] of bad) assert.throws(() => topology(specs, outputs), message);
  assert.throws(() => layered([9]), /layered: expected two or more sizes/);
  assert.throws(() => layered([9, 3, 1], { skips: [[0, 1]] }), /layered: expected skips over/);
  const net = layered([2, 1]);
  assert.throws(() => packSamples(net, [[0, 1, 1]], [[1]]), /samples: expected 2 values in row 0, got 3/);
  assert.throws(() => packSamples(net, [[0, 2]], [[1]]), /samples: expected 0 or 1, got 2/);
  assert.throws(() => packSamples(net, [], []), /samples: expected as many labels/);
  const problem = { topology: net, samples: packSamples(net, [[0, 1]], [[1]]) };
  assert.throws(() => formulate({ ...problem, gamma: -1 }), /training: expected gamma of 0 or more, got -1/);
  assert.throws(() => formulate({ ...problem, biases: [1] }), /training: expected 2 finite biases, got 1/);
  assert.throws(() => formulate(problem, { penalty: 0 }), /formulate: expected a penalty above 0, got 0/);
  assert.throws(() => scored(problem, [1]), /weights: expected 2 bits, got 1/);
});
graphs('32 samples at once equal one sample in spins, a sum of 0 is -1, and flips keep all up to date', () => {
  for (let seed = 0; seed < 60; seed++) {
    const rng = random(seed, 6), net = seed % 5 ? drawNetwork(rng) : layered([7, 4, 3, 2], { skips: [[0, 2], [1, 3]], bias: true });
    const count = [1, 31, 32, 33, 64, 70][seed % 6]!, rows = Array.from({ length: count }, () => bits(rng, net.inputs));
    const labels = rows.map(() => bits(rng, net.outputs.length)), samples = packSamples(net, rows, labels);
    const state = networkState(net, samples), weights = Uint8Array.from(bits(rng, net.weights));
    state.load(weights);
    for (let flips = 0; flips < 40; flips++) {
      const marginSums = net.neurons.map(() => 0);
      let errors = 0;
      rows.forEach((row, k) => {
        const { values, sums } = run(net, row, weights);
        values.forEach((value, node) => assert.is(2 * state.value(node, k) - 1, value));
        net.neurons.forEach(({ from }, j) => { marginSums[j]! += integerMargin(sums[j]!, from.length); });
        net.outputs.forEach((j, o) => { if ((values[net.neurons[j]!.node]! > 0 ? 1 : 0) !== labels[k]![o]) errors++; });
      });
      assert.is(state.errors(), errors);
      assert.equal(net.neurons.map((_, j) => state.margin(j)), marginSums);
      const w = rng.integer(net.weights);
      state.flip(w);
      weights[w]! ^= 1;
      assert.equal(state.weights, weights);
    }
    assert.equal(margins(net, samples, weights), net.neurons.map((_, j) => state.margin(j)));
    const given = predict(net, samples, weights);
    net.outputs.forEach((j, o) =>
      rows.forEach((row, k) => assert.is(2 * given[o]![k]! - 1, run(net, row, weights).values[net.neurons[j]!.node])));
  }
});

const exact = suite('the compact QUBO');
exact('has W + K (hidden edges + Σ (1 + B)) variables, each with a name: 30 + 17 K for 9-3-1', () => {
  const net = layered([9, 3, 1]), rows = Array.from({ length: 5 }, (_, k) => bits(random(k), 9));
  const { model, activation, slack, product } = formulate({ topology: net, samples: packSamples(net, rows, rows.map(() => [1])) });
  assert.is(model.n, 30 + 17 * 5);
  assert.is(new Set(model.names).size, model.n);
  assert.is(model.names![0], 'w[x0,h1.0]');
  assert.is(model.names![activation(3, 4)], 'a[h2.0;4]');
  assert.is(model.names![slack(1, 2, 0)], 's2[h1.1;0]');
  assert.is(model.names![product(28, 3)], 'z[h1.1,h2.0;3]');
  assert.throws(() => product(0, 0), /expected a weight whose input is a neuron, got 0/);
});
exact('its minimum over all auxiliaries is the training objective, for every weight setting of 120 random networks', () => {
  let settings = 0, skips = 0, even = 0, several = 0;
  for (let seed = 0; seed < 120; seed++) {
    const drawn = drawProblem(seed, { gamma: [0, 0.1, 0.7][seed % 3]!, biases: seed % 4 === 3 }), { problem } = drawn;
    const { topology: net } = problem, built = formulate(problem);
    checkDecoupled(problem, built.model);
    assert.ok(built.penalty > objectiveRange(net, problem.gamma) && built.penalty < objectiveRange(net, problem.gamma) + 0.001);
    for (let code = 0; code < 2 ** net.weights; code++) {
      const weights = setting(code, net.weights), objective = objectiveByHand(drawn, weights);
      close(lowestGiven(problem, built, weights), objective, `network ${seed}, weights ${code}`);
      close(energy(built.model, built.complete(weights)), objective, 'complete');
      assert.equal(built.decode(built.complete(weights)), weights);
      settings++;
    }
    const first = net.inputs + net.biases;
    if (net.neurons.some(({ from }) => from.some(node => node < first) && from.some(node => node >= first))) skips++;
    if (net.neurons.some(({ from }) => from.length % 2 === 0)) even++;
    if (net.outputs.length > 1) several++;
  }
  assert.ok(settings > 5000 && skips > 50 && even > 50 && several > 20, `${settings} ${skips} ${even} ${several}`);
});
exact('its minimum over all variables is the best objective of all weights, where there are up to 20 of them', () => {
  let tried = 0;
  for (let seed = 200; seed < 1000 && tried < 12; seed++) {
    const drawn = drawProblem(seed, { gamma: [0, 0.3][seed % 2]!, biases: seed % 3 === 2 });
    const { model } = formulate(drawn.problem);
    if (model.n > 20 || model.n < 14) continue;
    const start = new Int8Array(model.n), lowest = energy(model, start) + lowestOver(model, start, 0, model.n);
    close(lowest, leastByHand(drawn));
    tried++;
  }
  assert.is(tried, 12);
});
exact('a penalty just above the range of one sample is exact, just below it is not', () => {
  const lowestWith = (problem: TrainingProblem, penalty: number): number => {
    const built = formulate(problem, { penalty }), W = problem.topology.weights;
    return Math.min(...Array.from({ length: 2 ** W }, (_, code) => lowestGiven(problem, built, setting(code, W))));
  };
  for (let seed = 0; seed < 16; seed++) {
    const drawn = drawProblem(seed, { gamma: [0, 0.4][seed % 2]! }), { problem } = drawn;
    close(lowestWith(problem, objectiveRange(problem.topology, problem.gamma) * 1.001), leastByHand(drawn));
  }
  // The same input asked for different labels: one violated activation of h costs Λ, and makes both samples right at all outputs.
  for (const outputs of [1, 2]) {
    const net = topology([
      { name: 'x' }, { name: 'h', from: ['x'] }, ...Array.from({ length: outputs }, (_, o) => ({ name: `o${o}`, from: ['h'] })),
    ]);
    const rows = [[1], [1]], labels = [Array<number>(outputs).fill(0), Array<number>(outputs).fill(1)];
    const problem = { topology: net, samples: packSamples(net, rows, labels) }, range = objectiveRange(net);
    assert.equal([range, leastByHand({ problem, rows, labels })], [outputs, outputs]);
    close(lowestWith(problem, 1.001 * range), outputs);
    close(lowestWith(problem, 0.999 * range), 0.999 * range);
  }
});
exact('numpy finds the same energies and the same minimum', () => {
  const { inputs, labels, gamma, penalty, Q, offset, minimum, weights, energies } =
    JSON.parse(readFileSync('test/fixtures/binary-network.json', 'utf8')) as {
      inputs: number[][]; labels: number[][]; gamma: number; penalty: number; Q: number[][]; offset: number;
      minimum: number; weights: number[]; energies: { sample: number[]; energy: number }[];
    };
  const net = layered([3, 2, 1], { skips: [[0, 2]] }), problem = { topology: net, samples: packSamples(net, inputs, labels), gamma };
  const { model, complete } = formulate(problem, { penalty });
  assert.is(model.offset, offset);
  for (let i = 0; i < model.n; i++) {
    assert.is(model.linear[i], Q[i]![i]);
    const row = new Float64Array(model.n);
    eachNeighbour(model, i, (j, value) => { row[j] = value; });
    for (let j = 0; j < model.n; j++) if (j !== i) assert.is(row[j], i < j ? Q[i]![j] : Q[j]![i]);
  }
  for (const given of energies) close(energy(model, given.sample), given.energy);
  close(energy(model, complete(weights)), minimum);
  close(scored(problem, weights).objective, minimum);
});

const training = suite('training of sign networks');

/** A teacher's labels on so many of the 512 inputs of 9-3-1. */
function teacher(seed: number, count: number, net = layered([9, 3, 1])): TrainingProblem {
  const rng = random(seed, 7), rows = Array.from({ length: 512 }, (_, code) => Array.from(setting(code, 9)));
  for (let i = 0; i < count; i++) { const j = i + rng.integer(512 - i); [rows[i], rows[j]] = [rows[j]!, rows[i]!]; }
  const chosen = rows.slice(0, count), weights = bits(rng, net.weights);
  const labels = predict(net, packSamples(net, chosen, chosen.map(() => [0])), weights)[0]!;
  return { topology: net, samples: packSamples(net, chosen, Array.from(labels, label => [label])) };
}

training('collapsed moves and exhaustive search make no error on 8 to 64 samples of a 9-3-1 teacher', async () => {
  for (const count of [8, 16, 32, 64]) for (let seed = 0; seed < 3; seed++) {
    const problem = teacher(seed, count), found = await collapsed().train(problem, { seed });
    assert.is(found.errors, 0, `${count} samples, seed ${seed}`);
    const { model, complete } = formulate(problem);
    close(energy(model, complete(found.weights)), found.objective);
  }
  const proven = await exhaustive().train(teacher(1, 16));
  assert.equal([proven.errors, proven.proven], [0, true]);
});
training('exhaustive search finds the least of all weight settings, with margins and with biases', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const drawn = drawProblem(seed + 300, { gamma: [0, 0.2][seed % 2]!, biases: seed % 3 === 2 });
    const { objective, weights } = await exhaustive().train(drawn.problem);
    close(objective, leastByHand(drawn), `seed ${seed}`);
    close(objective, objectiveByHand(drawn, weights));
  }
  const two = layered([3, 3, 1]), rows = Array.from({ length: 8 }, (_, code) => Array.from(setting(code, 3)));
  for (let seed = 0; seed < 12; seed++) {
    const rng = random(seed, 8), labels = rows.map(() => bits(rng, 1)), gamma = [0, 0.05, 0.3][seed % 3]!;
    const problem = { topology: two, samples: packSamples(two, rows, labels), gamma };
    const { objective } = await exhaustive().train(problem);
    close(objective, leastByHand({ problem, rows, labels }), `twins, seed ${seed}`);
  }
  const even = layered([2, 3, 1]), all = Array.from({ length: 4 }, (_, code) => Array.from(setting(code, 2)));
  for (let code = 0; code < 16; code++) for (const gamma of [0, 0.1]) {
    const labels = Array.from(setting(code, 4), label => [label]), problem = { topology: even, samples: packSamples(even, all, labels), gamma };
    close((await exhaustive().train(problem)).objective, leastByHand({ problem, rows: all, labels }), `even fan-in, labels ${code}`);
  }
  await rejects(exhaustive().train(teacher(1, 8, layered([9, 5, 1]))), /exhaustive: expected at most 67108864 settings/);
});
training('collapsed moves reach the proven optimum of labels without a rule, with margins and with biases too', async () => {
  const net = layered([5, 3, 1]), rng = random(9), rows = Array.from({ length: 24 }, () => bits(rng, 5));
  const samples = packSamples(net, rows, rows.map(() => bits(rng, 1))), biases = Array.from({ length: net.weights }, () => rng.normal() / 2);
  const settings = [{}, { gamma: 0.9 * lexicographicGamma(net, 24) }, { gamma: 0.05 }, { biases }, { gamma: 0.05, biases }];
  for (const [at, own] of settings.entries()) {
    const problem = { topology: net, samples, ...own };
    const least = await exhaustive().train(problem), found = await collapsed().train(problem, { seed: 1 });
    assert.ok(least.errors > 0);
    close(found.objective, least.objective, `setting ${at}`);
  }
});
training('margins below the lexicographic bound never cost an error, and grow', async () => {
  let narrow = 0, wide = 0;
  for (let seed = 0; seed < 4; seed++) {
    const problem = teacher(seed, 24), { topology: net, samples } = problem, gamma = 0.99 * lexicographicGamma(net, 24);
    const plain = await collapsed().train(problem, { seed }), regularised = await collapsed().train({ ...problem, gamma }, { seed });
    assert.equal([plain.errors, regularised.errors], [0, 0]);
    for (const margin of margins(net, samples, plain.weights)) narrow += margin;
    for (const margin of margins(net, samples, regularised.weights)) wide += margin;
  }
  assert.ok(wide > narrow, `${wide} ${narrow}`);
});
training('annealing of the global QUBO decodes to weights whose true errors are reported beside its energy', async () => {
  const problem = teacher(3, 6), found = await byQubo(annealing(), { sweeps: 500, reads: 20 }).train(problem, { seed: 1 });
  assert.is(found.errors, scored(problem, found.weights).errors);
  assert.ok(found.energy! >= 0 && found.errors <= 1, `${found.energy} ${found.errors}`);
});
training('subnetworks keep what is left connected, with thresholds of their own', () => {
  const net = layered([3, 3, 1], { skips: [[0, 2]], bias: true }), kept = net.names.map(name => name !== 'h1.1' && name !== 'x2');
  const { topology: sub, weights, inputs } = subnetwork(net, kept)!;
  assert.equal(sub.names, ['x0', 'x1', 'bias', 'h1.0', 'h1.2', 'h2.0']);
  assert.equal(inputs, [0, 1]);
  assert.equal(sub.neurons.map(({ threshold }) => threshold), [2, 2, 3]);
  const edge = (of: Topology, w: number): string => {
    const { name, from, firstWeight } = of.neurons.findLast(neuron => neuron.firstWeight <= w)!;
    return `${of.names[from[w - firstWeight]!]} ${name}`;
  };
  weights.forEach((w, at) => assert.is(edge(sub, at), edge(net, w)));
  const chain = topology([
    { name: 'x' }, { name: 'y' }, { name: 'a', from: ['x'] }, { name: 'b', from: ['a'] }, { name: 'c', from: ['b', 'y'] },
  ]);
  assert.equal(subnetwork(chain, [false, true, true, true, true])!.topology.names, ['y', 'c']);
  assert.equal(subnetwork(chain, [true, true, true, false, true])!.topology.names, ['x', 'y', 'c']);
  assert.is(subnetwork(layered([2, 2, 1]), [true, true, false, false, true]), undefined);
});
training('dropout keeps its biases below one error, and trains; equal seeds give equal weights', async () => {
  const problem = teacher(5, 32), seen: number[] = [];
  const inner: Trainer = {
    name: 'inner',
    train: (given, options) => {
      seen.push(Array.from(given.biases!).reduce((sum, bias) => sum + Math.abs(bias), 0));
      return collapsed({ reads: 4 }).train(given, options);
    },
  };
  const trainer = dropout(inner, { rounds: 6 });
  const first = await trainer.train(problem, { seed: 3 }), again = await trainer.train(problem, { seed: 3 });
  assert.is(first.errors, 0);
  assert.equal(first.weights, again.weights);
  assert.ok(Math.max(...seen) <= 0.5 && seen[0] === 0 && seen[6]! > 0);
});
training('each subnetwork moves the biases of its weights towards what it found', async () => {
  const seen: number[][] = [], found = Uint8Array.from({ length: 30 }, (_, w) => (w % 3 ? 1 : 0));
  const whole: Trainer = {
    name: 'whole', train: async given => { seen.push(Array.from(given.biases!)); return scored(given, found); },
  };
  await dropout(whole, { rounds: 4, keepNeurons: 1, strength: 0.6 }).train(teacher(5, 8));
  seen.forEach((biases, round) => biases.forEach((bias, w) => close(bias, -round * 0.6 / (4 * 30) * (2 * found[w]! - 1))));
  assert.is(seen.length, 5);
});
training('straight-through training returns the best weights that it came by', async () => {
  const problem = teacher(6, 16), found = await straightThrough().train(problem, { seed: 1 });
  assert.is(found.errors, scored(problem, found.weights).errors);
  assert.ok(found.errors <= 2, `${found.errors}`);
});
training('a signal ends every search early with what it has', async () => {
  const problem = teacher(7, 64), signal = AbortSignal.abort();
  for (const trainer of [collapsed(), dropout(collapsed()), straightThrough(), byQubo(annealing(), { sweeps: 10, reads: 1 })])
    assert.is((await trainer.train(problem, { signal })).weights.length, 30);
});

graphs.run();
exact.run();
training.run();
