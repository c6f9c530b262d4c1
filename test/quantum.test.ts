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
states('gates before any that joins qubits, and those that a qubit which is still 0 controls, are what they are elsewhere', () => {
  const gates: Gate[] = [
    { kind: 'cz', control: 0, qubit: 1 }, { kind: 'cry', control: 1, qubit: 2, angle: 0 }, { kind: 'ry', qubit: 2, angle: 1 }, { kind: 'cz', control: 2, qubit: 1 },
    { kind: 'cnot', control: 2, qubit: 0 }, { kind: 'rx', qubit: 0, angle: 2 }, { kind: 'h', qubit: 1 }, { kind: 'rz', qubit: 1, angle: 1 }, { kind: 'cry', control: 1, qubit: 2, angle: 3 },
  ];
  // Twice X, and twice CNOT, is nothing; but after it no qubit is known to be 0.
  const all = [0, 1, 2, 3], nothing: Gate[] = all.flatMap(qubit => [{ kind: 'x', qubit }, { kind: 'x', qubit }] as Gate[])
    .concat([1, 2, 3].flatMap(qubit => [{ kind: 'cnot', control: 0, qubit }, { kind: 'cnot', control: 0, qubit }] as Gate[]));
  const angles = [0.3, 1.1, -0.7, 2.1], C = Float64Array.from({ length: 16 }, (_, w) => Math.sin(w + 1));
  const [[p, gradient], [slow, expected]] = [gates, [...nothing, ...gates]].map(list => {
    const one = simulator(circuit(4, 4, list)), own = one.probabilities(angles);
    return [own, one.pullback(C)] as const;
  }) as [readonly [Float64Array, Float64Array], readonly [Float64Array, Float64Array]];
  assert.ok(distance(p, slow) < 1e-14 && distance(gradient, expected) < 1e-14);
  assert.is(gradient[0], 0);
  assert.ok(Math.abs(gradient[1]!) > 0.01 && Math.abs(gradient[3]!) > 0.01);
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
  const one = circuit(1, 0, []), refused = (gate: object, qubits = 2, angles = 1) => () => circuit(qubits, angles, [gate as Gate]);
  for (const [make, message] of [
    [refused({ kind: 'h', qubit: 2 }), 'circuit: expected qubits 0 to 1 at gate 0, got {"kind":"h","qubit":2}'],
    [refused({ kind: 'cnot', control: 1, qubit: 1 }), 'circuit: expected two qubits at gate 0, got {"kind":"cnot","control":1,"qubit":1}'],
    [refused({ kind: 'ry', qubit: 0, angle: 1 }), 'circuit: expected one of 1 angles at gate 0, got {"kind":"ry","qubit":0,"angle":1}'],
    [refused({ kind: 'swap', qubit: 0 }), 'circuit: expected a gate of h, x, y, z, cnot, cz, rx, ry, rz, cry at gate 0, got {"kind":"swap","qubit":0}'],
    [refused({ kind: 'cz', qubit: 0 }), 'circuit: expected a field control of cz at gate 0, got {"kind":"cz","qubit":0}'],
    [refused({ kind: 'x', qubit: 0, control: 1 }), 'circuit: expected no field control of x at gate 0, got {"kind":"x","qubit":0,"control":1}'],
    [refused({ kind: 'rx', qubit: 0 }), 'circuit: expected a field angle of rx at gate 0, got {"kind":"rx","qubit":0}'],
    [refused({ kind: 'h', qubit: 0, angle: 0 }), 'circuit: expected no field angle of h at gate 0, got {"kind":"h","qubit":0,"angle":0}'],
    [() => circuit(21, 0, []), 'circuit: expected 1 to 20 qubits, got 21'],
    [() => circuit(1.5, 0, []), 'circuit: expected 1 to 20 qubits, got 1.5'],
    [() => circuit(1, NaN, []), 'circuit: expected 0 or more angles, got NaN'],
    [() => brick(0, { depth: 1 }), 'brick: expected 1 to 20 qubits, got 0'],
    [() => brick(3, { depth: 0 }), 'brick: expected a depth of at least 1, got 0'],
    [() => brick(3, { depth: 1, entangler: 'swap' as never }), 'brick: expected an entangler of cnot, cz, none, got swap'],
    [() => openQasm(brick(1, { depth: 1 }), [NaN]), 'openQasm: expected finite angles, got NaN'],
    [() => simulator(one).probabilities([1]), 'simulator: expected 0 angles, got 1'],
    [() => simulator(one).probabilities([], new Float64Array(3)), 'simulator: expected 2 numbers in out, got 3'],
    [() => simulator(one).pullback(new Float64Array(2)), 'simulator: expected probabilities before each pullback'],
    [() => sampleOutcomes(Float64Array.of(0, NaN), 1, random(1)), 'sampleOutcomes: expected probabilities of at least 0, got NaN'],
    [() => sampleOutcomes(new Float64Array(4), 1, random(1)), 'sampleOutcomes: expected probabilities with a sum above 0, got 0'],
    [() => sampleOutcomes(Float64Array.of(1), NaN, random(1)), 'sampleOutcomes: expected 0 or more outcomes, got NaN'],
  ] as const) assert.throws(make, (error: Error) => error.message === message, message);
});
states('a pullback is of the last probabilities alone', () => {
  const one = simulator(brick(2, { depth: 1 }));
  one.probabilities([0.1, 0.2]);
  assert.throws(() => one.pullback(new Float64Array(4), new Float64Array(3)), /^simulator: expected 2 numbers in out, got 3$/);
  one.amplitudes([1, 2]);
  assert.throws(() => one.pullback(new Float64Array(4)), /simulator: expected probabilities before each pullback/);
  one.release();
});
states('a simulator that was released refuses, and leaves one that has its memory since alone', () => {
  const of = brick(3, { depth: 1 }), old = simulator(of);
  old.release();
  const next = simulator(of), p = next.probabilities([0.1, 0.2, 0.3]), message = 'qubitState: expected a state in use, got one after release';
  for (const use of [() => old.probabilities([1, 1, 1]), () => old.amplitudes([1, 1, 1]), () => old.release()])
    assert.throws(use, (error: Error) => error.message === message);
  const C = Float64Array.from({ length: 8 }, (_, w) => w), slope = next.pullback(C);
  assert.equal(next.probabilities([0.1, 0.2, 0.3]), p);
  assert.equal(next.pullback(C), slope);
  next.release();
});
states.run();
