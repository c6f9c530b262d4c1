import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { agentSystem, spinSystem } from '../src/kernels/index.js';
import { used } from '../src/kernels/memory.js';
import { random } from '../src/core/random.js';
import { energy, exact, fromMatrix, fromTriplets, momentum, type QuadraticModel } from '../src/qubo/index.js';
import { integerForm, randomState, withIntegerForm } from '../src/qubo/solvers/integer-form.js';
import { polished } from '../src/qubo/solvers/polish.js';
import { solverCases } from './cases.js';

/** Each variable is coupled to the next one and to the one seven further. */
function ring(n: number): QuadraticModel {
  const rng = random(n), draw = (): number => rng.integer(21) - 10, rows: number[] = [], cols: number[] = [], values: number[] = [];
  for (let i = 0; i < n; i++) for (const d of [1, 7]) { rows.push(i); cols.push((i + d) % n); values.push(draw()); }
  return fromTriplets(n, { rows, cols, values }, { linear: Float64Array.from({ length: n }, draw) });
}

function dense(n: number, seed: number, offset = 0): QuadraticModel {
  const rng = random(seed);
  return fromMatrix(Float64Array.from({ length: n * n }, () => rng.normal()), n, { offset });
}

for (const { name, make } of solverCases) {
  const test = suite(`limits of ${name}`);
  test('stops at a target that is the minimum, of any size, 0 too', async () => {
    for (let seed = 0; seed < 8; seed++) {
      const { best } = await exact().solve(dense(16, seed));
      const model = dense(16, seed, -best.energy), least = energy(model, best.sample);
      for (const target of [least, least + 1e-13]) {
        const { best: found, info } = await make().solve(model, { seed, timeMs: 2000, target });
        assert.is(info.stopped, 'target', `${seed}, ${target}: ${found.energy}`);
        assert.ok(found.energy <= target);
      }
    }
  });
  test('keeps a short time with a hundred thousand variables', async () => {
    const { info } = await make().solve(ring(100_000), { timeMs: 1 });
    assert.is(info.stopped, 'time');
    assert.ok(info.seconds < 4, String(info.seconds));
  });
  test('is interrupted soon with forty thousand variables', async () => {
    const model = ring(40_000), { info } = await make().solve(model, { timeMs: 60_000, signal: AbortSignal.timeout(300) });
    // An exact solver may have proven so easy a model by then.
    assert.ok(info.stopped === 'interrupted' || info.proven, info.stopped);
    assert.ok(info.seconds < 3, String(info.seconds));
  });
  test('finds the same with coefficients of any size', async () => {
    const n = 20, rng = random(4), Q = Float64Array.from({ length: n * n }, () => rng.integer(19) - 9);
    const options = name === 'exact' ? {} : { seed: 1, sweeps: 200, reads: 5 };
    const { energies } = await make().solve(fromMatrix(Q, n), options);
    for (const factor of [2 ** 500, 2 ** -500, 2 ** -1003, 2 ** -1040]) {
      const scaled = await make().solve(fromMatrix(Q.map(value => factor * value), n), options);
      assert.equal([...scaled.energies.map(value => value / factor)], [...energies], String(factor));
    }
  });
  test.run();
}

const parts = suite('parts of solvers');
parts('a descent is the same however it is cut', () => {
  const form = integerForm(dense(60, 3)), { model } = form, walker = form.walker(), state = randomState(model.n, random(1));
  walker.start(model.linear, state, [0, 1]);
  assert.ok(walker.descend(Infinity));
  const flips = walker.flips(), whole = walker.state();
  walker.start(model.linear, state, [0, 1]);
  for (let k = 1; k < flips; k++) {
    assert.not(walker.descend(1));
    assert.is(walker.flips(), k);
  }
  assert.ok(walker.descend(1));
  assert.equal([walker.flips(), walker.state()], [flips, whole]);
  form.release();
});
parts('the energy of a walker is as near as it says to that in f64', () => {
  for (const [factor, offset] of [[1, 0], [1e-300, 0], [1e200, 0], [1, 1e6]] as const) {
    const rng = random(5), Q = Float64Array.from({ length: 900 }, () => factor * rng.normal()), model = fromMatrix(Q, 30, { offset });
    const form = integerForm(model), walker = form.walker();
    assert.ok(form.rounding < 2e-5 * factor);
    for (let k = 0; k < 50; k++) {
      walker.start(form.model.linear, randomState(30, random(k)), [0, 1]);
      assert.ok(Math.abs(form.energyOf(walker.energy()) - energy(model, walker.state())) <= form.rounding);
    }
    form.release();
  }
});
parts('a last descent ends where no flip lowers the energy in f64, and tells that energy', () => {
  for (const vartype of ['binary', 'spin'] as const) for (const layout of ['dense', 'sparse'] as const) {
    const n = 40, rng = random(9), Q = Float64Array.from({ length: n * n }, () => (rng.uniform() < 0.3 ? rng.normal() * 10 ** (-12 * rng.uniform()) : 0));
    const model = fromMatrix(Q, n, { vartype, layout }), low = vartype === 'spin' ? -1 : 0;
    const { sample, energy: found } = polished(model, new Int8Array(n).fill(low));
    assert.is(found, energy(model, sample));
    for (let i = 0; i < n; i++) {
      const flipped = sample.slice();
      flipped[i] = sample[i] === 1 ? low : 1;
      assert.ok(energy(model, flipped) >= found - 1e-14);
    }
  }
});
parts('momentum plans in slices, before its first sweep', async () => {
  const { info } = await momentum().solve(dense(400, 1), { timeMs: 1e-3 });
  assert.equal([info.stopped, info.sweeps], ['time', 0]);
});
parts('what fails on the way leaves no room claimed', () => {
  const before = used(), tooMany = 2 ** 28, none = new Uint32Array(1), values = new Float64Array(4);
  const couplings = { kind: 'sparse', rowPtr: none, colIdx: new Uint32Array(4), values } as const;
  assert.throws(() => spinSystem(tooMany, couplings, 1), (error: Error) => error.message.startsWith('spinSystem: expected room for'));
  assert.throws(() => agentSystem(tooMany, couplings, []), (error: Error) => error.message.startsWith('agentSystem: expected room for'));
  assert.throws(() => withIntegerForm(ring(50), form => {
    form.walker();
    throw new Error('full');
  }), (error: Error) => error.message === 'full');
  assert.ok(used() <= before, `${used()} after ${before}`);
});
parts.run();
