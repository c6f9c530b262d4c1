import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSample, type Vartype } from '../src/qubo/model.js';
import { energy, fromMatrix, fromTriplets, type Couplings, type QuadraticModel, type SolveOptions, type SolveResult } from '../src/qubo/index.js';
import { random } from '../src/core/random.js';
import { solverCases } from './cases.js';

/** The least energy of all 2ⁿ states. */
function minimum(model: QuadraticModel): number {
  const low = model.vartype === 'spin' ? -1 : 0, sample = new Int8Array(model.n).fill(low);
  let least = energy(model, sample);
  for (let k = 1; k < 2 ** model.n; k++) {
    const i = 31 - Math.clz32(k & -k);
    sample[i] = sample[i] === 1 ? low : 1;
    least = Math.min(least, energy(model, sample));
  }
  return least;
}

function checkResult(model: QuadraticModel, { samples, energies, best, info }: SolveResult): void {
  assert.is(samples.length, energies.length);
  samples.forEach((sample, k) => {
    checkSample(model, sample);
    assert.is(energies[k], energy(model, sample));
    assert.ok(k === 0 || energies[k - 1]! <= energies[k]!);
  });
  assert.is(best.energy, energies[0]);
  assert.equal(best.sample, samples[0]);
  assert.ok(info.secondsToBest <= info.seconds && info.reads >= 1);
  if (info.lowerBound !== undefined) assert.ok(info.lowerBound <= best.energy);
}

function dense(n: number, seed: number, parts: { vartype?: Vartype; layout?: Couplings['kind'] } = {}): QuadraticModel {
  const rng = random(seed), Q = Float64Array.from({ length: n * n }, () => rng.normal());
  return fromMatrix(Q, n, { linear: Float64Array.from({ length: n }, () => rng.normal()), ...parts });
}

/** Smaller, larger, equal and missing coefficients, whole or not. */
const anyModel = fc.record({
  n: fc.integer({ min: 0, max: 12 }), seed: fc.integer(), vartype: fc.constantFrom('binary', 'spin'), layout: fc.constantFrom('dense', 'sparse'),
  filled: fc.constantFrom(0, 0.2, 0.5, 1), kind: fc.constantFrom('signs', 'whole', 'real', 'wide'),
}).map(({ n, seed, vartype, layout, filled, kind }): QuadraticModel => {
  const rng = random(seed), draw = {
    signs: () => 2 * rng.integer(2) - 1, whole: () => rng.integer(201) - 100, real: () => rng.normal(), wide: () => rng.normal() * 10 ** (-6 * rng.uniform()),
  }[kind], filledOnes = (length: number): Float64Array => Float64Array.from({ length }, () => (rng.uniform() < filled ? draw() : 0));
  return fromMatrix(filledOnes(n * n), n, { vartype, layout, offset: rng.integer(9) - 4, linear: filledOnes(n) });
});

/** The test's own rounding; the searches themselves work on 32 bits. */
const near = (found: number, expected: number, scale: number): boolean => Math.abs(found - expected) <= 1e-6 * scale;
const scaleOf = ({ linear, couplings }: QuadraticModel): number => Math.max(...linear.map(Math.abs), ...couplings.values.map(Math.abs), 0);

// Minima of all states in numpy: test/fixtures/qubo-solvers.py.
const { small } = JSON.parse(readFileSync(new URL('../../test/fixtures/qubo-solvers.json', import.meta.url), 'utf8')) as { small: readonly {
  name: string; vartype: Vartype; n: number; linear: number[]; rows: number[]; cols: number[]; values: number[]; offset: number; minimum: number;
}[] };

for (const { name, make, enough, proves = false } of solverCases) {
  const test = suite(`solver ${name}`), solve = (model: QuadraticModel, options: SolveOptions = {}): Promise<SolveResult> => make().solve(model, options);

  test('finds the minimum of any small model', async () => {
    await fc.assert(fc.asyncProperty(anyModel, async model => {
      const result = await solve(model, enough);
      checkResult(model, result);
      assert.ok(near(result.best.energy, minimum(model), scaleOf(model)), `${result.best.energy}, ${minimum(model)}`);
      assert.equal([result.info.solver, result.info.proven], [name, proves]);
    }), { numRuns: 60, seed: 5 });
  });
  test('finds the minima that numpy found', async () => {
    for (const { name: which, vartype, n, linear, rows, cols, values, offset, minimum: least } of small) for (const layout of ['dense', 'sparse'] as const) {
      const model = fromTriplets(n, { rows, cols, values }, { vartype, linear, offset, layout }), { best } = await solve(model, enough);
      assert.ok(near(best.energy, least, 1e-6 * scaleOf(model)), `${which}, ${layout}: ${best.energy}, ${least}`);
    }
  });
  test('answers for no variables, one, two and coefficients of zero', async () => {
    for (const vartype of ['binary', 'spin'] as const) for (const layout of ['dense', 'sparse'] as const) {
      const low = vartype === 'spin' ? -1 : 0, answer = async (Q: number[], n: number, linear: number[]): Promise<number[]> => {
        const model = fromMatrix(Q, n, { vartype, layout, linear, offset: 3 }), result = await solve(model, enough);
        checkResult(model, result);
        return [result.best.energy, ...result.best.sample];
      };
      assert.equal(await answer([], 0, []), [3]);
      assert.equal(await answer([0], 1, [2]), [3 + 2 * low, low]);
      assert.equal(await answer([0], 1, [-2]), [1, 1]);
      assert.equal(await answer([0, 2, 0, 0], 2, [-1, -2]), vartype === 'spin' ? [0, -1, 1] : [1, 0, 1]);
      assert.is((await answer(Array<number>(49).fill(0), 7, Array<number>(7).fill(0)))[0], 3);
    }
  });
  test('gives the same samples for the same seed, to the bit', async () => {
    for (const layout of ['dense', 'sparse'] as const) {
      const model = dense(41, 2, { layout }), options = proves ? {} : { reads: 4, sweeps: 30 };
      const first = await solve(model, { seed: 3, ...options }), again = await solve(model, { seed: 3, ...options });
      assert.equal(again.samples, first.samples);
      checkResult(model, first);
      assert.is(first.info.reads, proves ? 1 : 4);
      assert.is(first.info.stopped, proves ? 'proven' : 'done');
    }
  });
  if (!proves) test('makes every read from the seed and its number alone', async () => {
    const model = dense(150, 2), options = { seed: 3, sweeps: 5 }, all = await solve(model, { ...options, reads: 6 }), parts: number[] = [];
    for (const firstRead of [0, 1]) parts.push(...(await solve(model, { ...options, reads: 3, firstRead, readStep: 2 })).energies);
    assert.equal(parts.sort((a, b) => a - b), [...all.energies]);
    assert.ok(new Set(all.energies).size > 1);
  });
  test('stops at the target', async () => {
    const model = dense(60, 4), { best } = await solve(model, { timeMs: 200 });
    const { info, best: { energy: found } } = await solve(model, { timeMs: 60_000, target: best.energy + 5 });
    assert.is(info.stopped, 'target');
    assert.ok(found <= best.energy + 5 && info.seconds < 20);
  });
  test('stops in time with what it has found, and tells how far it is', async () => {
    const model = dense(150, 5), told: number[] = [], result = await solve(model, { timeMs: 350, onProgress: ({ done }) => told.push(done) });
    checkResult(model, result);
    assert.is(result.info.stopped, 'time');
    assert.ok(result.info.seconds >= 0.35 && result.info.seconds < 5, String(result.info.seconds));
    assert.ok(told.length >= 1 && told.every((done, k) => done >= (told[k - 1] ?? 0) && done <= 1));
  });
  test('is stopped by a signal, at once or on the way', async () => {
    const model = dense(150, 6), now = await solve(model, { timeMs: 60_000, signal: AbortSignal.abort() });
    checkResult(model, now);
    const later = await solve(model, { timeMs: 60_000, signal: AbortSignal.timeout(150) });
    checkResult(model, later);
    assert.equal([now.info.stopped, later.info.stopped], ['interrupted', 'interrupted']);
    assert.ok(now.info.seconds < 5 && later.info.seconds < 10);
  });
  test('refuses options out of range', async () => {
    const model = dense(3, 1);
    for (const [options, message] of [
      [{ seed: 0.5 }, 'solve: expected an integer seed, got 0.5'],
      [{ timeMs: 0 }, 'solve: expected a time of more than 0 ms, got 0'],
      [{ target: NaN }, 'solve: expected a target energy, got NaN'],
      [{ sweeps: 0 }, 'solve: expected sweeps to be an integer of at least 1, got 0'],
      [{ reads: 1.5 }, 'solve: expected reads to be an integer of at least 1, got 1.5'],
      [{ firstRead: -1 }, 'solve: expected firstRead to be an integer of at least 0, got -1'],
      [{ readStep: 0 }, 'solve: expected readStep to be an integer of at least 1, got 0'],
    ] as const) assert.is(await solve(model, options).then(() => 'none', (error: Error) => error.message), message);
  });
  test.run();
}
