import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random } from '../src/core/random.js';
import { enumeration, spinRelaxation } from '../src/kernels/index.js';
import { used } from '../src/kernels/memory.js';
import { branch, type Found } from '../src/qubo/exact/branch.js';
import { addExactly, rounded, roundedDown } from '../src/qubo/exact/exact-sum.js';
import { oddness, partsOf } from '../src/qubo/exact/parts.js';
import { posiform } from '../src/qubo/exact/posiform.js';
import { relaxedBranch } from '../src/qubo/exact/relaxed-branch.js';
import { roofDual } from '../src/qubo/exact/roof-dual.js';
import { cutBound } from '../src/qubo/exact/triangles.js';
import { wholeNumbers } from '../src/qubo/exact/whole.js';
import { bestKnown, energy, fromMatrix, fromTriplets, toBinary, toSpins, type QuadraticModel } from '../src/qubo/index.js';
import { exact } from '../src/qubo/solvers/exact.js';

function run<T>(search: Generator<void, T>): T {
  for (;;) {
    const { done, value } = search.next();
    if (done) return value as T;
  }
}
const states = (n: number): Int8Array[] => Array.from({ length: 2 ** n }, (_, k) => Int8Array.from({ length: n }, (__, i) => (k >> i) & 1));
const from = (model: QuadraticModel, sample: Int8Array): Found => ({ sample, energy: energy(model, sample), lower: -Infinity, nodes: 0 });

/** Binary models of whole and of real coefficients. */
const anyModel = fc.record({
  n: fc.integer({ min: 1, max: 11 }), seed: fc.integer(), filled: fc.constantFrom(0.2, 0.5, 1), whole: fc.boolean(), spins: fc.boolean(),
}).map(({ n, seed, filled, whole, spins }): QuadraticModel => {
  const rng = random(seed), draw = (): number => (rng.uniform() > filled ? 0 : whole ? rng.integer(41) - 20 : rng.normal());
  return toBinary(fromMatrix(Float64Array.from({ length: n * n }, draw), n, { vartype: spins ? 'spin' : 'binary', offset: draw() }));
});
const check = (property: (model: QuadraticModel) => void, numRuns: number): void => fc.assert(fc.property(anyModel, property), { numRuns, seed: 3 });

const parts = suite('exact minima, part by part');
parts('a Gray code meets the least of all states', () => {
  check(model => {
    const { n, linear } = model, couplings = Float64Array.from({ length: n * n }, (_, at) => pairOf(model, Math.floor(at / n), at % n));
    const all = enumeration(n, linear, couplings);
    all.run(0);
    for (let left = all.flips; left > 0; left -= 3) all.run(Math.min(3, left));
    const least = Math.min(...states(n).map(sample => energy(model, sample)));
    assert.ok(Math.abs(all.minimum() + model.offset - least) < 1e-10);
    assert.ok(Math.abs(energy(model, all.state()) - least) < 1e-10);
    all.release();
  }, 60);
  assert.throws(() => enumeration(39, [], []), /expected at most 38 variables, got 39/);
});
parts('the roof dual is a lower bound, and what it fixes is so in every minimum', () => {
  let fixed = 0;
  check(given => {
    const { model } = wholeNumbers(given), { form, terms } = posiform(model), all = states(model.n), energies = all.map(sample => energy(model, sample));
    const least = Math.min(...energies);
    run(roofDual(form).raise(terms, Infinity));
    assert.ok(terms.constant <= least);
    for (let i = 0; i < model.n; i++) {
      if (terms.fixed[i]! < 0) continue;
      fixed++;
      all.forEach((sample, k) => assert.ok(energies[k]! > least || sample[i] === terms.fixed[i]));
    }
  }, 200);
  assert.ok(fixed > 300, String(fixed));
});
for (const [name, search] of [
  ['roof dual', branch],
  ['roof dual, nodes made anew', (model, found) => branch(model, found, Infinity, 0)],
  ['semidefinite relaxation', relaxedBranch],
] as [string, (model: QuadraticModel, found: Found) => Generator<void, unknown>][]) parts(`branch and bound by the ${name} finds minima from the worst sample`, () => {
  check(given => {
    const { model, size } = wholeNumbers(given), all = states(model.n), order = all.sort((a, b) => energy(model, a) - energy(model, b)), found = from(model, order.at(-1)!.slice());
    run(search(model, found));
    assert.ok(Math.abs(found.energy - energy(model, order[0]!)) * size < 1e-9, `${found.energy}, ${energy(model, order[0]!)}`);
    assert.is(found.energy, energy(model, found.sample));
    assert.ok(found.lower <= energy(model, order[0]!) && (found.energy - found.lower) * size < 1e-9);
  }, 100);
});
parts('branch and bound gives up after so many nodes', () => {
  const rng = random(1), n = 40, model = fromMatrix(Float64Array.from({ length: n * n }, () => rng.integer(201) - 100), n);
  const found = from(model, new Int8Array(n));
  assert.is(run(branch(model, found, 5)), false);
  assert.is(found.nodes, 5);
  assert.ok(found.lower < found.energy);
});
parts('triangles are searched for until they fit, and every search can be the last', () => {
  const n = 200, rng = random(8), relaxation = spinRelaxation(n), bound = cutBound(relaxation), row = new Float64Array(n);
  relaxation.size(n);
  for (let i = 0; i < n; i++) relaxation.setRow(i, row);
  relaxation.vectors.set(relaxation.vectors.map((_, at) => (at % relaxation.width === 0 ? 2 * rng.integer(2) - 1 : 0)));
  relaxation.products();
  assert.equal([relaxation.triangles(0.02).all, relaxation.triangles(0.02).triangles.length], [true, 0], 'spins break none');
  for (let i = 0; i < n; i++) {
    const angle = 2 * Math.PI * rng.uniform();
    relaxation.vectors.set([Math.cos(angle), Math.sin(angle)], i * relaxation.width);
  }
  relaxation.products();
  let searches = 1;
  for (let least = 0.02; !relaxation.triangles(least).all; searches++) least += (0.5 - least) / 4;
  assert.ok(searches > 2, String(searches));
  bound.begin({ triangles: new Uint32Array(0), weights: new Float64Array(0) });
  const round = bound.round(n, 1e-6);
  let steps = 0;
  while (!round.next().done) steps++;
  // The products, the searches, and 20 sweeps.
  assert.is(steps, 1 + searches + 20);
  const added = bound.cuts().triangles.length;
  assert.ok(added > 0 && added <= 3 * n, String(added));
  relaxation.release();
});
parts('whole numbers have no common divisor; what they lack is said', () => {
  const whole = (...values: number[]): unknown[] => {
    const { model, size, spread } = wholeNumbers(fromMatrix(values, Math.sqrt(values.length)));
    return [[...model.linear], size, spread];
  };
  assert.equal(whole(6, 4, 0, 10), [[3, 5], 2, 0]);
  assert.equal(whole(0.75, 0, 0, 0.5), [[3, 2], 0.25, 0]);
  assert.equal(whole(6 * 2 ** 600, 0, 0, 3 * 2 ** 600), [[2, 1], 3 * 2 ** 600, 0]);
  assert.equal(whole(6 * 2 ** -1070, 0, 0, 4 * 2 ** -1070), [[3, 2], 2 * 2 ** -1070, 0]);
  assert.equal(whole(2 ** -954, 2 ** -1074, 0, 2 ** -954), [[1, 1], 2 ** -954, 2 ** -1074]);
  assert.equal(whole(2 ** 1020, 0, 0, 3 * 2 ** 1020), [[1, 3], 2 ** 1020, 0]);
  assert.equal(whole(0), [[0], 1, 0]);
  const { model, size, spread } = wholeNumbers(fromMatrix([0.1, 0, 0, 1e-9], 2));
  assert.ok(spread > 0 && spread < 2e-15 && Math.abs(model.linear[0]! * size - 0.1) + Math.abs(model.linear[1]! * size - 1e-9) <= 2 * spread);
});
parts('sums are exact: cancelled, in any order, rounded down', () => {
  const sumOf = (...values: number[]): number[] => {
    const sum: number[] = [];
    for (const value of values) addExactly(sum, value);
    return sum;
  };
  assert.equal(sumOf(1e100, 1, -1e100, 2 ** -60, -1), [2 ** -60]);
  assert.equal([roundedDown(sumOf(1, 2 ** -80)), roundedDown(sumOf(1, -(2 ** -80))), roundedDown(sumOf(-1, -(2 ** -80)))], [1, 1 - 2 ** -53, -1 - 2 ** -52]);
  assert.equal([roundedDown([]), rounded(sumOf(1, 2 ** -80)).rest], [0, [2 ** -80]]);
});
parts('free variables fall into parts that share no coupling', () => {
  const model = fromTriplets(7, { rows: [0, 1, 3, 5], cols: [1, 2, 4, 6], values: [1, 2, 3, 4] }, { linear: [1, 2, 3, 4, 5, 6, 7] });
  const found = partsOf(model, Int8Array.of(-1, 1, -1, -1, -1, 0, -1));
  assert.equal(found.map(({ variables }) => [...variables]), [[0], [2], [6], [3, 4]]);
  assert.equal(found.map(({ model: own }) => [...own.linear]), [[2], [5], [7], [4, 5]]);
});
parts.run();

function pairOf(model: QuadraticModel, i: number, j: number): number {
  const sample = (...ones: number[]): Int8Array => Int8Array.from({ length: model.n }, (_, k) => (ones.includes(k) ? 1 : 0));
  return i === j ? 0 : energy(model, sample(i, j)) - energy(model, sample(i)) - energy(model, sample(j)) + model.offset;
}

const whole = suite('exact minima');
// Rows of a torus one after the other, in numpy: test/fixtures/qubo-solvers.py.
const { tori } = JSON.parse(readFileSync(new URL('../../test/fixtures/qubo-solvers.json', import.meta.url), 'utf8')) as { tori: readonly {
  n: number; linear: number[]; rows: number[]; cols: number[]; values: number[]; minimum: number;
}[] };
whole('of spins on tori are those of the transfer matrix, whatever the bound', async () => {
  for (const { n, linear, rows, cols, values, minimum } of tori) {
    const model = fromTriplets(n, { rows, cols, values }, { vartype: 'spin', linear }), { best, info } = await exact().solve(model, { sweeps: 1 });
    assert.ok(Math.abs(best.energy - minimum) < 1e-9, `${best.energy}, ${minimum}`);
    assert.equal([info.proven, info.stopped, info.lowerBound], [true, 'proven', best.energy - info.tolerance!]);
    assert.ok(info.tolerance! < 1e-9, String(info.tolerance));
    const { model: whole } = wholeNumbers(model), found = from(whole, new Int8Array(n).fill(1));
    run(relaxedBranch(whole, found));
    assert.ok(Math.abs(energy(model, toSpins(found.sample)) - minimum) < 1e-9, `${energy(model, toSpins(found.sample))}, ${minimum}`);
  }
});
whole('of dense problems of 40 variables agree between the bounds', () => {
  const rng = random(2), n = 40, Q = Float64Array.from({ length: n * n }, () => rng.integer(201) - 100), model = fromMatrix(Q, n, { layout: 'sparse' });
  const one = from(model, new Int8Array(n)), other = from(model, new Int8Array(n));
  run(relaxedBranch(model, one));
  other.sample = one.sample;
  other.energy = one.energy + 1;
  run(branch(model, other));
  assert.is(other.energy, one.energy);
  assert.ok(one.nodes * 5 < other.nodes, `${one.nodes}, ${other.nodes}`);
});
whole('of parts that share nothing are sums, and a complement of equal energy is looked at once', async () => {
  const rng = random(4), size = 30, n = 4 * size, rows: number[] = [], cols: number[] = [], values: number[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) if (i % 4 === j % 4) { rows.push(i); cols.push(j); values.push(2 * rng.integer(2) - 1); }
  const model = fromTriplets(n, { rows, cols, values }, { vartype: 'spin' }), { best, info } = await exact().solve(model);
  let sum = 0;
  for (let k = 0; k < 4; k++) {
    const own = rows.map((_, at) => at).filter(at => rows[at]! % 4 === k), pick = (from: number[]): number[] => own.map(at => Math.floor(from[at]! / 4));
    const part = fromTriplets(size, { rows: pick(rows), cols: pick(cols), values: own.map(at => values[at]!) }, { vartype: 'spin' });
    assert.is(oddness(toBinary(part)), 0);
    sum += (await exact().solve(part)).best.energy;
  }
  assert.ok(info.proven);
  assert.is(best.energy, sum);
});
whole('of many variables that fields decide are proven at once', async () => {
  // Every field of 3 is larger than what two neighbours make of it, below 2 for spins: the minimum is a sum of terms.
  for (const real of [false, true]) {
    const n = 50_000, rng = random(9, real ? 1 : 0), draw = (): number => (real ? 2 * rng.uniform() - 1 : 2 * rng.integer(2) - 1);
    const rows = Array.from({ length: n }, (_, i) => i), values = rows.map(draw), linear = rows.map(() => 3 * (2 * rng.integer(2) - 1));
    const model = fromTriplets(n, { rows, cols: rows.map(i => (i + 1) % n), values }, { vartype: 'spin', linear });
    const { best, info } = await exact().solve(model);
    assert.equal([info.proven, info.sweeps], [true, 200]);
    assert.equal([...best.sample], linear.map(value => -Math.sign(value)));
  }
});
whole('that time leaves open come with a lower bound, and give back their memory', async () => {
  const rng = random(5), before = used();
  for (const [n, filled, gap] of [[150, 1, 0.2], [400, 0.02, 0.8]] as const) {
    const Q = Float64Array.from({ length: n * n }, () => (rng.uniform() < filled ? rng.integer(201) - 100 : 0));
    const { best, info } = await exact().solve(fromMatrix(Q, n), { timeMs: 3000 });
    assert.equal([info.proven, info.stopped], [false, 'time']);
    assert.ok(info.lowerBound! < best.energy && info.lowerBound! > (1 + gap) * best.energy, `${info.lowerBound}, ${best.energy}`);
  }
  // Arrays of earlier tests may be collected meanwhile.
  assert.ok(used() <= before, `${used()} after ${before}`);
});
whole('of too many couplings are refused', async () => {
  const n = 2100, model: QuadraticModel = { vartype: 'binary', n, linear: new Float64Array(n), offset: 0, couplings: { kind: 'dense', values: new Float64Array(n * n).fill(1) } };
  assert.is(await exact().solve(model).then(() => 'none', (error: Error) => error.message), 'exact: expected at most 2097152 couplings, got 2205000');
});


/** A number times 2¹²⁰, exactly: no bit of these tests is lower. */
const fixedPoint = (value: number): bigint => BigInt(2 ** 60 * (2 ** 60 * value));
/** The least energy of all states without rounding, by a Gray code. */
function trueMinimum({ vartype, n, linear, couplings, offset }: QuadraticModel): bigint {
  const low = vartype === 'spin' ? -1n : 0n, pairs = Array.from({ length: n }, () => new Array<bigint>(n).fill(0n));
  if (couplings.kind === 'dense') couplings.values.forEach((value, at) => { pairs[Math.floor(at / n)]![at % n] = fixedPoint(value); });
  else for (let i = 0; i < n; i++) for (let k = couplings.rowPtr[i]!; k < couplings.rowPtr[i + 1]!; k++) pairs[i]![couplings.colIdx[k]!] = fixedPoint(couplings.values[k]!);
  const fields = Array.from(linear, (value, i) => pairs[i]!.reduce((sum, one) => sum + low * one, fixedPoint(value))), high = new Array<boolean>(n).fill(false);
  let now = fixedPoint(offset), least: bigint;
  for (let i = 0; i < n; i++) now += low * (fixedPoint(linear[i]!) + fields[i]!) / 2n;
  least = now;
  for (let k = 1; k < 2 ** n; k++) {
    const i = 31 - Math.clz32(k & -k), step = (high[i] ? -1n : 1n) * (1n - low);
    high[i] = !high[i];
    now += step * fields[i]!;
    pairs[i]!.forEach((value, j) => { if (value !== 0n) fields[j]! += step * value; });
    if (now < least) least = now;
  }
  return least;
}
whole('are excluded from below as real numbers, whatever the scales, ties and vartypes', async () => {
  let exactly = 0;
  for (let seed = 0; seed < 300; seed++) {
    const rng = random(6, seed), n = 1 + rng.integer(14), filled = [0.2, 0.5, 1][rng.integer(3)]!, kind = seed % 5, sign = (): number => 2 * rng.integer(2) - 1;
    const draw = [
      () => rng.normal() * 10 ** (15 * rng.uniform() - 6), () => sign() * 10 ** (5 * rng.integer(4) - 6), () => rng.integer(7) - 3,
      () => sign() * [0.1, 0.3, 1e9][rng.integer(3)]!, () => (sign() + 1e-6 * rng.integer(3)) * 1e9 ** rng.integer(2),
    ][kind]!, some = (length: number): Float64Array => Float64Array.from({ length }, () => (rng.uniform() < filled ? draw() : 0));
    const layout = rng.integer(2) ? 'dense' : 'sparse', vartype = rng.integer(2) ? 'spin' : 'binary';
    const model = fromMatrix(some(n * n), n, { vartype, layout, linear: some(n), offset: draw() }), { best, info } = await exact().solve(model, { sweeps: 50 });
    const scale = [...model.linear, ...model.couplings.values].reduce((sum, value) => sum + Math.abs(value), Math.abs(model.offset));
    const about = `seed ${seed}: ${best.energy}, ${info.lowerBound}, ${info.tolerance}`;
    assert.ok(info.proven && info.tolerance! >= 0 && info.tolerance! <= 1e-12 * scale, about);
    assert.is(info.lowerBound, best.energy - info.tolerance!, about);
    assert.ok(fixedPoint(info.lowerBound!) <= trueMinimum(model), about);
    if (kind === 2) assert.is(info.tolerance, 0, about);
    if (info.tolerance === 0) exactly++;
  }
  assert.ok(exactly > 60, String(exactly));
});
whole('of the smallest and the largest coefficients are exact', async () => {
  for (const vartype of ['binary', 'spin'] as const) {
    const n = 32, rng = random(10), Q = Float64Array.from({ length: n * n }, () => 4 * (rng.integer(41) - 20));
    const { best } = await exact().solve(fromMatrix(Q, n, { vartype }), { sweeps: 1 });
    for (const power of [-1074, -1060, -1000, -990, 1000]) {
      const scaled = await exact().solve(fromMatrix(Q.map(value => value * 2 ** power), n, { vartype }), { sweeps: 1 });
      assert.equal([scaled.best.energy, scaled.info.lowerBound, scaled.info.tolerance, scaled.info.proven], [best.energy * 2 ** power, best.energy * 2 ** power, 0, true], `${power}`);
    }
  }
});
whole('of small coefficients beside large ones that share no coupling are found', async () => {
  // 32 bits with coefficients of 3e-3 and one free variable of -1e9: the tolerance is that of the 32.
  for (let seed = 0; seed < 3; seed++) {
    const rng = random(7, seed), n = 32, Q = Float64Array.from({ length: n * n }, () => 3e-3 * rng.normal()), alone = fromMatrix(Q, n);
    const linear = new Float64Array(n + 1).fill(-1e9, n), wide = new Float64Array((n + 1) ** 2);
    for (let i = 0; i < n; i++) wide.set(Q.subarray(i * n, (i + 1) * n), i * (n + 1));
    const { best, info } = await exact().solve(fromMatrix(wide, n + 1, { linear }), { sweeps: 1 }), part = await exact().solve(alone, { sweeps: 1 });
    assert.equal([info.proven, part.info.proven, best.sample[n]], [true, true, 1]);
    assert.ok(part.info.tolerance! < 1e-11, String(part.info.tolerance));
    assert.ok(Math.abs(energy(alone, best.sample.subarray(0, n)) - part.best.energy) < 1e-11);
    assert.ok(info.tolerance! < 3e-7, 'the last place of 1e9');
  }
});

const folder = `${process.env['SIGNFOLD_DATA']}/qubo/biqmac`;
if (existsSync(folder)) whole('of published problems are the values in the books', async () => {
  for (const [name, path] of [['bqp50-1', 'beasley/bqp50-1'], ['bqp100-1', 'beasley/bqp100-1'], ['gka3a', 'gka/gka3a'], ['gka5b', 'gka/gka5b'], ['gka4c', 'gka/gka4c']] as const) {
    const numbers = gunzipSync(readFileSync(`${folder}/${path}.sparse.gz`)).toString().replace(/^#.*$/gm, '').trim().split(/\s+/).map(Number);
    const entries = Array.from({ length: numbers[1]! }, (_, k) => numbers.slice(2 + 3 * k, 5 + 3 * k) as [number, number, number]);
    const model = fromTriplets(numbers[0]!, {
      rows: entries.map(([i]) => i - 1), cols: entries.map(([, j]) => j - 1), values: entries.map(([i, j, value]) => (i === j ? value : 2 * value)),
    });
    const { best, info } = await exact().solve(model);
    assert.equal([info.proven, info.tolerance, Math.abs(best.energy)], [true, 0, Math.abs(bestKnown(name)!)], name);
  }
});
else whole.skip('of published problems are the values in the books: set SIGNFOLD_DATA', () => {});
whole.run();
