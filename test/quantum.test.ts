import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random } from '../src/core/random.js';
import { brick, circuit, noisyProbabilities, openQasm, parameterShift, sampleOutcomes, simulator, trajectory, type Gate } from '../src/quantum/index.js';

interface Case {
  readonly qubits: number;
  readonly gates: readonly Gate[];
  readonly angles: readonly number[];
  readonly weights: readonly number[];
  readonly p: readonly number[];
  readonly gradient: readonly number[];
}
// By NumPy, dense matrices and central differences: test/fixtures/quantum.py.
const cases = JSON.parse(readFileSync('test/fixtures/quantum.json', 'utf8')) as Case[];
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.is(a.length, b.length);
  return Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
};
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

const states = suite('quantum states');
states(`${cases.length} random circuits have the probabilities and derivatives of dense matrices`, () => {
  assert.ok(cases.length >= 50);
  for (const { qubits, gates, angles, weights, p, gradient } of cases) {
    const one = simulator(circuit(qubits, angles.length, gates));
    assert.ok(distance(one.probabilities(angles), p) < 1e-12);
    assert.ok(distance(one.pullback(Float64Array.from(weights)), gradient) < 1e-8);
    one.release();
  }
});
states('the published ansatz, N = 3, D = 2: probabilities, expectation and its gradient to ten digits', () => {
  // The test vector lists the last, idle Rz too; their derivatives are 0.
  const one = simulator(brick(3, { depth: 2 })), p = one.probabilities(Float64Array.from({ length: 9 }, (_, i) => 0.1 * (i + 1)));
  assert.ok(distance(p, [0.7266627392, 0.1359732769, 0.0787922660, 0.0147436246, 0.0270238485, 0.0050567079, 0.0098958277, 0.0018517093]) < 1e-10);
  const C = Float64Array.from({ length: 8 }, (_, w) => w);
  assert.ok(Math.abs(dot(p, C) - 0.5435045470) < 1e-10);
  assert.ok(distance(one.pullback(C), [0.3518106686, 0.5414454617, 0.2896072062, 0.7944148946, 0.5889914965, 0.3455181564,
    -0.0069332331, -0.0768015157, -0.0653542411]) < 1e-10);
});
for (const entangler of ['cnot', 'cz', 'none'] as const) states(`${entangler}: adjoint differentiation, parameter shift and central differences agree`, () => {
  const of = brick(5, { depth: 3, entangler }), one = simulator(of), rng = random(3), C = Float64Array.from({ length: 32 }, () => rng.normal());
  const angles = Float64Array.from({ length: of.angles }, () => 6 * rng.uniform() - 3), E = (at: Float64Array): number => dot(one.probabilities(at), C);
  const shift = parameterShift(of, angles, E);
  const h = 1e-5, central = angles.map((_, k) => {
    const [up, down] = [h, -h].map(by => E(angles.map((value, i) => (i === k ? value + by : value))));
    return (up! - down!) / (2 * h);
  });
  one.probabilities(angles);
  const adjoint = one.pullback(C);
  assert.ok(distance(adjoint, shift) < 1e-12);
  assert.ok(distance(adjoint, central) < 1e-8);
});
states('outcomes are drawn as often as they are likely, by seed', () => {
  const p = Float64Array.of(0.1, 0, 0.6, 0.3), drawn = sampleOutcomes(p, 20_000, random(1));
  const counts = [0, 0, 0, 0];
  for (const w of drawn) counts[w]!++;
  // Four standard deviations of a binomial.
  counts.forEach((count, w) => assert.ok(Math.abs(count / 20_000 - p[w]!) <= 4 * Math.sqrt(p[w]! * (1 - p[w]!) / 20_000)));
  assert.equal(sampleOutcomes(p, 100, random(1)), drawn.slice(0, 100));
});
states('trajectories average to the depolarising channel', () => {
  // One Ry(θ), then depolarising with probability q: ⟨Z⟩ = (1 − 4q/3) cos θ (Nielsen & Chuang, 8.3.4).
  const of = circuit(1, 1, [{ kind: 'ry', qubit: 0, angle: 0 }]), theta = 0.7, q = 0.3, rng = random(2), count = 4000;
  let mean = 0;
  for (let k = 0; k < count; k++) {
    const one = simulator(trajectory(of, { one: q, two: 0 }, rng)), p = one.probabilities([theta]);
    mean += (p[0]! - p[1]!) / count;
    one.release();
  }
  assert.ok(Math.abs(mean - (1 - 4 * q / 3) * Math.cos(theta)) < 4 * Math.cos(theta) / Math.sqrt(count));
});
states('outcomes under noise are those of NumPy\'s density matrix, by Kraus operators', () => {
  const of = brick(2, { depth: 3 }), angles = Array.from({ length: 10 }, (_, k) => 0.3 * k - 1), count = 4000;
  const p = noisyProbabilities(of, angles, { one: 0.1, two: 0.3 }, count, random(4));
  assert.ok(distance(p, [0.3190362431, 0.2750368897, 0.2000457949, 0.2058810723]) < 4 * 0.5 / Math.sqrt(count));
  const one = simulator(of);
  assert.ok(distance(noisyProbabilities(of, angles, { one: 0, two: 0 }, 1, random(4)), one.probabilities(angles)) < 1e-15);
  one.release();
  assert.throws(() => noisyProbabilities(of, angles, { one: 0, two: 0 }, 0, random(4)), /noisyProbabilities: expected at least 1 trajectory, got 0/);
});
states('a circuit as OpenQASM 3', () => {
  const text = openQasm(circuit(2, 1, [{ kind: 'h', qubit: 0 }, { kind: 'cry', control: 0, qubit: 1, angle: 0 }, { kind: 'cnot', control: 1, qubit: 0 }]), [0.5]);
  assert.is(text, 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] w;\nh q[0];\ncry(0.5) q[0], q[1];\ncx q[1], q[0];\nw = measure q;\n');
});
states('impossible circuits are refused', () => {
  for (const [make, message] of [
    [() => circuit(2, 0, [{ kind: 'h', qubit: 2 }]), 'circuit: expected qubits 0 to 1 at gate 0, got {"kind":"h","qubit":2}'],
    [() => circuit(2, 0, [{ kind: 'cnot', control: 1, qubit: 1 }]), 'circuit: expected two qubits at gate 0, got 1 twice'],
    [() => circuit(1, 1, [{ kind: 'ry', qubit: 0, angle: 1 }]), 'circuit: expected angles 0 to 0 at gate 0, got 1'],
    [() => simulator(circuit(21, 0, [])), 'qubitState: expected 1 to 20 qubits, got 21'],
    [() => simulator(circuit(1, 0, [])).probabilities([1]), 'simulator: expected 0 angles, got 1'],
    [() => simulator(circuit(1, 0, [])).pullback(new Float64Array(2)), 'simulator: expected probabilities before each pullback'],
    [() => brick(3, { depth: 0 }), 'brick: expected a depth of at least 1, got 0'],
  ] as const) assert.throws(make, (error: Error) => error.message === message);
});
states.run();
