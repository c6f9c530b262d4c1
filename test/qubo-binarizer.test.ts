// The best sign rows by enumeration: fixtures/sign-rows.py wrote fixtures/sign-rows.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { gaussian, identity } from '../operators/index.js';
import { qubo, sign } from '../src/binary/binarizers/index.js';
import { searchedRows } from '../src/binary/binarizers/qubo.js';
import { calibrationMeasurements, ownProducts, pairedProducts, trajectory } from '../src/binary/calibration.js';
import { oneBitParams } from '../src/binary/one-bit-network.js';
import { outputMetrics } from '../src/binary/output-metrics.js';
import { rowGroups } from '../src/binary/row-groups.js';
import { searchSigns } from '../src/binary/sign-search.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal } from '../src/core/combine.js';
import { l1 } from '../src/core/prox.js';
import { scratch } from '../src/kernels/index.js';
import { patternMap } from '../src/kernels/maps/index.js';
import { energy } from '../src/qubo/model.js';
import { descendTogether, improveSigns, signModels, signSums, successiveSigns, type SignRows } from '../src/qubo/sign-rows.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta, unrolledIsta } from '../src/unrolled/presets.js';
import { train } from '../src/unrolled/train.js';
import type { Dataset, OneBitNetwork, Param, Pattern, UnrolledNetwork } from '../src/types.js';
import { learnable, networkCases, operatorCases } from './cases.js';
import { normals } from './helpers.js';

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `expected ${expected}, got ${actual}`);
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
const squares = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value * value, 0);
const search = { solver: annealing(), options: { seed: 1, sweeps: 100, reads: 2 } };

/** Rows of weights over inputs, all in f64. */
function rowsOf(inputs: readonly (readonly number[])[], weights: readonly (readonly number[])[]): { rows: SignRows; constants: number[] } {
  const n = weights[0]!.length, gram = new Float64Array(n * n), targets = weights.map(() => new Float64Array(n)), constants = weights.map(() => 0);
  for (const v of inputs) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j]! += v[i]! * v[j]!;
    weights.forEach((w, r) => {
      const wanted = sum(w.map((value, i) => value * v[i]!));
      constants[r]! += wanted ** 2;
      for (let i = 0; i < n; i++) targets[r]![i]! += wanted * v[i]!;
    });
  }
  return { rows: { gram, targets }, constants };
}

const known = JSON.parse(readFileSync('test/fixtures/sign-rows.json', 'utf8')) as
  { scale: number; inputs: number[][]; weights: number[][]; signs: number[][]; errors: number[] };
const { rows: knownRows, constants } = rowsOf(known.inputs, known.weights);

const rows = suite('rows of signs');
rows('energy and constant are the squared error of the output, to 1e-12', () => {
  signModels(knownRows, known.scale).forEach((model, r) => close(energy(model, known.signs[r]!) + constants[r]!, known.errors[r]!, 1e-12));
});
rows('the signs found are the best of all, as NumPy enumerates them', async () => {
  const first = known.weights.map(w => Int8Array.from(w, value => (value < 0 ? -1 : 1)));
  const found = await improveSigns(knownRows, known.scale, first, search);
  assert.equal(found.map(signs => [...signs]), known.signs);
});
rows('no row gets worse than what was known, also without a solver', async () => {
  for (let k = 0; k < 20; k++) {
    const at = (length: number, ...seed: number[]): number[] => [...normals(length, k, ...seed)];
    const { rows: own } = rowsOf(Array.from({ length: 30 }, (_, t) => at(13, 1, t)), [at(13, 2), at(13, 3)]);
    const first = [0, 1].map(r => Int8Array.from(at(13, 4, r), value => (value < 0 ? -1 : 1))), models = signModels(own, 0.6);
    const plain = await improveSigns(own, 0.6, first), solved = await improveSigns(own, 0.6, first, search);
    models.forEach((model, r) => {
      assert.ok(energy(model, plain[r]!) <= Math.min(energy(model, first[r]!), energy(model, successiveSigns(own, 0.6)[r]!)));
      assert.ok(energy(model, solved[r]!) <= energy(model, plain[r]!));
    });
  }
});
rows('sums give the least-squares scale', () => {
  const { linear, quadratic } = signSums(knownRows, known.signs.map(signs => Int8Array.from(signs)));
  const errorAt = (scale: number): number =>
    sum(signModels(knownRows, scale).map((model, r) => energy(model, known.signs[r]!) + constants[r]!));
  const best = linear / quadratic;
  assert.ok(errorAt(best) < errorAt(best * 1.001) && errorAt(best) < errorAt(best * 0.999));
});
rows('descent on rows together ends where no flip lowers what their errors are worth together', () => {
  const weights = Array.from({ length: 3 }, (_, r) => [...normals(7, 30, r)]), inputs = Array.from({ length: 25 }, (_, t) => [...normals(7, 31, t)]);
  const { rows: own } = rowsOf(inputs, weights), mixing = normals(12, 32), scale = 0.8;
  const metric = Float64Array.from({ length: 9 }, (_, k) =>
    sum([0, 1, 2, 3].map(i => mixing[4 * Math.floor(k / 3) + i]! * mixing[4 * (k % 3) + i]!)));
  const worth = (signs: readonly Int8Array[]): number => sum(inputs.map(v => {
    const errors = weights.map((w, r) => sum(w.map((value, i) => (value - scale * signs[r]![i]!) * v[i]!)));
    return sum(errors.flatMap((e, r) => errors.map((other, q) => metric[3 * r + q]! * e * other)));
  }));
  const signs = weights.map(w => Int8Array.from(w, value => (value < 0 ? -1 : 1))), before = worth(signs);
  descendTogether(own, metric, scale, signs);
  const reached = worth(signs);
  assert.ok(reached < before);
  for (const row of signs) for (let i = 0; i < 7; i++) {
    row[i] = -row[i]!;
    assert.ok(worth(signs) >= reached * (1 - 1e-12));
    row[i] = -row[i]!;
  }
});
rows('inputs that do not fill the space, or are all 0, still give signs', async () => {
  const { rows: thin } = rowsOf([[1, 2, 3, 4]], [[1, -1, 1, -1]]), { rows: none } = rowsOf([[0, 0]], [[1, -1]]);
  for (const own of [thin, none]) {
    const n = own.targets[0]!.length, [signs] = await improveSigns(own, 0.5, [new Int8Array(n).fill(-1)], search);
    assert.ok(signs!.every(value => Math.abs(value) === 1));
  }
});
rows('a scale that is not above 0 and a Gram matrix of another size are refused', () => {
  assert.throws(() => signModels(knownRows, 0), /^sign rows: expected a finite scale > 0, got 0$/);
  assert.throws(() => signModels({ ...knownRows, gram: new Float64Array(3) }, 1), /expected 9 × 9 numbers of a Gram matrix, got 3/);
});
rows.run();

const support = Uint8Array.from([1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1]);
const patterns: Readonly<Record<string, Pattern>> = {
  'dense': { kind: 'dense', rows: 4, cols: 7 },
  'blocks': { kind: 'blocks', blocks: [{ rows: 3, cols: 5 }, { rows: 2, cols: 4 }], shared: false },
  'shared blocks': { kind: 'blocks', blocks: [{ rows: 3, cols: 5 }, { rows: 3, cols: 5 }], shared: true },
  'csr': { kind: 'csr', rows: 4, cols: 5, rowPtr: Uint32Array.of(0, 2, 2, 5, 7), colIdx: Uint32Array.of(1, 3, 0, 1, 4, 2, 3), indices: 'stored' },
  'zero convolution': { kind: 'toeplitz', shape: [11], support: [4], origin: [1], boundary: 'zero' },
  'reflect convolution of channels': { kind: 'toeplitz', shape: [11], support: [3], origin: [1], boundary: 'reflect', channels: { in: 2, out: 3 } },
  'convolution of channels': { kind: 'toeplitz', shape: [5, 6], support: [3, 3], origin: [1, 1], boundary: 'zero', channels: { in: 3, out: 2 } },
  'circular convolution': { kind: 'toeplitz', shape: [5, 6], support: [2, 3], origin: [0, 1], boundary: 'circular' },
  'diagonal': { kind: 'diagonal', basis: 'identity', size: 6 },
  'Fourier analysis, real': { kind: 'diagonal', basis: 'fourier', shape: [3, 4], complexInput: false, form: 'analysis', support },
  'Fourier analysis, complex': { kind: 'diagonal', basis: 'fourier', shape: [3, 4], complexInput: true, form: 'analysis', support },
  'Fourier circulant, real': { kind: 'diagonal', basis: 'fourier', shape: [12], complexInput: false, form: 'circulant' },
  'Fourier circulant, complex': { kind: 'diagonal', basis: 'fourier', shape: [12], complexInput: true, form: 'circulant', support },
};

const groups = suite('row groups');
for (const [name, pattern] of Object.entries(patterns)) for (const direction of ['apply', 'applyAdjoint'] as const)
  groups(`${name}, ${direction}: rows hold every weight once, and their Gram matrices the energy of any weights' output`, () => {
    const map = patternMap(pattern), [from, to] = direction === 'apply' ? [map.inSize, map.outSize] : [map.outSize, map.inSize];
    const all = rowGroups(pattern, direction), w = normals(map.count, 1), out = new Float32Array(3 * to);
    let expected = 0;
    for (let part = 0; part < 2; part++) {
      const input = normals(3 * from, 2, part);
      all.add(input, 3);
      map[direction](w, input, out, 3);
      expected += squares(out);
    }
    const found = all.groups(), used = new Uint32Array(map.count);
    let total = 0;
    for (const group of found) {
      const gram = group.gram();
      for (const places of group.places) {
        for (const place of places) used[place]!++;
        places.forEach((p, i) => places.forEach((q, j) => { total += w[p]! * gram[i * places.length + j]! * w[q]!; }));
      }
    }
    assert.ok(used.every(count => count === 1));
    close(total, expected, 2e-6);
  });
groups.run();

/** Σ over the products of a network's one-bit matrices of ‖W v − λ S v‖², v the float network's inputs, by running both. */
function measuredError(net: UnrolledNetwork, y: Float32Array, codes: ReadonlyMap<Param, Float32Array>, scale: number): number {
  let error = 0;
  const maps = oneBitParams(net).map(param => {
    const map = param.map!, weights = codes.get(param)!.map(code => scale * code);
    const compare = (run: typeof map.apply): typeof map.apply => (w, x, out, batch) => scratch(() => {
      run(w, x, out, batch);
      const other = new Float32Array(out.length);
      run(weights, x, other, batch);
      error += squares(other.map((value, i) => value - out[i]!));
    });
    param.map = { ...map, apply: compare(map.apply), applyAdjoint: compare(map.applyAdjoint) };
    return () => { param.map = map; };
  });
  const { outShape } = net.problem.operator;
  net.forward(tensor(y, [y.length / sizeOf(outShape), ...outShape]));
  for (const restore of maps) restore();
  return error;
}

const identityTest = suite('calibration');
for (const { name, make, on = [...learnable, 'radon of 7×7', 'difference of 11'] } of networkCases) for (const kind of on) {
  const operator = operatorCases.find(candidate => candidate.name === kind)!.make();
  const net = make({ operator, prox: l1() }, { layers: 2, lambda: 0.05 }), params = oneBitParams(net);
  if (!params.length) continue;
  identityTest(`${name} on ${kind}: energies and constant are the measured error of the products, to 1e-6`, () => {
    const y = normals(5 * sizeOf(operator.outShape), 7), scale = 0.11;
    const codes = new Map(params.map((param, i) => [param, normals(param.value.length, 8, i).map(value => (value < 0 ? -1 : 1))] as const));
    let error = 0;
    for (const { param, energy: constant, groups: own } of ownProducts(trajectory(net, y), params)) {
      error += constant;
      for (const group of own) signModels(group, scale).forEach((model, r) => {
        error += energy(model, Int8Array.from(group.places[r]!, place => codes.get(param)![place]!));
      });
    }
    close(error, measuredError(net, y, codes, scale), 1e-6);
  });
}
identityTest('rows of two networks that are the same are those of one', () => {
  const net = learnedIsta({ operator: gaussian(7, 11, { seed: 1 }), prox: l1() }, { layers: 3, coupling: 'coupled' });
  const path = trajectory(net, normals(20 * 7, 9)), params = oneBitParams(net);
  const [, own] = ownProducts(path, params), paired = pairedProducts(path, params[1]!, path, params[1]!, 2);
  assert.equal(paired, own);
});
identityTest('the metric of the channels in front of a convolution is the Gram matrix of its kernels, ends and chance aside', () => {
  const net = istaNet({ operator: identity([64]), prox: l1() }, { layers: 1, features: 3 }), params = oneBitParams(net);
  const named = (name: string): Param => params.find(param => param.name === name)!;
  named('G.0').value = normals(9, 13);
  const signals = 200, metric = outputMetrics(net, normals(64 * signals, 14), params, 1).get(named('B2.0'))!, G = named('G.0').value;
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) {
    const expected = sum([0, 1, 2].map(t => G[3 * i + t]! * G[3 * j + t]!));
    const size = Math.sqrt(squares(G.slice(3 * i, 3 * i + 3)) * squares(G.slice(3 * j, 3 * j + 3)));
    assert.ok(Math.abs(metric[3 * i + j]! / (64 * signals) - expected) < 0.05 * size);
  }
  assert.not.ok(outputMetrics(net, normals(64, 14), params, 1).has(named('G.0')));
});
identityTest.run();

const binarizer = suite('qubo');
const spikes = sparseSpikes(24, { density: 0.1, seed: 3 });
const blocks = blockDiagonal([gaussian(5, 11, { seed: 1 }), gaussian(7, 13, { seed: 2 })]);
const segments: Dataset = sparseSpikes(32, { density: 0.2, seed: 4 });
const cases: Readonly<Record<string, { readonly net: () => UnrolledNetwork; readonly data: Dataset }>> = {
  'tied on blocks': { net: () => learnedIsta({ operator: blocks, prox: l1() }, { layers: 3 }), data: spikes },
  'coupled on a dense matrix': {
    net: () => learnedIsta({ operator: gaussian(12, 24, { seed: 5 }), prox: l1() }, { layers: 3, coupling: 'coupled' }), data: spikes,
  },
  'LISTA': { net: () => learnedIsta({ operator: gaussian(12, 24, { seed: 5 }), prox: l1() }, { layers: 3, coupling: 'lista' }), data: spikes },
  'ISTA-Net+': { net: () => istaNet({ operator: identity([32]), prox: l1() }, { layers: 2, features: 4 }), data: segments },
};
const magnitudes = (fit: OneBitNetwork): Set<number> =>
  new Set(oneBitParams(fit).flatMap(({ value }) => [...value].map(Math.abs)));
for (const [name, { net: make, data }] of Object.entries(cases))
  binarizer(`${name}: one scale, the same bits again, nothing of the given network changed, less product error than plain signs`, async () => {
    const net = make(), options = { steps: 0, batch: 8 };
    await train(net, data, { steps: 40, batch: 8 });
    const before = net.params.map(({ value }) => value.slice());
    for (const inputs of ['float', 'quantized'] as const) {
      const fit = await qubo({ inputs, signals: 400 }).fit(net, data, options), again = await qubo({ inputs, signals: 400 }).fit(net, data, options);
      assert.is(fit.binarizer, 'qubo');
      assert.equal([...magnitudes(fit)], [fit.scale]);
      assert.equal(fit.matrices.map(({ signs }) => signs), again.matrices.map(({ signs }) => signs));
      if (inputs === 'quantized') continue;
      const plain = await sign().fit(net, data), y = calibrationMeasurements(net, data, 100, { seed: 99 });
      const errorOf = (own: OneBitNetwork): number => measuredError(net, y, new Map(oneBitParams(net).map((param, i) =>
        [param, oneBitParams(own)[i]!.value.map(value => value / own.scale)] as const)), own.scale);
      assert.ok(errorOf(fit) < errorOf(plain), `${errorOf(fit)} against ${errorOf(plain)}`);
    }
    net.params.forEach(({ value }, i) => assert.equal(value, before[i]));
  });
binarizer('training after moves scale, steps and thresholds, and no sign', async () => {
  const { net: make, data } = cases['tied on blocks']!, net = make();
  const still = await qubo({ signals: 40 }).fit(net, data, { steps: 0 }), moved = await qubo({ signals: 40 }).fit(net, data, { steps: 20, batch: 8 });
  assert.equal(moved.matrices.map(({ signs }) => signs), still.matrices.map(({ signs }) => signs));
  assert.is.not(moved.scale, still.scale);
  assert.equal([...magnitudes(moved)], [moved.scale]);
  assert.is.not(moved.params.find(({ name }) => name === 'theta.0')!.value[0], still.params.find(({ name }) => name === 'theta.0')!.value[0]);
  const tuned = await sign({ tuned: true }).fit(net, data, { steps: 20, batch: 8 }), plain = await sign().fit(net, data);
  assert.equal(tuned.matrices.map(({ signs }) => signs), plain.matrices.map(({ signs }) => signs));
  assert.is(tuned.binarizer, 'sign-tuned');
});
binarizer('rounds never raise the error of the products', async () => {
  const { net: make } = cases['coupled on a dense matrix']!, net = make(), errors: number[] = [], matrices = oneBitParams(net).length;
  await searchSigns('qubo', net, normals(64 * 12, 12), {
    // After up to eight scales and the first round, whose error is told in the next.
    method: searchedRows(), last: searchedRows(search), seed: 1, inputs: 'float', onMatrix: (done, _, error) => { if (done > 9 * matrices) errors.push(error); return Promise.resolve(); },
  });
  assert.ok(errors.length);
  errors.slice(1).forEach((error, i) => assert.ok(error <= errors[i]!));
});
binarizer('an aborted signal ends it; weights that are all 0 and networks without matrices are refused', async () => {
  const { net: make, data } = cases['tied on blocks']!, net = make();
  const error = await qubo({ signals: 40 }).fit(net, data, { steps: 0, signal: AbortSignal.abort() }).catch((caught: unknown) => caught);
  assert.is((error as Error).name, 'AbortError');
  for (const param of oneBitParams(net)) param.value.fill(0);
  const refused = await qubo({ signals: 40 }).fit(net, data, { steps: 0 }).catch((caught: unknown) => caught);
  assert.match((refused as Error).message, /^qubo: expected a network with weights that are not all 0/);
  const bare = await qubo().fit(unrolledIsta({ operator: blocks, prox: l1() }, { layers: 2 }), data).catch((caught: unknown) => caught);
  assert.match((bare as Error).message, /^qubo: expected a network with learnt matrices, got ista/);
});
binarizer.run();
