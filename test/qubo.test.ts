import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  annealing, energy, field, flipGain, fromMatrix, fromTriplets, modelBuilder, negated, palubeckis, palubeckisInstances, solverByName, solverNames, toBinary, toBits, toSpin, toSpins,
  type QuadraticModel,
} from '../src/qubo/index.js';
import { solveParallel } from '../src/qubo/parallel.js';
import { random } from '../src/core/random.js';

/** Small models of whole coefficients, by seed: both vartypes, both layouts. */
const model = fc.record({
  n: fc.integer({ min: 0, max: 9 }), seed: fc.integer(), vartype: fc.constantFrom('binary', 'spin'), layout: fc.constantFrom('dense', 'sparse'),
}).map(({ n, seed, vartype, layout }): QuadraticModel => {
  const rng = random(seed), Q = Float64Array.from({ length: n * n }, () => (rng.uniform() < 0.3 ? 0 : rng.integer(41) - 20));
  return fromMatrix(Q, n, { vartype, layout, offset: rng.integer(9), linear: Float64Array.from({ length: n }, () => rng.integer(9) - 4) });
});
const samplesOf = ({ n, vartype }: QuadraticModel): Int8Array[] =>
  Array.from({ length: 2 ** n }, (_, k) => Int8Array.from({ length: n }, (__, i) => (vartype === 'spin' ? 2 * ((k >> i) & 1) - 1 : (k >> i) & 1)));

/** The definition, pair by pair. */
function slowEnergy({ n, linear, couplings, offset }: QuadraticModel, v: Int8Array): number {
  let sum = offset;
  for (let i = 0; i < n; i++) {
    sum += linear[i]! * v[i]!;
    if (couplings.kind === 'dense') for (let j = 0; j < i; j++) sum += couplings.values[i * n + j]! * v[i]! * v[j]!;
    else for (let k = couplings.rowPtr[i]!; k < couplings.rowPtr[i + 1]!; k++)
      if (couplings.colIdx[k]! < i) sum += couplings.values[k]! * v[i]! * v[couplings.colIdx[k]!]!;
  }
  return sum;
}

const models = suite('quadratic models');
models('energies, gains and fields are those of the definition', () => {
  fc.assert(fc.property(model, one => samplesOf(one).every(sample => {
    const E = energy(one, sample);
    return E === slowEnergy(one, sample) && sample.every((value, i) => {
      const flipped = sample.slice();
      flipped[i] = one.vartype === 'spin' ? -value : 1 - value;
      return flipGain(one, sample, i) === energy(one, flipped) - E;
    });
  })), { numRuns: 40 });
});
models('bits and spins have the same energies, both ways, exactly', () => {
  fc.assert(fc.property(model, one => samplesOf(one).every(sample => {
    const E = energy(one, sample);
    return energy(toSpin(one), toSpins(sample)) === E && energy(toBinary(one), toBits(sample)) === E && energy(negated(one), sample) === -E;
  })), { numRuns: 40 });
});
models('a matrix is xᵀQx; repeated triplets add up, zeros leave', () => {
  const one = fromMatrix([1, 2, 3, 4], 2, { offset: 0.5 });
  assert.equal(samplesOf(one).map(sample => energy(one, sample)), [0.5, 1.5, 4.5, 10.5]);
  const two = fromTriplets(3, { rows: [0, 1, 0, 2], cols: [1, 0, 2, 2], values: [2, 1, 0, 7] }, { layout: 'sparse' });
  assert.equal([...two.linear], [0, 0, 7]);
  assert.equal(two.couplings, { kind: 'sparse', rowPtr: Uint32Array.of(0, 1, 2, 2), colIdx: Uint32Array.of(1, 0), values: Float64Array.of(3, 3) });
  assert.is(fromTriplets(1, { rows: [0], cols: [0], values: [7] }, { vartype: 'spin' }).offset, 7);
  assert.is(field(two, [1, 0, 1], 1), 3);
});
models('wrong parts are refused in one line', () => {
  const none = { rows: [], cols: [], values: [] };
  for (const [make, message] of [
    [() => fromTriplets(-1, none), 'model: expected 0 to 16777216 variables, got -1'],
    [() => fromTriplets(2 ** 31, none), 'model: expected 0 to 16777216 variables, got 2147483648'],
    [() => fromTriplets(2, { rows: [0], cols: [1], values: [1, 2] }), 'model: expected as many rows and columns as values, got 1, 1 and 2'],
    [() => fromTriplets(2, { rows: [0], cols: [2], values: [1] }), 'model: expected indices from 0 to 1, got (0, 2)'],
    [() => fromTriplets(2, { rows: [0], cols: [1], values: [NaN] }), 'model: expected finite coefficients, got NaN'],
    [() => fromTriplets(2, none, { linear: [1] }), 'model: expected 2 linear coefficients, got 1'],
    [() => fromTriplets(2, { rows: [0, 1], cols: [1, 0], values: [1.7e308, 1.7e308] }), 'model: expected sums of coefficients below 1e308, got Infinity'],
    [() => fromTriplets(2, { rows: [0, 0], cols: [0, 0], values: [-1.7e308, -1.7e308] }), 'model: expected sums of coefficients below 1e308, got -Infinity'],
    [() => fromTriplets(1, { rows: [0, 0], cols: [0, 0], values: [1e308, 1e308] }, { vartype: 'spin' }), 'model: expected sums of coefficients below 1e308, got Infinity'],
    [() => fromMatrix([0, 1e308, 1e308, 0], 2), 'model: expected sums of coefficients below 1e308, got Infinity'],
    [() => fromMatrix([0, Infinity, -Infinity, 0], 2), 'model: expected finite coefficients, got Infinity'],
    [() => fromMatrix([0, 1, NaN, 0], 2), 'model: expected finite coefficients, got NaN'],
    [() => fromMatrix([NaN], 1), 'model: expected finite coefficients, got NaN'],
    [() => fromTriplets(2, none, { offset: NaN }), 'model: expected finite coefficients, got NaN'],
    [() => fromTriplets(2, none, { names: ['a', 'a'] }), 'model: expected each name once, got "a" again'],
    [() => fromTriplets(2, none, { vartype: 'SPIN' as never }), 'model: expected vartype binary or spin, got SPIN'],
    [() => modelBuilder({ vartype: 'SPIN' as never }), 'model: expected vartype binary or spin, got SPIN'],
    [() => fromMatrix([1], 1, { layout: 'csr' as never }), 'model: expected layout dense or sparse, got csr'],
    [() => fromTriplets(2 ** 24, none, { layout: 'dense' }), 'model: expected dense couplings that fit into memory, got 16777216 × 16777216 of them'],
    [() => flipGain(fromMatrix([1], 1), [0], 1), 'model: expected a variable from 0 to 0, got 1'],
    [() => flipGain(fromMatrix([1], 1), [0], 0.5), 'model: expected a variable from 0 to 0, got 0.5'],
    [() => fromMatrix([1, 2], 2), 'model: expected 4 coefficients of 2 variables, got 2'],
    [() => energy(fromMatrix([1], 1), [2]), 'sample: expected 0 or 1, got 2 at 0'],
    [() => energy(fromMatrix([1], 1), [0, 1]), 'sample: expected 1 values, got 2'],
  ] as const) assert.throws(make, (error: Error) => error.message === message);
});
models('solvers refuse coefficients without finite sums in models built by hand', async () => {
  const hand = (linear: number, coupling: number, offset: number, kind: 'dense' | 'sparse'): QuadraticModel => ({
    vartype: 'binary', n: 2, linear: Float64Array.of(linear, 1), offset, couplings: kind === 'dense' ? { kind, values: Float64Array.of(0, coupling, coupling, 0) }
      : { kind, rowPtr: Uint32Array.of(0, 1, 2), colIdx: Uint32Array.of(1, 0), values: Float64Array.of(coupling, coupling) },
  });
  for (const solver of solverNames) for (const kind of ['dense', 'sparse'] as const) for (const [model, got] of [
    [hand(NaN, 1, 0, kind), 'NaN'], [hand(1, -Infinity, 0, kind), '-Infinity'], [hand(1, 1, NaN, kind), 'NaN'], [hand(1e308, 1e308, 0, kind), 'sums beyond 1e308'],
  ] as const) assert.is(
    await solverByName(solver).solve(model, { reads: 1, sweeps: 1 }).then(() => 'none', (error: Error) => error.message), `solve: expected finite coefficients, got ${got}`,
  );
});
models('a matrix has the couplings of its triplets, whatever the layout, to the bit', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 70 }), fc.integer(), fc.constantFrom(0.05, 0.5, 1), fc.constantFrom('dense', 'sparse', undefined), (n, seed, filled, layout) => {
    const rng = random(seed), Q = Float64Array.from({ length: n * n }, () => (rng.uniform() < filled ? rng.normal() : 0));
    const cells = Array.from(Q.keys()).filter(at => Q[at] !== 0), parts = { ...(layout && { layout }), vartype: rng.integer(2) ? 'spin' as const : 'binary' as const };
    const rows = cells.map(at => Math.floor(at / n)), cols = cells.map(at => at % n);
    assert.equal(fromMatrix(Q, n, parts), fromTriplets(n, { rows, cols, values: cells.map(at => Q[at]!) }, parts));
  }), { numRuns: 40, seed: 8 });
});
models('a matrix of 16 million numbers becomes a model without objects on the heap', () => {
  const n = 4000, Q = new Float64Array(n * n).fill(1), heap = process.memoryUsage();
  const { couplings } = fromMatrix(Q, n), now = process.memoryUsage();
  assert.ok(couplings.kind === 'dense' && couplings.values.length === n * n);
  assert.ok(now.heapTotal - heap.heapTotal < 2 ** 25, `${now.heapTotal - heap.heapTotal} bytes on the heap`);
});
models('the first numbers of a Palubeckis problem are those of its generator', () => {
  // seed 31000: s = 16807 · 31000 mod (2³¹ − 1) = 521017000, u = 0.24261…, ⌊201 u − 100⌋ = −52, negated.
  const instance = { ...palubeckisInstances[0]!, n: 20 }, one = palubeckis(instance);
  assert.is(one.linear[0], 52);
  assert.is(one.n, 20);
  assert.ok(one.linear.every(value => Math.abs(value) <= 100));
});
models('coefficients that differ by 18 orders of magnitude are minimised to the last', async () => {
  const pairs = { rows: [0, 1, 2, 0], cols: [1, 2, 3, 3], values: [1e9, -1e-9, 1e-9, -2e-9] };
  const one = fromTriplets(4, pairs, { linear: [-1e-9, 0, 1e-9, -5e-10] });
  const lowest = Math.min(...samplesOf(one).map(sample => energy(one, sample)));
  assert.is((await annealing().solve(one, { sweeps: 10, reads: 5 })).best.energy, lowest);
});
models.run();

const threads = suite('reads on threads');
threads('two threads give the samples of one', async () => {
  const rng = random(5), n = 40, one = fromMatrix(Float64Array.from({ length: n * n }, () => rng.normal()), n);
  const alone = await annealing().solve(one, { sweeps: 20, reads: 5 });
  const shared = await solveParallel(one, { solver: 'annealing', threads: 2, sweeps: 20, reads: 5 });
  assert.equal([...shared.energies], [...alone.energies]);
  assert.equal(shared.best, alone.best);
  assert.equal([shared.info.reads, shared.info.stopped], [5, 'done']);
});
threads('a target or a signal ends all of them', async () => {
  const one = fromMatrix([1, -3, 0, 1], 2);
  assert.is((await solveParallel(one, { solver: 'annealing', threads: 2, timeMs: 60_000, target: -1 })).info.stopped, 'target');
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 300);
  assert.is((await solveParallel(one, { solver: 'annealing', threads: 2, timeMs: 60_000, signal: abort.signal })).info.stopped, 'interrupted');
});
threads('impossible options are refused', async () => {
  const one = fromMatrix([1], 1), message = async (options: object): Promise<string> => {
    try {
      await solveParallel(one, { solver: 'annealing', threads: 1, ...options });
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.is(await message({ threads: 0 }), 'solveParallel: expected 1 to 256 threads, got 0');
  assert.match(await message({ solver: 'magic' }), /^solver: expected annealing, .*, got magic$/);
  assert.is(await message({ reads: 0 }), 'solve: expected reads to be an integer of at least 1, got 0');
});
threads.run();
