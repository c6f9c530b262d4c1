// Losses of layers against autograd: fixtures/layer-losses.py wrote fixtures/layer-losses.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian, matrix } from '../operators/index.js';
import {
  annealed, descending, descent, distill, lifted, liftedLayers, nearIterates, sign, straightThrough, taught,
} from '../src/binary/binarizers/index.js';
import type { Binarizer } from '../src/binary/binarizer.js';
import type { LayerLossMaker } from '../src/binary/layer-loss.js';
import { carried, oneBitParams } from '../src/binary/one-bit-network.js';
import { tensor } from '../src/core/array.js';
import { blockDiagonal } from '../src/core/combine.js';
import { l1 } from '../src/core/prox.js';
import type { Dataset, LinearOperator, UnrolledNetwork } from '../src/types.js';
import { distilled } from '../src/unrolled/distilled.js';
import { lossAndGradient } from '../src/unrolled/loss.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta, unrolledAdmm } from '../src/unrolled/presets.js';
import { train } from '../src/unrolled/train.js';
import { relativeError } from './helpers.js';

interface Values { readonly W: number[]; readonly gamma: number[]; readonly theta: number[] }
interface Told extends Values { readonly loss: number; readonly extra: number; readonly constraints: number[] }
type Known = Record<'distill' | 'descent' | 'lifted' | 'selected', Told> & Record<'student' | 'teacher', Values>
  & Record<'rows' | 'cols' | 'batch' | 'margin' | 'weight', number> & Record<'nu' | 'A' | 'x' | 'y', number[]>;
const known = JSON.parse(readFileSync('test/fixtures/layer-losses.json', 'utf8')) as Known;
const { batch, cols, rows } = known, depth = 3;
const x = Float32Array.from(known.x), y = Float32Array.from(known.y);

function networkOf({ W, gamma, theta }: Values, selected = false): UnrolledNetwork {
  const operator = matrix(tensor(Float32Array.from(known.A), [rows, cols]), { name: 'A' });
  const supportSelection = { perLayer: 100 / cols, max: 100 };
  const net = learnedIsta({ operator, prox: l1() }, { layers: depth, ...(selected && { supportSelection }) });
  for (const { name, value } of net.params)
    value.set(name === 'W' ? W : [(name.startsWith('gamma') ? gamma : theta)[Number(name.split('.')[1])]!]);
  return net;
}

const losses = suite('losses of layers');
function agrees(told: Told, make: (teacher: UnrolledNetwork) => LayerLossMaker, selected = false): ReturnType<LayerLossMaker> {
  const net = networkOf(known.student, selected), own = make(networkOf(known.teacher, selected))(net);
  own.params[0]?.value.set(known.nu);
  const iterates = net.iterates(tensor(y, [batch, rows])).map(({ data }) => data);
  const value = own.add({ x, y, count: batch }, iterates, iterates.map(each => new Float32Array(each.length)));
  assert.ok(Math.abs(value - told.extra) < 1e-6, `${value} against ${told.extra}`);
  own.params[0]?.value.set(known.nu);
  for (const { grad } of net.params) grad.fill(0);
  assert.ok(Math.abs(lossAndGradient(net, depth, x, y, batch, { layerLoss: own }) - told.loss) < 1e-6);
  for (const kind of ['W', 'gamma', 'theta'] as const) {
    const found = net.params.filter(({ name }) => name.startsWith(kind)).flatMap(({ grad }) => [...grad]);
    assert.ok(relativeError(found, told[kind]) < 1e-5, `${kind}: ${found} against ${told[kind]}`);
  }
  return own;
}
losses('distill: value and gradients are autograd\'s, to 1e-5', () => {
  agrees(known.distill, teacher => nearIterates(teacher, known.weight));
});
losses('descent: value and gradients are autograd\'s, to 1e-5, and multipliers climb by the batch\'s constraints', () => {
  const rate = 0.5, { params: [multipliers] } = agrees(known.descent, () => descending({ margin: known.margin, rate }));
  const expected = known.nu.map((nu, k) => Math.max(0, nu + rate * known.descent.constraints[k]!));
  assert.ok(relativeError(multipliers!.value, expected) < 1e-5);
});
losses('lifted: value and gradients are autograd\'s through the conjugate, to 1e-5', () => {
  agrees(known.lifted, teacher => liftedLayers(teacher, known.weight));
});
losses('lifted: entries that support selection lets through have no threshold', () => {
  agrees(known.selected, teacher => liftedLayers(teacher, known.weight), true);
});
losses('layers before the first that is learnt count in the loss, and gradients stop there', () => {
  const gradients = (frozen: boolean): number[] => {
    const net = networkOf(known.student), own = nearIterates(networkOf(known.teacher), 1)(net);
    for (const param of net.params) param.trainable = !frozen || /[12]$/.test(param.name);
    lossAndGradient(net, depth, x, y, batch, { layerLoss: own });
    return net.params.filter(({ name }) => /[12]$/.test(name)).map(({ grad }) => grad[0]!);
  };
  assert.equal(gradients(true), gradients(false));
});
losses('a signal that is met, or 0, moves nothing and climbs no multiplier', () => {
  const net = networkOf(known.student), own = descending({ margin: 0.05, rate: 1 })(net);
  const zero = new Float32Array(x.length), gradient = zero.slice();
  own.params[0]!.value.fill(1);
  assert.is(own.add({ x: zero, y, count: batch }, [zero, zero, zero], [gradient, gradient, gradient]), 0);
  assert.equal(gradient, zero);
  assert.equal([...own.params[0]!.value], [1, 1, 1]);
});
losses('settings outside their range, other depths and other layers are refused', () => {
  const own = straightThrough(), net = networkOf(known.student), shallow = learnedIsta(net.problem, { layers: 2 });
  assert.throws(() => distill(own, { weight: 0 }), /^distill: expected a finite weight above 0, got 0$/);
  assert.throws(() => lifted(own, { weight: -1 }), /^lifted: expected a finite weight above 0, got -1$/);
  assert.throws(() => descent(own, { margin: 1 }), /^descent: expected margin at least 0 and below 1, got 1$/);
  assert.throws(() => descent(own, { rate: 0 }), /^descent: expected a finite rate above 0, got 0$/);
  assert.throws(() => nearIterates(shallow, 1)(net), /^distill: expected a teacher of 3 layers, got 2$/);
  const admm = unrolledAdmm(net.problem, { layers: 3, coupling: 'tied' });
  assert.throws(() => liftedLayers(admm, 1)(admm), /^lifted: expected layers x⁺ = soft\(x − eta Wᵀ\(A x − y\), theta\), got admm.0 of admm$/);
});
losses('convolutions over flat signals keep the shape that they see: blocks distill', async () => {
  const net = istaNet({ operator: gaussian(18, 36, { seed: 1 }), prox: l1() }, { layers: 2, features: 2, shape: [6, 6], seed: 1 });
  const fit = await distill(straightThrough()).fit(net, sparseSpikes(36, { density: 0.1, seed: 1 }), { steps: 3, batch: 4 });
  assert.is(fit.matrices.length, oneBitParams(net).length);
});
losses.run();

const data = sparseSpikes(24, { density: 0.15, seed: 3 }), options = { steps: 30, batch: 8, learningRate: 5e-3 };
async function trained(): Promise<UnrolledNetwork> {
  const operator = blockDiagonal([gaussian(5, 11, { seed: 1 }), gaussian(7, 13, { seed: 2 })]);
  const net = learnedIsta({ operator, prox: l1() }, { layers: 3 });
  await train(net, data, { steps: 40, batch: 8 });
  return net;
}
function nmse(net: UnrolledNetwork): number {
  let error = 0, energy = 0;
  for (let i = 0; i < 100; i++) {
    const signal = data.sample('test', i), { data: found } = net.forward(net.problem.operator.forward(signal));
    signal.data.forEach((value, k) => { error += (found[k]! - value) ** 2; energy += value ** 2; });
  }
  return error / energy;
}
const values = (fit: UnrolledNetwork): Float32Array[] => fit.params.map(({ value }) => value);

const fits = suite('binarizers with losses of layers');
const endings: Readonly<Record<string, (binarizer: Binarizer) => Binarizer>> = { distill, descent, lifted };
for (const [ending, make] of Object.entries(endings)) for (const plain of [straightThrough(), annealed()]) {
  const own = make(plain);
  fits(`${own.name}: one scale, the same bits again, other ones than without, the given network as it was`, async () => {
    const net = await trained(), before = net.params.map(({ value }) => value.slice());
    const fit = await own.fit(net, data, options), again = await own.fit(net, data, options);
    assert.is(own.name, `${plain.name}-${ending}`);
    assert.is(fit.binarizer, own.name);
    assert.equal([...new Set(oneBitParams(fit).flatMap(({ value }) => [...value].map(Math.abs)))], [fit.scale]);
    assert.equal(values(fit), values(again));
    assert.not.equal(values(fit), values(await plain.fit(net, data, options)));
    net.params.forEach(({ value }, i) => assert.equal(value, before[i]));
  });
  fits(`${own.name} is nearer to the signals than plain signs`, async () => {
    const net = await trained();
    assert.ok(nmse(await own.fit(net, data, { ...options, steps: 300 })) < nmse(await sign().fit(net, data)));
  });
  fits(`${own.name} goes on from any checkpoint to the same bits, and from no other method's`, async () => {
    const net = await trained(), kept: { key: string; bytes: Uint8Array }[] = [];
    const keeping = { load: () => undefined, save: (key: string, bytes: Uint8Array) => { kept.push({ key, bytes: bytes.slice() }); } };
    const whole = await own.fit(net, data, { ...options, checkpoint: { every: 6, store: keeping } });
    for (const { key, bytes } of kept.slice(0, 3)) {
      const store = { load: (wanted: string) => (wanted === key ? bytes : undefined), save: () => {} };
      const resume = { ...options, phase: own.name, checkpoint: { every: 1000, store } };
      assert.equal(values(await own.fit(net, data, resume)), values(whole));
      const refused = await plain.fit(net, data, resume).catch((caught: Error) => caught.message);
      assert.match(refused as string, /^checkpoint: it belongs to a training with other settings/);
    }
  });
}
fits('distill: with a great weight the iterates come nearer to a teacher\'s', async () => {
  const teacher = await trained(), y0 = teacher.problem.operator.forward(data.sample('test', 0)), wanted = teacher.iterates(y0);
  const distance = (net: UnrolledNetwork): number =>
    net.iterates(y0).reduce((sum, { data: own }, k) => sum + relativeError(own, wanted[k]!.data), 0);
  const more = { ...options, steps: 300 }, plain = await straightThrough().fit(teacher, data, more);
  assert.ok(distance(await distill(straightThrough(), { weight: 30 }).fit(teacher, data, more)) < distance(plain));
});
fits('taught: straight-through on what the given network makes of the measurements, at full size too; that network stays as it is', async () => {
  const on = (n: number): LinearOperator => convolution([0.5, 0.3, -0.2, 0.1], [n]), spikes = (n: number): Dataset => sparseSpikes(n, { density: 0.15, seed: 3 });
  const net = learnedIsta({ operator: on(24), prox: l1() }, { layers: 3 }), before = values(net), last = { operator: on(48), steps: 10, learningRate: 1e-3 };
  const own = await taught(straightThrough()).fit(net, spikes(24), { ...options, finish: { ...last, data: spikes(48) } });
  const other = await straightThrough().fit(net, distilled(spikes(24), net), { ...options, finish: { ...last, data: distilled(spikes(48), carried(net, on(48))) } });
  assert.equal([own.binarizer, values(own), values(net)], ['straight-through-taught', values(other), before]);
  assert.not.equal(values(own), values(await straightThrough().fit(net, spikes(24), { ...options, finish: { ...last, data: spikes(48) } })));
});
fits('distill: a last part on another size has the teacher\'s iterates there', async () => {
  const on = (n: number): LinearOperator => convolution([0.5, 0.3, -0.2, 0.1], [n]);
  const net = learnedIsta({ operator: on(24), prox: l1() }, { layers: 3 });
  const finish = { operator: on(48), data: sparseSpikes(48, { density: 0.15, seed: 3 }), steps: 10, learningRate: 1e-3 };
  const fit = await distill(straightThrough()).fit(net, data, { ...options, finish });
  assert.equal(fit.problem.operator.inShape, [48]);
});
fits.run();
