import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Prox } from '../src/types.js';
import { box, complexL1, l1, l2Squared, nonNegativeL1, proxByName, zero } from '../src/core/prox.js';
import { random } from '../src/core/random.js';

const F32 = 1e-6;           // absolute, on numbers of order 1
const GRADIENT = 1e-3;      // relative to the largest derivative: f32 outputs, central differences of 1e-2

/** One row enrols a prox in every check: a vector worked out by hand, and whether tau = 0 leaves signals of both signs alone. */
interface ProxCase { prox: Prox; x: number[]; tau: number; expected: number[]; identityAtZero: boolean; value: number }

const proxCases: ProxCase[] = [
  { prox: l1(), x: [1.5, -0.25, 0.5, -3, 0], tau: 0.5, expected: [1, 0, 0, -2.5, 0], identityAtZero: true, value: 5.25 },
  { prox: l2Squared(), x: [3, -1.5, 0], tau: 2, expected: [1, -0.5, 0], identityAtZero: true, value: 5.625 },
  { prox: nonNegativeL1(), x: [1.5, -0.25, 0.5, 0], tau: 0.5, expected: [1, 0, 0, 0], identityAtZero: false, value: Infinity },
  { prox: complexL1(), x: [3, -4, 0.3, 0.4, 0, 0, 0, 2], tau: 1, expected: [2.4, -3.2, 0, 0, 0, 0, 0, 1],
    identityAtZero: true, value: 7.5 },
  { prox: box(-0.5, 2), x: [3, -4, 0.25, 2, -0.5], tau: 7, expected: [2, -0.5, 0.25, 2, -0.5],
    identityAtZero: false, value: Infinity },
  { prox: zero(), x: [3, -4, 0], tau: 7, expected: [3, -4, 0], identityAtZero: true, value: 0 },
];

const normals = (n: number, seed: number): Float32Array => {
  const rng = random(seed);
  return Float32Array.from({ length: n }, () => 1.5 * rng.normal());
};
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, message: string): void => {
  assert.is(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${message}: ${actual[i]} at ${i}, expected ${expected[i]}`);
};
const run = (prox: Prox, x: Float32Array, tau: number): Float32Array => {
  const out = new Float32Array(x.length).fill(NaN);
  prox.prox(x, tau, out);
  return out;
};

const test = suite('prox');
const N = 14, TAU = 0.7;

for (const { prox, x, tau, expected, identityAtZero, value } of proxCases) {
  test(`${prox.name}: a vector worked out by hand`, () => {
    near(run(prox, Float32Array.from(x), tau), expected, F32, prox.name);
    const actual = prox.value(Float32Array.from(x));
    assert.ok(actual === value || Math.abs(actual - value) <= F32, `g(x) is ${actual}, expected ${value}`);
  });

  test(`${prox.name}: no point beats the prox on tau g(z) + ½‖z − x‖²`, () => {
    const signal = normals(N, 3), best = run(prox, signal, TAU), rng = random(4);
    const objective = (z: Float32Array): number =>
      TAU * prox.value(z) + z.reduce((sum, zi, i) => sum + (zi - signal[i]!) ** 2, 0) / 2;
    const least = objective(best);
    assert.ok(Number.isFinite(least));
    for (let trial = 0; trial < 400; trial++) {
      const size = 10 ** (-3 * rng.uniform());
      const other = best.map(b => b + size * rng.normal() * (rng.uniform() < 0.4 ? 1 : 0));
      assert.ok(objective(other) >= least - F32, `${objective(other)} < ${least}`);
    }
    // On a grid along each axis, which holds the kinks and the ends of the real line that random steps miss.
    for (let i = 0; i < N; i++) for (let at = -5; at <= 5; at += 0.0625) {
      const other = best.slice();
      other[i] = at;
      assert.ok(objective(other) >= least - F32);
    }
  });

  test(`${prox.name}: firmly nonexpansive, ‖p − q‖² ≤ ⟨p − q, x − z⟩`, () => {
    for (let seed = 10; seed < 40; seed++) {
      const x = normals(N, seed), z = normals(N, seed + 100), p = run(prox, x, TAU), q = run(prox, z, TAU);
      let left = 0, right = 0;
      for (let i = 0; i < N; i++) { left += (p[i]! - q[i]!) ** 2; right += (p[i]! - q[i]!) * (x[i]! - z[i]!); }
      assert.ok(left <= right + F32, `${left} > ${right}`);
    }
  });

  test(`${prox.name}: tau = 0 is ${identityAtZero ? 'the identity' : 'the projection on the domain'}`, () => {
    const signal = normals(N, 5), once = run(prox, signal, 0);
    if (identityAtZero) assert.equal(once, signal);
    else assert.equal(run(prox, once, 0), once);
  });

  test(`${prox.name}: vjp agrees with central differences`, () => {
    const signal = normals(N, 6), v = normals(N, 7), grad = new Float32Array(N), step = 1e-2;
    const gradTau = prox.vjp(signal, TAU, v, grad);
    const along = (x: Float32Array, tau: number): number => run(prox, x, tau).reduce((sum, p, i) => sum + p * v[i]!, 0);
    const largest = grad.reduce((max, g) => Math.max(max, Math.abs(g)), 1);
    for (let i = 0; i < N; i++) {
      const plus = signal.slice(), minus = signal.slice();
      plus[i]! += step;
      minus[i]! -= step;
      const numeric = (along(plus, TAU) - along(minus, TAU)) / (plus[i]! - minus[i]!);
      assert.ok(Math.abs(numeric - grad[i]!) <= GRADIENT * largest, `entry ${i}: ${grad[i]}, differences give ${numeric}`);
    }
    const numeric = (along(signal, TAU + step) - along(signal, TAU - step)) / (2 * step);
    const tolerance = GRADIENT * Math.max(1, Math.abs(gradTau));
    assert.ok(Math.abs(numeric - gradTau) <= tolerance, `tau: ${gradTau}, differences give ${numeric}`);
  });

  test(`${prox.name}: works in place and carries NaN through`, () => {
    const signal = normals(N, 8), expected = run(prox, signal, TAU), v = normals(N, 9), grad = new Float32Array(N);
    prox.vjp(signal, TAU, v, grad);
    prox.vjp(signal, TAU, v, v);
    assert.equal(v, grad);
    prox.prox(signal, TAU, signal);
    assert.equal(signal, expected);
    assert.ok(run(prox, Float32Array.of(NaN, 1), TAU).some(Number.isNaN));
  });

  test(`${prox.name}: a model file's name finds it again`, () => {
    assert.is(proxByName(prox.name).name, prox.name);
    near(run(proxByName(prox.name), Float32Array.from(x), tau), expected, F32, prox.name);
  });
}

test('l1: Moreau, prox_{tau g}(x) + projection of x on |z| ≤ tau is x', () => {
  const signal = normals(31, 11), shrunk = run(l1(), signal, TAU), clamped = run(box(-TAU, TAU), signal, 1);
  near(shrunk.map((value, i) => value + clamped[i]!), signal, F32, 'sum');
});

test('complex-l1: on real signals equals l1, and does not depend on the phase', () => {
  const signal = normals(13, 12), pairs = new Float32Array(26), turned = new Float32Array(26);
  signal.forEach((value, i) => { pairs[2 * i] = value; turned[2 * i] = 0.6 * value; turned[2 * i + 1] = -0.8 * value; });
  const expected = run(l1(), signal, TAU), real = run(complexL1(), pairs, TAU), phase = run(complexL1(), turned, TAU);
  near(real.filter((_, i) => i % 2 === 0), expected, F32, 're');
  near(phase.filter((_, i) => i % 2 === 0), expected.map(value => 0.6 * value), F32, 'turned re');
  near(phase.filter((_, i) => i % 2 === 1), expected.map(value => -0.8 * value), F32, 'turned im');
});

test('values outside the domain are infinite, inside finite', () => {
  assert.is(nonNegativeL1().value(Float32Array.of(1, 2.5)), 3.5);
  assert.is(box(0, 1).value(Float32Array.of(0, 1, 0.5)), 0);
  const narrow = box(0.7, 0.8);
  assert.is(narrow.value(run(narrow, Float32Array.of(-1, 1), 1)), 0, 'bounds that f32 rounds outwards');
});

test('unknown names and an empty box are refused in one line', () => {
  for (const name of ['l3', '', '__proto__', 'constructor', 'box(1,0)', 'box(a,b)', 'box(1)'])
    assert.throws(() => proxByName(name), /^(prox|box): expected [^\n]+$/);
});

test.run();
