import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dataset, sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian, matrix, rademacher } from '../operators/index.js';
import { analyticQubo } from '../src/binary/binarizers/analytic-qubo.js';
import * as binarizers from '../src/binary/binarizers/index.js';
import type { Binarizer } from '../src/binary/binarizer.js';
import { recoveryCertificate } from '../src/binary/certificate.js';
import { onOperator } from '../src/binary/one-bit-network.js';
import { sizeOf } from '../src/core/array.js';
import { blockDiagonal, kroneckerIdentity } from '../src/core/combine.js';
import { linop } from '../src/core/linop.js';
import { l1, nonNegativeL1 } from '../src/core/prox.js';
import { accounting, pack } from '../src/packed/engine.js';
import { decodeModel, encodeModel } from '../src/packed/model.js';
import type { LinearOperator } from '../src/types.js';
import { analyticWeight } from '../src/unrolled/analytic-weight.js';
import { behindFrame } from '../src/unrolled/behind-frame.js';
import { describedWeights } from '../src/unrolled/described-weights.js';
import { cosineFrame, frameFor, physicsOf } from '../src/unrolled/frame.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { gradientData } from '../src/unrolled/layers/data-step.js';
import { learnedIsta, unrolledIsta } from '../src/unrolled/presets.js';
import { normals, normalTensor, relativeError } from './helpers.js';

/** The orthonormal DCT-II by SciPy, one frequency after the other. */
const dct = JSON.parse(readFileSync('test/fixtures/frame.json', 'utf8')) as Readonly<Record<string, number[][]>>;
const operators: Readonly<Record<string, readonly [make: () => LinearOperator, rows: number]>> = {
  'dense': [() => gaussian(8, 13, { seed: 1 }), 12],
  'blocks': [() => blockDiagonal([gaussian(6, 9, { seed: 2 }), rademacher(6, 11, { seed: 3 })]), 18],
  'blocks of unequal heights': [() => blockDiagonal([gaussian(3, 5, { seed: 4 }), gaussian(7, 10, { seed: 5 })]), 16],
  'one shared block': [() => kroneckerIdentity(3, gaussian(5, 9, { seed: 6 })), 24],
};

const frames = suite('frames');
for (const [rows, cols, drawn] of [[12, 8, [9, 3, 0, 5, 8, 11, 7, 2]], [21, 13, [13, 2, 15, 20, 6, 0, 4, 14, 18, 7, 17, 1, 19]], [12, 12, [11, 7, 0, 6, 3, 4, 1, 8, 2, 10, 9, 5]]] as const)
  frames(`${rows} × ${cols}: columns are those of SciPy's DCT at the drawn frequencies, and GᵀG = I`, () => {
    const G = cosineFrame(rows, cols), found: number[] = [];
    for (let j = 0; j < cols; j++) {
      const own = Array.from({ length: rows }, (_, i) => G[i * cols + j]!);
      found.push(dct[rows]!.findIndex(wave => wave.every((value, i) => Math.abs(value - own[i]!) < 1e-6)));
      for (let k = 0; k < cols; k++) {
        const product = own.reduce((sum, value, i) => sum + value * G[i * cols + k]!, 0);
        assert.ok(Math.abs(product - (j === k ? 1 : 0)) < 1e-6);
      }
    }
    // Files hold no G: these are part of their format.
    assert.equal(found, drawn);
  });
for (const [name, [make, rows]] of Object.entries(operators))
  frames(`${name}: what signs meet is G A, of ${rows} rows, and weights come back through the frame`, () => {
    const A = make(), { G, physics, of } = frameFor('test', A, 1.5), x = normals(sizeOf(A.inShape), 7), y = A.forward(normalTensor(A.inShape, 8)).data;
    const through = (v: Float32Array): Float32Array => {
      const out = new Float32Array(sizeOf(physics.outShape));
      G.map!.apply(G.value, v, out, 1);
      return out;
    };
    const measured = new Float32Array(sizeOf(A.outShape)), met = new Float32Array(sizeOf(physics.outShape));
    A.apply(x, measured, 1);
    physics.apply(x, met, 1);
    assert.ok(relativeError(met, through(measured)) < 1e-6);
    assert.is(physics.outShape[0], rows);
    // (G W)ᵀ G y = Wᵀ y: nothing is lost.
    const map = learnedIsta({ operator: A, prox: l1() }, { layers: 1 }).params.find(({ name: own }) => own === 'W')!.map!;
    const framed = learnedIsta({ operator: A, prox: l1() }, { layers: 1, frame: 1.5 }).params.find(({ name: own }) => own === 'W')!.map!;
    const W = analyticWeight(A), plain = new Float32Array(x.length), other = new Float32Array(x.length);
    map.applyAdjoint(W, y, plain, 1);
    framed.applyAdjoint(of(W), through(y), other, 1);
    assert.ok(relativeError(other, plain) < 1e-5);
  });
frames('closed-form weights behind a frame are ALISTA', () => {
  const problem = { operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, y = normalTensor([2, 12], 2), make = (frame?: number) =>
    learnedIsta(problem, { layers: 4, coupling: 'analytic', ...(frame !== undefined && { frame }) });
  assert.ok(relativeError(make(1.75).forward(y).data, make().forward(y).data) < 1e-5);
});

const problem = { operator: operators['blocks']![0](), prox: l1() }, data = sparseSpikes(20, { density: 0.15, seed: 3 });
const bits = suite('signs behind a frame');
const { hypernetwork, bayes } = binarizers;
const all: readonly Binarizer[] = [
  binarizers.float(), binarizers.sign({ tuned: true }), binarizers.gpfq(), binarizers.gptq(), binarizers.coordinateDescent(), binarizers.qubo(), hypernetwork(), analyticQubo(),
  analyticQubo({ zeros: 0.45 }), binarizers.ternary(), binarizers.channelWise(), binarizers.annealed(), binarizers.parq(), bayes(), binarizers.bop(), binarizers.straightThrough(),
  binarizers.taught(binarizers.straightThrough()), binarizers.distill(binarizers.straightThrough()), binarizers.lifted(binarizers.straightThrough()), binarizers.descent(binarizers.straightThrough()),
  binarizers.straightThrough({ keep: 0.5 }),
];
for (const binarizer of all)
  bits(`${binarizer.name}: packed, and read back from a file, gives the network's own numbers`, async () => {
    const net = await binarizer.fit(learnedIsta(problem, { layers: 3, frame: 1.5 }), data, { steps: 6, batch: 4, seed: 1 });
    const y = normalTensor([5, 12], 4), expected = net.forward(y).data, { net: again } = decodeModel(encodeModel(net));
    assert.ok(expected.some(value => value !== 0));
    assert.equal(again.forward(y).data, expected);
    for (const source of [net, again]) {
      assert.ok(relativeError(pack(source, { precision: 'exact' }).reconstruct(y).data, expected) < 1e-5);
      assert.ok(relativeError(pack(source).reconstruct(normalTensor([12], 4)).data, net.forward(normalTensor([12], 4)).data) < 1e-2);
    }
  });
bits('the certificate speaks of G A, and W alone is counted, per entry of a matrix of A\'s size', async () => {
  const operator = gaussian(8, 16, { seed: 1 }), net = await analyticQubo().fit(learnedIsta({ operator, prox: l1() }, { layers: 2, frame: 2 }), sparseSpikes(16), { steps: 4, batch: 4 });
  const { bytes, bitsPerWeight } = accounting(net), W = net.params.find(({ name }) => name === 'W')!, A = physicsOf(net).weights!();
  assert.is(bytes.signs, 32);
  assert.is(bytes.operator, 4 * 8 * 16);
  assert.is(bitsPerWeight, 2 + 32 / 128);
  const other = learnedIsta({ operator, prox: nonNegativeL1() }, { layers: 1, frame: 2 });
  assert.is(accounting(await binarizers.sign().fit(other, sparseSpikes(16))).bitsPerWeight, 2 + 32 / 128);
  assert.is(describedWeights(net.problem, net.description), 256);
  assert.equal(net.params.map(({ name }) => name).sort(), ['W', 'gamma.0', 'gamma.1', 'theta.0', 'theta.1']);
  const certificate = recoveryCertificate(net, 1)!, off = (i: number, j: number): number =>
    Array.from({ length: 16 }, (_, r) => W.value[r * 16 + i]! / net.scale * A[r * 16 + j]!).reduce((sum, value) => sum + value, 0);
  const diagonal = Array.from({ length: 16 }, (_, i) => off(i, i)), scale = 2 / (Math.min(...diagonal) + Math.max(...diagonal));
  assert.ok(Math.abs(certificate.scale / scale - 1) < 1e-5);
  const mu = Math.max(...diagonal.flatMap((_, i) => diagonal.map((__, j) => (i === j ? 0 : Math.abs(scale * off(i, j))))));
  assert.ok(Math.abs(certificate.mu / mu - 1) < 1e-5);
});
bits('a trained network goes behind a frame and computes what it did; steps come along', async () => {
  const plane = { operator: gaussian(20, 63, { seed: 1 }), prox: l1() }, y = normalTensor([3, 20], 5);
  const nets = [
    learnedIsta(plane, { layers: 3, coupling: 'untied' }), learnedIsta({ operator: operators['blocks of unequal heights']![0](), prox: l1() }, { layers: 2 }),
    istaNet(plane, { layers: 2, features: 4, shape: [7, 9], taps: 5 }), istaNet(plane, { layers: 2, features: 3, shape: [7, 9], transform: 'istanet', start: 'linear' }),
    istaNet(plane, { layers: 2, features: 4, shape: [7, 9], input: 'dct', bias: true }),
  ];
  for (const net of nets) for (const frame of [1, 1.5, 2.2]) {
    for (const [i, { value }] of net.params.entries()) value.set(normals(value.length, 6, i).map(w => (value.length === 1 ? 0.02 : w / 8)));
    const framed = behindFrame(net, frame), own = net.problem.operator.outShape[0] === 20 ? y : normalTensor([3, 10], 5);
    assert.ok(relativeError(framed.forward(own).data, net.forward(own).data) < 1e-4);
    assert.throws(() => behindFrame(framed, 2), /^frame: expected a network without a frame, got one with one$/);
  }
  const signs = await binarizers.sign().fit(learnedIsta(problem, { layers: 1 }), data);
  assert.throws(() => behindFrame(signs, 2), /^frame: expected a float network, got one of signs$/);
  const known = await analyticQubo().fit(istaNet(plane, { layers: 1, features: 2, shape: [7, 9], frame: 2 }), sparseSpikes(63)).catch((error: Error) => error.message);
  assert.is(known, 'analytic-qubo: expected learnedIsta with coupling untied, tied or analytic, got ista-net with coupling undefined');
  assert.throws(() => behindFrame(unrolledIsta(plane, { layers: 1 }), 2), /^frame: expected learned-ista or ista-net, got ista$/);
});
bits('convolutions behind frames: counted per entry of W, read back from a file, packed and carried to another size', async () => {
  const operator = convolution([[0.5, 0.3, 0.1]], [8, 9]), image = sparseSpikes(72, { density: 0.2 });
  const data = dataset({ name: 'spikes', shape: [8, 9], fill: (split, index, out) => out.set(image.sample(split, index).data) });
  for (const binarizer of [binarizers.straightThrough(), binarizers.ternary(), binarizers.channelWise(), binarizers.qubo(), binarizers.float()]) {
    const net = await binarizer.fit(istaNet({ operator, prox: l1() }, { layers: 2, features: 4, frame: 1.5 }), data, { steps: 4, batch: 2 }), y = normalTensor([2, 8, 9], 3);
    const { net: again } = decodeModel(encodeModel(net)), expected = net.forward(y).data;
    assert.equal(again.forward(y).data, expected);
    assert.ok(relativeError(pack(again, { precision: 'exact' }).reconstruct(y).data, expected) < 1e-5);
    const wide = convolution([[0.5, 0.3, 0.1]], [11, 10]);
    assert.is(pack(onOperator(net, wide)).reconstruct(normalTensor([11, 10], 4)).size, 110);
    if (binarizer.name !== 'straight-through') continue;
    // 4 channels become 6, one stays alone.
    assert.is(accounting(net).bytes.signs, Math.ceil((2 * 9 * (4 + 4 * 6 * 4 + 6)) / 8));
    assert.ok(Math.abs(accounting(net).bitsPerWeight / ((2 * 9 * (4 + 4 * 6 * 4 + 6) + 32) / (2 * (4 + 4 * 16 + 4) * 72 ** 2)) - 1) < 1e-9);
    assert.is(describedWeights(net.problem, net.description), 2 * 9 * (4 + 4 * 6 * 4 + 6));
  }
});
bits('one line for what has no frame', () => {
  const blurred = { operator: convolution([0.5, 0.3, -0.2], [24]), prox: l1() }, silent = linop({ name: 'silent', inShape: [4], outShape: [2], forward() {}, adjoint() {}, pattern: () => ({ kind: 'dense', rows: 2, cols: 4 }) });
  for (const frame of [0.5, 65, NaN, Infinity, '2' as never, null as never])
    assert.throws(() => learnedIsta(problem, { layers: 1, frame }), /^learned-ista: expected a frame of redundancy 1 to 64, got /);
  assert.throws(() => gradientData(problem.operator, { G: frameFor('test', problem.operator, 2).G }), /^gradient step: expected a frame in front of a learnt W/);
  assert.is(frameFor('test', problem.operator, 2), frameFor('test', problem.operator, 2));
  const tall = { operator: matrix(normalTensor([5000, 1], 1)), prox: l1() };
  assert.throws(() => istaNet({ operator: gaussian(4, 9, { seed: 1 }), prox: l1() }, { layers: 1, features: 1024, shape: [3, 3], taps: 1, frame: 64 }), /^ista-net: expected a frame of at most 16777216 entries, got 67108864$/);
  assert.throws(() => learnedIsta(tall, { layers: 1, frame: 3 }), /^learned-ista: expected a frame of at most 16777216 entries, got 75000000$/);
  assert.throws(() => describedWeights(tall, { preset: 'learned-ista', prox: 'l1', args: { layers: 1, frame: 3 } }), /at most 16777216 entries/);
  assert.throws(() => learnedIsta(blurred, { layers: 1, frame: 2 }), /^learned-ista: expected a dense or block operator for a frame, got toeplitz$/);
  assert.throws(() => learnedIsta(problem, { layers: 1, frame: 2, coupling: 'lista' }), /^learned-ista: expected no frame with coupling lista$/);
  assert.throws(() => learnedIsta({ operator: silent, prox: l1() }, { layers: 1, frame: 2 }), /^learned-ista: silent does not tell its values/);
});
frames.run();
bits.run();
