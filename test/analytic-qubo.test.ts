import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedSparse, sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian, matrix } from '../operators/index.js';
import { analyticCodes, analyticQubo, dictionariesOf } from '../src/binary/binarizers/analytic-qubo.js';
import { sign } from '../src/binary/binarizers/index.js';
import { recoveryCertificate } from '../src/binary/certificate.js';
import { blockDiagonal, kroneckerIdentity } from '../src/core/combine.js';
import { l1 } from '../src/core/prox.js';
import { random } from '../src/core/random.js';
import { coherenceAnnealer } from '../src/kernels/index.js';
import { pack } from '../src/packed/engine.js';
import {
  codeEnergies, coherenceBound, commonScale, dictionary, dinkelbach, identityDistances, incoherentCodes, ratioModel, ratioOf, targetModel, type Dictionary,
} from '../src/qubo/coherence/index.js';
import { energy, type Sample } from '../src/qubo/model.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import type { Solver } from '../src/qubo/solvers/solver.js';
import { analyticWeight } from '../src/unrolled/analytic-weight.js';
import { directSearch } from '../src/unrolled/direct-search.js';
import { learnedIsta, unrolledAdmm } from '../src/unrolled/presets.js';
import { tensor } from '../src/core/array.js';
import { normals, normalTensor, relativeError } from './helpers.js';

/** By NumPy and SciPy; see the script of the same name. */
const fixture = JSON.parse(readFileSync('test/fixtures/analytic-qubo.json', 'utf8')) as {
  rows: number; cols: number; A: number[]; least: number[]; balanced: number[]; leastTernary: number[]; bound: number[]; boundTernary: number[];
  energies: { energy: number; symmetry: number; coherence: number; scale: number; own: number; common: number };
};
const small = dictionary(fixture.A, fixture.rows, fixture.cols);
const column = (S: ArrayLike<number>, { rows, cols }: Dictionary, i: number): Float64Array => Float64Array.from({ length: rows }, (_, r) => S[r * cols + i]!);
const drawn = (rows: number, cols: number, seed: number): Dictionary => dictionary(normals(rows * cols, seed), rows, cols);
function* allSigns(n: number): Generator<Sample> {
  for (let bits = 0; bits < 2 ** n; bits++) yield Int8Array.from({ length: n }, (_, r) => (bits >> r & 1 ? 1 : -1));
}
const close = (a: number, b: number, tolerance = 1e-9): void => assert.ok(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)), `${a} is not ${b}`);

/** Every sample of a spin model. */
const enumeration: Solver = {
  name: 'enumeration',
  solve(model) {
    let best: { sample: Sample; energy: number } | undefined;
    for (const sample of allSigns(model.n)) {
      const own = energy(model, sample);
      if (!best || own < best.energy) best = { sample, energy: own };
    }
    const info = { solver: 'enumeration', seconds: 0, secondsToBest: 0, reads: 1, sweeps: 1, stopped: 'proven' as const, proven: true };
    return Promise.resolve({ samples: [best!.sample], energies: Float64Array.of(best!.energy), best: best!, info });
  },
};

const coherence = suite('codes of least coherence');
coherence('energies, symmetry, coherence and the cost of one scale agree with NumPy', () => {
  const S = fixture.A.map(value => (value < 0 ? -1 : 1)), found = codeEnergies(small, S), distances = identityDistances([found]);
  close(found.energy, fixture.energies.energy);
  close(found.symmetry, fixture.energies.symmetry);
  close(found.coherence, fixture.energies.coherence);
  close(commonScale([found]), fixture.energies.scale);
  close(distances.own, fixture.energies.own);
  close(distances.common, fixture.energies.common);
  found.diagonal.forEach((t, i) => close(found.off[i]! / t ** 2, ratioOf(small, i, column(S, small, i))));
});
coherence('annealing finds what enumeration by NumPy finds, for every column, with and without zeros', async () => {
  for (const [zeros, least] of [[0, fixture.least], [3, fixture.leastTernary]] as const) {
    const S = await incoherentCodes(small, { zeros });
    least.forEach((value, i) => {
      const own = column(S, small, i);
      close(ratioOf(small, i, own), value);
      assert.is(own.filter(code => code === 0).length, zeros);
      assert.ok(own.reduce((sum, code, r) => sum + code * fixture.A[r * small.cols + i]!, 0) > 0);
    });
  }
});
coherence('the ratio as an Ising problem: energies by hand, 0 at the least ratio, Dinkelbach by enumeration and by annealing agree', async () => {
  for (const seed of [1, 2, 3]) {
    const own = drawn(9 + seed, 15, seed), S = await incoherentCodes(own), pull = normals(own.rows, seed, 7);
    for (const i of [0, 7, 14]) {
      const theta = 0.9, model = ratioModel(own, i, theta, pull), centred = targetModel(own, i, { centre: 5, weight: 2.5 });
      let least = Infinity;
      for (const s of allSigns(own.rows)) {
        if (least === Infinity || s[0] === s[1]) {
          const t = s.reduce<number>((sum, code, r) => sum + code * own.A[r * own.cols + i]!, 0), N = ratioOf(own, i, s) * t * t;
          const pulled = s.reduce<number>((sum, code, r) => sum + code * pull[r]!, 0);
          close(energy(model, s), N - theta * t * t + pulled * t, 1e-7);
          close(energy(centred, s), N / 25 + 2.5 * (t / 5 - 1) ** 2, 1e-7);
        }
        least = Math.min(least, ratioOf(own, i, s));
      }
      const exact = await dinkelbach(own, i, enumeration), annealed = await dinkelbach(own, i, annealing(), { seed, reads: 4, sweeps: 100 });
      close(exact.ratio, least);
      close(annealed.ratio, least);
      close(ratioOf(own, i, column(S, own, i)), least);
      close((await enumeration.solve(ratioModel(own, i, least))).best.energy, 0, 1e-6);
    }
  }
});
coherence('with a weight on symmetry every column is the best answer to the others', async () => {
  const own = drawn(8, 12, 5), symmetry = 0.6, plain = codeEnergies(own, await incoherentCodes(own));
  const S = await incoherentCodes(own, { symmetry }), found = codeEnergies(own, S), total = found.energy + symmetry * found.symmetry;
  assert.ok(found.energy >= plain.energy && total <= plain.energy + symmetry * plain.symmetry);
  for (let i = 0; i < own.cols; i++) for (const s of allSigns(own.rows)) {
    const other = Float64Array.from(S);
    s.forEach((code, r) => { other[r * own.cols + i] = code; });
    const { energy: off, symmetry: both } = codeEnergies(own, other);
    assert.ok(off + symmetry * both >= total - 1e-4, `column ${i}`);
  }
});
coherence('the same seed gives the same codes; the kernel counts zeros and never returns worse than it was given', async () => {
  const own = drawn(21, 30, 6);
  assert.equal(await incoherentCodes(own, { seed: 3, zeros: 5 }), await incoherentCodes(own, { seed: 3, zeros: 5 }));
  assert.not.equal(await incoherentCodes(own, { seed: 3, sweeps: 1, passes: 1 }), await incoherentCodes(own, { seed: 4, sweeps: 1, passes: 1 }));
  const anneal = coherenceAnnealer(own.gram, own.rows), rng = random(9), none = new Float32Array(own.rows);
  for (let trial = 0; trial < 20; trial++) {
    const start = Float32Array.from({ length: own.rows }, (_, r) => (r < trial ? 0 : rng.integer(2) * 2 - 1)), a = Float32Array.from(column(own.A, own, trial));
    const found = anneal({ a, pull: none, start, balance: { weight: 0, centre: 1 }, temperatures: Float32Array.of(1, 0.1, 0.01), seed: [trial] });
    assert.is(found.filter(code => code === 0).length, trial);
    assert.ok(ratioOf(own, trial, found) <= ratioOf(own, trial, start) * (1 + 1e-5));
  }
});
coherence('with a weight on the balance the kernel finds what enumeration by NumPy finds', () => {
  const anneal = coherenceAnnealer(small.gram, small.rows), temperatures = Float32Array.from({ length: 300 }, (_, k) => 0.98 ** k);
  fixture.balanced.forEach((least, i) => {
    const a = Float32Array.from(column(small.A, small, i)), start = a.map(value => (value < 0 ? -1 : 1));
    const found = anneal({ a, pull: new Float32Array(small.rows), start, balance: { weight: 5, centre: 30 }, temperatures, seed: [i] });
    const t = found.reduce((sum, code, r) => sum + code * a[r]!, 0);
    close(ratioOf(small, i, found) + 5 * (t / 30 - 1) ** 2, least);
  });
});
coherence('balance brings the columns near one scale', async () => {
  const own = drawn(30, 60, 8), spread = async (balance: number): Promise<number> => {
    const { diagonal, energy: off } = codeEnergies(own, await incoherentCodes(own, { balance })), mean = diagonal.reduce((sum, t) => sum + t, 0) / own.cols;
    assert.ok(off < 150);
    return Math.hypot(...diagonal.map(t => t / mean - 1));
  };
  assert.ok(await spread(30) < await spread(0) / 2);
  for (const balance of [-1, NaN, Infinity]) await incoherentCodes(own, { balance }).then(() => assert.unreachable(), error => assert.match((error as Error).message, /^incoherentCodes: expected balance >= 0/));
});
coherence('the bound is below every code, above the float optimum, and as high as a general optimizer gets it', () => {
  const W = analyticWeight(matrix(tensor(Float32Array.from(fixture.A), [small.rows, small.cols])));
  for (let i = 0; i < 4; i++) for (const [zeros, witness, least] of [[0, fixture.bound, fixture.least], [3, fixture.boundTernary, fixture.leastTernary]] as const) {
    const found = coherenceBound(small, i, zeros)!;
    assert.ok(found <= least[i]! && found >= ratioOf(small, i, column(W, small, i)), `column ${i}, ${zeros} zeros`);
    assert.ok(found <= witness[i]! * (1 + 1e-6) && found >= witness[i]! * (1 - 4e-3), `${found} is not ${witness[i]}`);
  }
  assert.is(coherenceBound(dictionary([1, 2, 0, 0], 2, 2), 0), undefined);
});
coherence('wrong input is named', async () => {
  assert.throws(() => dictionary([1, 2, 3], 2, 2), /dictionary: expected 2 × 2 values, got 3/);
  assert.throws(() => dictionary([1, NaN], 1, 2), /finite/);
  assert.throws(() => targetModel(small, 0, { centre: 0, weight: 1 }), /centre > 0/);
  for (const [options, message] of [[{ zeros: 8 }, /expected 0 to 7 zeros, got 8/], [{ symmetry: 1.5 }, /symmetry within 0 to 1/]] as const) {
    const error = await incoherentCodes(small, options).catch((reason: unknown) => reason);
    assert.ok(error instanceof RangeError && message.test(error.message));
  }
  const empty = await incoherentCodes(dictionary([1, 0, 2, 0], 2, 2)).catch((reason: unknown) => reason);
  assert.match((empty as Error).message, /columns other than 0, got 0 in column 1/);
  const stopped = await incoherentCodes(drawn(60, 120, 1), { signal: AbortSignal.abort(), passes: 1000 }).catch((reason: unknown) => reason);
  assert.is((stopped as Error).name, 'AbortError');
});
coherence.run();

const binarizer = suite('analytic-qubo');
const blocks = blockDiagonal([gaussian(10, 20, { seed: 1 }), gaussian(12, 18, { seed: 2 })]), signals = sparseSpikes(38, { density: 0.1, seed: 1 });
const net = learnedIsta({ operator: blocks, prox: l1() }, { layers: 6, coupling: 'tied' });
binarizer('codes lie on the blocks, one scale serves all, W stays as it is and the packed engine agrees', async () => {
  for (const zeros of [0, 0.4]) {
    const { codes, scale } = await analyticCodes(dictionariesOf('test', blocks), { zeros });
    const one = await analyticQubo({ zeros }).fit(net, signals, { steps: 20, batch: 16 });
    assert.is(one.binarizer, zeros ? 'analytic-qubo-ternary' : 'analytic-qubo');
    assert.equal(one.params.find(({ name }) => name === 'W')!.value, codes.map(code => Math.fround(Math.fround(scale) * code)));
    assert.is(codes.filter(code => code === 0).length, zeros ? 4 * 20 + 5 * 18 : 0);
    const y = normalTensor([3, 22], 4);
    assert.ok(relativeError(pack(one).reconstruct(y).data, one.forward(y).data) < 1e-5);
  }
});
binarizer('untied layers have codes of their own, of one scale, and the packed engine agrees', async () => {
  // So large that annealing from two seeds does not end at one minimum.
  const operator = gaussian(100, 200, { seed: 5 }), untied = learnedIsta({ operator, prox: l1() }, { layers: 3, coupling: 'untied' });
  const reports: number[] = [];
  const one = await analyticQubo().fit(untied, sparseSpikes(200, { density: 0.1, seed: 1 }), {
    steps: 5, batch: 16, onProgress: ({ phase, step, steps }) => { if (phase === 'analytic-qubo: codes') reports.push(step / steps); },
  });
  // Reports come by the clock: a search of two seconds has a dozen.
  assert.ok(reports.length > 3 && reports.every((share, i) => share <= 1 && share >= (reports[i - 1] ?? 0)));
  const matrices = one.params.filter(({ name }) => name.startsWith('W.')).map(({ value }) => value);
  assert.is(matrices.length, 3);
  for (const value of matrices) assert.ok(value.every(w => Math.abs(w) === Math.abs(matrices[0]![0]!)));
  const { codes } = await analyticCodes(dictionariesOf('test', operator));
  assert.equal(matrices[0]!.map(Math.sign), codes);
  for (const [k, j] of [[0, 1], [0, 2], [1, 2]] as const) assert.not.equal(matrices[k], matrices[j]);
  const y = normalTensor([3, 100], 4);
  assert.ok(relativeError(pack(one).reconstruct(y).data, one.forward(y).data) < 1e-5);
});
binarizer('certifies more than the signs of A or of the closed form', async () => {
  const wide = gaussian(40, 50, { seed: 3 }), data = sparseSpikes(50, { density: 0.1, seed: 2 });
  const from = (value: Float32Array) => {
    const own = learnedIsta({ operator: wide, prox: l1() }, { layers: 2, coupling: 'tied' });
    own.params.find(({ name }) => name === 'W')!.value = value;
    return own;
  };
  const [a, w] = await Promise.all([wide.weights!(), analyticWeight(wide)].map(value => sign().fit(from(value.slice()), data)));
  const found = recoveryCertificate(await analyticQubo({ symmetry: 0 }).fit(from(wide.weights!()), data, { steps: 2 }), 1)!;
  for (const other of [a!, w!]) assert.ok(found.mu < recoveryCertificate(other, 1)!.mu);
});
binarizer('steps and thresholds fall layer by layer, and reach further than those of plain signs', async () => {
  const errors: number[] = [];
  const one = await analyticQubo().fit(net, signals, { steps: 0, onProgress: ({ phase, nmseDb }) => { if (phase.endsWith('layer by layer')) errors.push(nmseDb!); } });
  assert.is(errors.length, 6);
  errors.forEach((error, k) => assert.ok(k === 0 || error <= errors[k - 1]!));
  const plain: number[] = [], signed = await sign().fit(net, signals);
  await directSearch(signed, signals, { onProgress: ({ nmseDb }) => plain.push(nmseDb!) });
  assert.ok(errors.at(-1)! < plain.at(-1)! - 1, `${errors.at(-1)} and ${plain.at(-1)} dB`);
  assert.ok(one.params.filter(({ value }) => value.length === 1).every(({ value }) => value[0]! >= 0));
});
binarizer('a block shared by all is one problem; other patterns and networks are told apart', async () => {
  const shared = kroneckerIdentity(3, gaussian(6, 10, { seed: 4 }));
  assert.is((await analyticCodes(dictionariesOf('test', shared))).codes.length, 60);
  const blurred = convolution([0.5, 0.3, 0.2], [38]);
  for (const [own, message] of [
    [learnedIsta({ operator: blurred, prox: l1() }, { layers: 2, coupling: 'tied' }), /expected an operator with dense or block weights, got .* \(toeplitz\)/],
    [learnedIsta({ operator: blocks, prox: l1() }, { layers: 2, coupling: 'coupled' }), /expected learnedIsta with coupling untied, tied or analytic, got learned-ista with coupling coupled/],
    [unrolledAdmm({ operator: blocks, prox: l1() }, { layers: 2, coupling: 'tied' }), /got admm with coupling tied/],
  ] as const) {
    const error = await analyticQubo().fit(own, signals).catch((reason: unknown) => reason);
    assert.ok(error instanceof TypeError && message.test(error.message), String(error));
  }
  assert.throws(() => analyticQubo({ zeros: 1 }), /zeros from 0 to below 1/);
});
const data = process.env['SIGNFOLD_DATA'] ?? '';
if (existsSync(join(data, 'sparse/alista_D_250x500.npy'))) binarizer('published D: below 1096 with signs and 757 with zeros, in 10 s of processor time each, one scale for all', async () => {
  const D = dictionary(publishedSparse(path => readFileSync(join(data, path))).D.data, 250, 500);
  for (const [zeros, most] of [[0, 1096], [113, 757]] as const) {
    const before = process.cpuUsage(), found = codeEnergies(D, await incoherentCodes(D, { zeros }));
    const { user, system } = process.cpuUsage(before);
    assert.ok(found.energy <= most && user + system < 10e6, `${found.energy} in ${(user + system) / 1e6} s`);
    const { own, common } = identityDistances([found]);
    assert.ok(common < own + 1, `${common} with one scale, ${own} with one a column`);
  }
});
else binarizer.skip('published D: energies (SIGNFOLD_DATA is not set)', () => {});
binarizer.run();
