import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { agentSystem, momentumSearch, spinLadder, spinSystem, type SpinWalker } from '../src/kernels/index.js';
import { energy, fromMatrix, fromTriplets, toBinary, type QuadraticModel, type Triplets } from '../src/qubo/index.js';
import { random } from '../src/core/random.js';
import { bestKnown } from '../src/qubo/best-known.js';
import { rudy } from '../src/qubo/formats/rudy.js';
import { bifurcation } from '../src/qubo/solvers/bifurcation.js';
import { descent } from '../src/qubo/solvers/descent.js';
import { momentum } from '../src/qubo/solvers/momentum.js';
import { extremes, selfCouplings } from '../src/qubo/solvers/self-couplings.js';
import { evenLadder } from '../src/qubo/solvers/temperature-ladder.js';
import { tempering } from '../src/qubo/solvers/tempering.js';
import { relativeError } from './helpers.js';

interface Listed extends Triplets { readonly n: number; readonly rows: number[]; readonly cols: number[]; readonly values: number[] }
interface Fixture {
  readonly momentum: Listed & {
    seed: [number, number]; linear: number[]; bits: number[]; self: number[]; schedule: [number, number, number][]; states: string[];
  };
  readonly bifurcation: readonly (Listed & {
    discrete: boolean; agents: number; steps: number; dt: number; strength: number; heat: number; field: number[];
    first: [number[][], number[][]]; x: number[][]; y: number[][]; energies: number[];
  })[];
  readonly eigenvalues: Listed & { largest: number; ofNegative: number };
  readonly torus: { width: number; length: number; across: string; along: string; energy: number };
}
// Written by test/fixtures/qubo-dynamics.py: numpy's own trajectories, eigenvalues and transfer matrices.
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/qubo-dynamics.json', import.meta.url), 'utf8')) as Fixture;
const layouts = ['dense', 'sparse'] as const;

/** Spins on a torus, each coupled to the next one across and along. */
function torus(width: number, length: number, across: (k: number) => number, along: (k: number) => number, linear?: number[]): QuadraticModel {
  const rows: number[] = [], cols: number[] = [], values: number[] = [];
  for (let k = 0; k < width * length; k++) {
    const x = k % width;
    rows.push(k, k);
    cols.push(k - x + (x + 1) % width, (k + width) % (width * length));
    values.push(across(k), along(k));
  }
  return fromTriplets(width * length, { rows, cols, values }, { vartype: 'spin', layout: 'sparse', ...(linear && { linear }) });
}
function signTorus(width: number, length: number, seed: number, linear?: number[]): QuadraticModel {
  const rng = random(seed), sign = (): number => 2 * rng.integer(2) - 1;
  return torus(width, length, sign, sign, linear);
}

const ladders = suite('parallel tempering');
ladders('finds the ground state of a torus that transfer matrices prove', async () => {
  const { width, length, across, along, energy: least } = fixture.torus, sign = (code: string) => (k: number) => (code[k] === '+' ? 1 : -1);
  for (const own of [{}, { clusters: false }]) {
    const { best, info } = await tempering(own).solve(torus(width, length, sign(across), sign(along)), { sweeps: 4000, reads: 1, target: least });
    assert.is(best.energy, least);
    assert.is(info.stopped, 'target');
  }
});
ladders('samples Boltzmann\'s distribution at every temperature, with and without cluster moves and fields', () => {
  const fields = Array.from({ length: 12 }, (_, i) => [2, 0, -1][i % 3]!), n = 12, temperatures = Float32Array.of(2, 4, 7), rounds = 20000;
  for (const linear of [undefined, fields]) for (const clusterMoves of [0, 2]) {
    const model = toBinary(signTorus(3, 4, 5, linear)), sets = 2, system = spinSystem(n, model.couplings, 1), rng = random(8);
    const walkers = Array.from({ length: sets * temperatures.length + 2 }, () => system.walker());
    const [leader, descends, ...others] = walkers as [SpinWalker, SpinWalker, ...SpinWalker[]];
    for (const walker of walkers) walker.start(model.linear, new Int8Array(n), [rng.bits(), rng.bits()]);
    const ladder = spinLadder(n, leader, descends, { sets, mostLevels: 3, symmetric: !linear, clusterMoves, descentPeriod: 10 });
    ladder.arrange(temperatures, others);
    ladder.start();
    const byAddress = new Map(others.map(walker => [walker.address, walker])), sums = [0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      ladder.run(1);
      ladder.order().forEach((address, k) => { sums[k % 3]! += byAddress.get(address)!.energy() / rounds / sets; });
    }
    for (const walker of others) assert.is(walker.energy() + model.offset, energy(model, walker.state()));
    temperatures.forEach((t, level) => {
      let weights = 0, mean = 0, square = 0;
      for (let k = 0; k < 2 ** n; k++) {
        const E = energy(model, Int8Array.from({ length: n }, (_, i) => (k >> i) & 1)) - model.offset, weight = Math.exp(-E / t);
        weights += weight;
        mean += weight * E;
        square += weight * E * E;
      }
      mean /= weights;
      // Sweeps are correlated: a few of them count as one.
      const error = Math.sqrt((square / weights - mean ** 2) * 8 / (sets * rounds));
      assert.ok(Math.abs(sums[level]! - mean) < 4 * error, `T = ${t}: ${sums[level]}, ${mean} ± ${error}`);
    });
    assert.ok(ladder.swaps().every(count => count > 0));
    ladder.release();
    for (const walker of walkers) walker.release();
    system.release();
  }
});
ladders('temperatures keep their ends, and stay where swaps are even', () => {
  const size = { least: 3, most: 30, rejection: 0.7 }, given = [1, 2, 4, 8];
  assert.ok(relativeError(evenLadder(given, [0.7, 0.7, 0.7], size), given) < 1e-6);
  const moved = evenLadder(given, [0.9, 0.1, 0.4], size);
  assert.equal([moved.length, moved[0], moved.at(-1)], [3, 1, 8]);
  // Rejections add up to 1.4: half of them lie seven ninths on the way, in log T, from the first to the second.
  assert.ok(Math.abs(moved[1]! - 2 ** (7 / 9)) < 1e-6);
  assert.is(evenLadder(given, [1, 1, 1], { ...size, rejection: 0.01 }).length, 30);
  assert.equal([...evenLadder([3, 3], [0], size)], [3, 3, 3]);
});
ladders('counts the sweeps of all replicas', async () => {
  const { info } = await tempering().solve(signTorus(5, 5, 1), { sweeps: 20, reads: 2 });
  assert.is(info.sweeps, 2 * 20 * 2 * 16);
});
ladders('impossible temperatures are refused', () => {
  assert.throws(() => tempering({ hot: 0 }), (error: Error) => error.message === 'tempering: expected temperatures above 0, got 0');
  assert.throws(() => tempering({ hot: 1, cold: 2 }), (error: Error) => error.message === 'tempering: expected hot at least cold, got 1 and 2');
});

const folder = `${process.env['SIGNFOLD_DATA'] ?? ''}/qubo/gset`;
if (existsSync(folder)) ladders('reaches the best-known cuts of G11, G12, G13 and G32 in 500 sweeps a replica', async () => {
  for (const name of ['G11', 'G12', 'G13', 'G32']) {
    const { model, objective } = rudy.read(gunzipSync(readFileSync(`${folder}/${name}.txt.gz`)).toString(), {})[0]!;
    const { best } = await tempering().solve(model, { sweeps: 500, reads: 1 });
    assert.is(objective(best.energy), bestKnown(name), name);
  }
});
else ladders.skip('reaches the best-known cuts of G11, G12, G13 and G32: set SIGNFOLD_DATA', () => {});
ladders.run();

const particles = suite('simulated bifurcation');
particles('moves as numpy does', () => {
  for (const { n, discrete, agents, steps, dt, strength, heat, field, first, x, y, energies, ...listed } of fixture.bifurcation)
    for (const layout of layouts) {
      const { couplings } = fromTriplets(n, listed, { vartype: 'spin', layout }), system = agentSystem(n, couplings, field), batch = system.batch(agents);
      for (let i = 0; i < n; i++) for (let a = 0; a < agents; a++) {
        batch.x[i * batch.width + a] = first[0][i]![a]!;
        batch.y[i * batch.width + a] = first[1][i]![a]!;
      }
      for (let k = 0; k < steps; k++) batch.step({ dt, pressure: k / (steps - 1), strength, heat, discrete });
      const own = (array: Float32Array): number[] => x.flatMap((_, i) => [...array.subarray(i * batch.width, i * batch.width + agents)]);
      assert.ok(relativeError(own(batch.x), x.flat()) < 1e-5, `${layout}, x`);
      assert.ok(relativeError(own(batch.y), y.flat()) < 1e-4, `${layout}, y`);
      assert.ok(relativeError(batch.energies().subarray(0, agents), energies) < 1e-6, `${layout}, energies`);
      batch.release();
      system.release();
    }
});
particles('an agent moves the same whoever moves with it', async () => {
  const n = 50, rng = random(3), Q = Float64Array.from({ length: n * n }, () => rng.normal()), options = { sweeps: 40, seed: 2 };
  for (const mode of ['ballistic', 'discrete'] as const) for (const layout of layouts) {
    const model = fromMatrix(Q, n, { layout }), all = await bifurcation({ mode, heat: 0 }).solve(model, { ...options, reads: 35 });
    const last = await bifurcation({ mode, heat: 0 }).solve(model, { ...options, reads: 1, firstRead: 34 });
    assert.ok(all.samples.some(sample => sample.join() === last.best.sample.join()), `${mode}, ${layout}`);
  }
});
particles('the best of all agents counts when time is over on the way', async () => {
  const model = signTorus(20, 20, 4), { best, info } = await bifurcation().solve(model, { timeMs: 60, reads: 32, sweeps: 1e6 });
  assert.equal([info.stopped, info.reads], ['time', 1]);
  assert.is(info.sweeps % 32, 0);
  assert.ok(best.energy < -300);
});
particles('coefficients of any size give the same samples', async () => {
  const n = 30, rng = random(4), Q = Float64Array.from({ length: n * n }, () => rng.integer(19) - 9), options = { sweeps: 100, reads: 4 };
  const { energies } = await bifurcation().solve(fromMatrix(Q, n), options);
  for (const factor of [2 ** 200, 2 ** -200]) {
    const scaled = await bifurcation().solve(fromMatrix(Q.map(value => factor * value), n), options);
    assert.equal([...scaled.energies.map(value => value / factor)], [...energies]);
  }
});
particles('impossible steps are refused', () => {
  assert.throws(() => bifurcation({ dt: 0 }), (error: Error) => error.message === 'bifurcation: expected a time step above 0, got 0');
  assert.throws(() => bifurcation({ mode: 'fast' as 'discrete' }), (error: Error) => error.message === 'bifurcation: expected mode ballistic or discrete, got fast');
  assert.throws(() => bifurcation({ heat: -1 }), (error: Error) => error.message === 'bifurcation: expected a heat of 0 or more, got -1');
});
particles.run();

/** What a generator returns. */
function ended<T>(parts: Generator<void, T>): T {
  for (;;) {
    const next = parts.next();
    if (next.done) return next.value;
  }
}

const copies = suite('momentum annealing');
copies('draws the states that numpy draws', () => {
  const { n, seed, linear, bits, self, schedule, states, ...listed } = fixture.momentum;
  for (const layout of layouts) {
    const model = fromTriplets(n, listed, { linear, layout }), system = spinSystem(n, model.couplings, 1), walker = system.walker();
    const search = momentumSearch(walker, Float64Array.from(self));
    walker.start(model.linear, bits, seed);
    search.start();
    const drawn = schedule.map(([temperature, drop, strength]) => {
      search.run([{ temperature, drop, strength }]);
      assert.is(walker.energy(), energy(model, walker.state()));
      return [...walker.state()].map(bit => (bit ? '+' : '-')).join('');
    });
    assert.equal(drawn, states, layout);
    search.release();
    walker.release();
    system.release();
  }
});
copies('knows the ends of a spectrum within three per cent, from below', () => {
  const { n, largest, ofNegative, ...listed } = fixture.eigenvalues;
  for (const layout of layouts) {
    const found = ended(extremes(fromTriplets(n, listed, { vartype: 'spin', layout })));
    for (const [value, expected] of [[found.largest, largest], [found.ofNegative, ofNegative]] as const)
      assert.ok(value > 0.97 * expected && value < expected * (1 + 1e-9), `${value}, ${expected}`);
  }
});
copies('self-couplings leave two copies with a ground state of like ones', () => {
  const n = 6, states = Array.from({ length: 2 ** n }, (_, k) => Array.from({ length: n }, (__, i) => 2 * ((k >> i) & 1) - 1));
  for (let seed = 0; seed < 40; seed++) {
    const rng = random(seed), Q = Float64Array.from({ length: n * n }, () => (rng.uniform() < 0.6 ? rng.normal() : 0));
    const model = fromMatrix(Q, n, { vartype: 'spin', layout: seed % 2 ? 'dense' : 'sparse' }), self = ended(selfCouplings(model, ended(extremes(model))));
    // Σ J_ij a_i b_j over i ≠ j: twice the coupled energy where a = b; the self-couplings come off.
    const J = (i: number, j: number): number => (i === j ? 0 : Q[i * n + j]! + Q[j * n + i]!);
    const coupled = (a: number[], b: number[]): number =>
      a.reduce((sum, ai, i) => sum + ai * b.reduce((inner, bj, j) => inner + (i === j ? -self[i]! : J(i, j)) * bj, 0), 0);
    const least = Math.min(...states.map(a => coupled(a, a)));
    for (const a of states) for (const b of states) assert.ok(coupled(a, b) >= least - 1e-9, String(seed));
  }
});
copies('does not end in opposite copies where neighbours repel', async () => {
  const n = 300, rng = random(6), rows: number[] = [], cols: number[] = [];
  for (let k = 0; k < 6 * n; k++) { rows.push(rng.integer(n)); cols.push(rng.integer(n)); }
  const model = fromTriplets(n, { rows, cols, values: rows.map(() => 1) }, { vartype: 'spin', layout: 'sparse' });
  const { energies } = await momentum().solve(model, { sweeps: 1000, reads: 5 }), lowest = (await descent().solve(model, { reads: 200 })).best.energy;
  assert.ok(energies.at(-1)! < lowest, `${energies.at(-1)}, ${lowest}`);
});
copies.run();
