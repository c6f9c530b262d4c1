import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tensor } from '../src/core/array.js';
import { box, l1 } from '../src/core/prox.js';
import { encodeSafetensors, type SafetensorsEntry } from '../src/core/safetensors.js';
import { patternMap } from '../src/kernels/maps/index.js';
import { onOperator } from '../src/binary/one-bit-network.js';
import { decodeModel, encodeModel } from '../src/packed/model.js';
import { importIstaNet } from '../src/packed/released.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { istaNetWeights } from '../src/unrolled/ista-net-options.js';
import { lossAndGradient } from '../src/unrolled/loss.js';
import { straightThrough } from '../src/binary/binarizers/index.js';
import { pack } from '../src/packed/engine.js';
import { dataset } from '../datasets/index.js';
import { convolution, fourier, gaussian, identity, matrix } from '../operators/index.js';
import { networkFrom } from '../src/unrolled/presets.js';
import type { Boundary, OneBitNetwork, Pattern } from '../src/types.js';
import { normals, normalTensor, relativeError } from './helpers.js';

/** PyTorch in f64 against f32. */
const TORCH = 2e-5, GRADIENT = 2e-4, MAP = 1e-5, EXACT = 1e-6;

interface Case {
  plus: boolean; A: number[]; Q: number[]; x: number[]; y: number[]; out: number[]; loss: number;
  tensors: Record<string, { shape: number[]; values: number[]; grad: number[] }>;
}
const { height, width, m, batch, cases, dct } = JSON.parse(readFileSync('test/fixtures/ista-net.json', 'utf8')) as
  { height: number; width: number; m: number; batch: number; cases: Case[]; dct: Case };
const n = height * width;
type Stored = Record<string, SafetensorsEntry & { data: Float32Array }>;
const stored = ({ tensors }: Case): Stored => Object.fromEntries(Object.entries(tensors).map(([name, { shape, values }]) =>
  [name, { dtype: 'F32' as const, shape, data: Float32Array.from(values) }]));
const load = (own: Case, tensors: Stored = stored(own)): OneBitNetwork => importIstaNet(encodeSafetensors(tensors, {}),
  { operator: matrix(tensor(own.A, [m, n])), prox: l1() }, { shape: [height, width], start: tensor(own.Q, [n, m]) });
const fields = ['eta', 'theta', 'D', 'F1', 'F2', 'B1', 'B2', 'G'], released = ['lambda_step', 'soft_thr', 'conv_D', 'conv1_forward', 'conv2_forward',
  'conv1_backward', 'conv2_backward', 'conv_G'];

/** Kernels of released networks correlate. */
const turned = (values: readonly number[]): number[] => values.map((_, i) => values[i - (i % 9) + 8 - (i % 9)]!);

const nets = suite('ISTA-Net');
for (const own of cases) {
  const name = own.plus ? 'ISTA-Net+' : 'ISTA-Net';
  nets(`${name} loaded under its released tensor names gives PyTorch's output`, () =>
    assert.ok(relativeError(load(own).forward(tensor(own.y, [batch, m])).data, own.out) <= TORCH));
  nets(`${name}: loss with symmetry term and every gradient equal PyTorch's`, () => {
    const imported = load(own), net = networkFrom(imported.problem, { ...imported.description, args: { ...imported.description.args, symmetry: 0.01 } });
    net.params.forEach((param, i) => { param.value = imported.params[i]!.value; });
    const loss = lossAndGradient(net, net.layers.length, Float32Array.from(own.x), Float32Array.from(own.y), batch);
    assert.ok(Math.abs(loss - own.loss) <= TORCH * own.loss, `${loss} for ${own.loss}`);
    for (const param of net.params.filter(candidate => candidate.name !== 'start.Q')) {
      const [field, phase] = param.name.split('.'), grad = own.tensors[`fcs.${phase}.${released[fields.indexOf(field!)]}`]!.grad;
      const expected = param.map ? turned(grad) : grad;
      assert.ok(relativeError(param.grad, expected) <= GRADIENT, `${param.name}: ${relativeError(param.grad, expected)}`);
    }
  });
  nets(`${name} survives a model file to the bit`, () => {
    const net = load(own), y = tensor(own.y, [batch, m]);
    assert.equal(decodeModel(encodeModel(net)).net.forward(y).data, net.forward(y).data);
  });
}
nets("biases and DCT filters before D give PyTorch's output, loss and gradients, and survive a model file", () => {
  const net = istaNet({ operator: matrix(tensor(dct.A, [m, n])), prox: l1() }, { layers: 2, features: 4, shape: [height, width], start: 'linear', bias: true, input: 'dct' });
  const own = (name: string): Case['tensors'][string] => {
    const [field, ...rest] = name.split('.'), phase = rest.at(-1)!;
    return dct.tensors[`fcs.${phase}.${released[fields.indexOf(field!)]}${rest.length > 1 ? '.bias' : ''}`]!;
  };
  for (const { name, value, map } of net.params) value.set(name === 'start.Q' ? dct.Q : map ? turned(own(name).values) : own(name).values);
  assert.is(net.params.filter(({ name }) => name.includes('bias')).length, 6);
  assert.ok(relativeError(net.forward(tensor(dct.y, [batch, m])).data, dct.out) <= TORCH);
  const loss = lossAndGradient(net, net.layers.length, Float32Array.from(dct.x), Float32Array.from(dct.y), batch);
  assert.ok(Math.abs(loss - dct.loss) <= TORCH * dct.loss, `${loss} for ${dct.loss}`);
  for (const { name, grad, map } of net.params.filter(candidate => candidate.name !== 'start.Q'))
    assert.ok(relativeError(grad, map ? turned(own(name).grad) : own(name).grad) <= GRADIENT, name);
  const float: OneBitNetwork = { ...net, binarizer: 'float', scale: 1, matrices: [] }, y = tensor(dct.y, [batch, m]);
  assert.equal(decodeModel(encodeModel(float)).net.forward(y).data, net.forward(y).data);
});
nets('DCT filters and biases are refused where there is no D, no window or no yes and no', () => {
  const make = (options: object) => () => istaNet({ operator: identity([24]), prox: l1() }, { layers: 1, features: 2, ...options });
  assert.throws(make({ input: 'dct', transform: 'istanet' }), /^ista-net: expected istanet-plus and windows of 3 to 81 places for the input dct, got istanet and 3$/);
  assert.throws(make({ input: 'dct', taps: 1 }), /got istanet-plus and 1$/);
  assert.throws(make({ input: 'dct', taps: 11, shape: [4, 6] }), /got istanet-plus and 121$/);
  assert.throws(make({ input: 'wavelet' }), /^ista-net: expected input signal or dct, got wavelet$/);
  assert.throws(make({ bias: 'yes' }), /^ista-net: expected bias true or false, got yes$/);
});
nets('a proximal data step solves (AᴴA + rho I) v = Aᴴy + rho x, brings back what a blur damps, and survives a file and another size', () => {
  const A = convolution(tensor([0.25, 0.5, 0.25], [3]), [16], { method: 'fft' }), truth = normalTensor([16], 4), y = A.forward(truth);
  const make = (layers: number) => istaNet({ operator: A, prox: l1() }, { layers, features: 2, dataStep: 'proximal' }), net = make(1);
  const rho = net.params.find(({ name }) => name === 'rho.0')!.value[0]!, [x, v] = net.iterates(y).map(({ data }) => data);
  const residual = A.adjoint(A.forward(tensor(v!, [16]))).data.map((value, i) => value + rho * (v![i]! - x![i]!));
  assert.ok(relativeError(residual, A.adjoint(y).data) <= MAP);
  const gradient = istaNet({ operator: A, prox: l1() }, { layers: 1, features: 2 }).forward(y).data;
  assert.ok(relativeError(v!, truth.data) < 0.85 * relativeError(gradient, truth.data));
  const fit: OneBitNetwork = { ...make(3), binarizer: 'float', scale: 1, matrices: [] }, again = decodeModel(encodeModel(fit)).net;
  assert.equal(again.forward(y).data, fit.forward(y).data);
  assert.equal(onOperator(again, convolution(tensor([0.25, 0.5, 0.25], [3]), [23])).forward(normalTensor([23], 1)).shape, [23]);
  assert.throws(() => istaNet({ operator: A, prox: l1() }, { layers: 1, dataStep: 'newton' as never }), /expected dataStep gradient or proximal, got newton/);
});
nets('a missing, misnamed, misshapen or broken tensor is one clear line', () => {
  const own = cases[1]!;
  const without = (name: string): Stored => Object.fromEntries(Object.entries(stored(own)).filter(([key]) => key !== name));
  assert.throws(() => load(own, without('fcs.1.conv_G')), /ista-net: expected 16 tensors for 2 phases, got 15/);
  assert.throws(() => load(own, { ...stored(own), 'fcs.0.weight': stored(own)['fcs.0.conv_D']! }), /expected tensors fcs\.K\.\{.*got fcs\.0\.weight/);
  assert.throws(() => load(own, { ...stored(own), 'fcs.0.soft_thr': stored(own)['fcs.0.conv_D']! }), /expected fcs.0.soft_thr of shape \[1\]/);
  const broken = stored(own);
  broken['fcs.0.conv_D']!.data[3] = NaN;
  assert.throws(() => load(own, broken), /fcs.0.conv_D: expected finite numbers, got NaN/);
});
nets('a small file that asks for a large network, and two names for one param, are refused before it is built', () => {
  const one = (data: number[], shape: number[] = [data.length]): SafetensorsEntry => ({ dtype: 'F32', shape, data: Float32Array.from(data) });
  assert.throws(() => load(cases[1]!, { 'fcs.99.conv_D': one([1]) } as unknown as Stored), /ista-net: expected 600 tensors for 100 phases, got 1$/);
  const wide = Object.fromEntries(Object.entries(stored(cases[1]!)).map(([name, entry]) => [name, name.endsWith('conv_D') ? one([], [1024, 0]) : entry])) as Stored;
  assert.throws(() => load(cases[1]!, wide), /ista-net: expected tensors for 75534336 weights, got tensors of \d+$/);
  const twice = stored(cases[1]!);
  const { 'fcs.1.conv_G': _, ...others } = twice;
  assert.throws(() => load(cases[1]!, { ...others, 'fcs.00.conv_D': twice['fcs.0.conv_D']! }), /expected tensors fcs\.K\.\{.*got fcs\.00\.conv_D$/);
});
nets('istaNetWeights counts what is built', () => {
  const A = gaussian(6, 12, { seed: 1 });
  for (const options of [{ layers: 3, features: 4, taps: 5 }, { layers: 2, features: 3, transform: 'istanet', shape: [3, 4], start: 'linear' }, { layers: 2, features: 3, taps: 5, input: 'dct', bias: true, frame: 1.5 }] as const) {
    const { params } = istaNet({ operator: A, prox: l1() }, options);
    assert.is(istaNetWeights({ operator: A, prox: l1() }, options), params.reduce((sum, { map }) => sum + (map?.count ?? 0), 0));
  }
});
nets('complex signals, another prox and huge signals are refused', () => {
  assert.throws(() => istaNet({ operator: identity([2 ** 14, 2 ** 11]), prox: l1() }, { layers: 1, norm: 1 }),
    'ista-net: expected signals times taps of at most 268435456, got 33554432 times 9');
  for (const shape of [[13], [6, 9]])
    assert.throws(() => istaNet({ operator: fourier(shape), prox: l1() }, { layers: 1, ...(shape.length > 1 && { shape: [6, 18] }) }),
      `ista-net: expected real signals, got [${shape.join(',')},2], whose last axis of 2 means complex`);
  assert.ok(istaNet({ operator: fourier([13], { complexInput: false }), prox: l1() }, { layers: 1, features: 2 }));
  assert.throws(() => istaNet({ operator: gaussian(3, 5, { seed: 1 }), prox: box(0, 1) }, { layers: 1 }), 'ista-net: expected the prox l1, got box(0,1)');
});
nets('untrained, ISTA-Net+ is gradient descent from the start', () => {
  const A = gaussian(7, 11, { seed: 1 }), net = istaNet({ operator: A, prox: l1() }, { layers: 3, features: 4 }), y = normalTensor([7], 2);
  const eta = net.params.find(({ name }) => name === 'eta.0')!.value[0]!, start = A.adjoint(y).data.map(value => value * eta);
  let x: Float32Array = start;
  for (let k = 0; k < 3; k++) {
    const r = A.forward(tensor(x)).data.map((value, i) => value - y.data[i]!), g = A.adjoint(tensor(r)).data;
    x = x.map((value, i) => value - eta * g[i]!);
  }
  assert.ok(relativeError(net.forward(y).data, x) <= EXACT);
  assert.is(net.iterates(y).length, 4);
});
nets('one-bit training gives one scale for all kernels, and the network moves to another image size', async () => {
  const kernel = [[0.2, 0.3, 0.1], [0.1, 0.2, 0.1]], A = convolution(kernel, [8, 9]);
  const data = dataset({ name: 'noise', shape: [8, 9], size: { train: 64, test: 8 }, fill: (_, index, out) => { out.set(normals(72, 3, index)); } });
  const net = istaNet({ operator: A, prox: l1() }, { layers: 2, features: 4 });
  const one = await straightThrough({ mixing: 0.5, bound: Infinity }).fit(net, data, { steps: 6, batch: 4, learningRate: 1e-2 });
  for (const { name } of one.matrices) {
    const { value } = one.params.find(param => param.name === name)!;
    assert.ok(value.every(w => Math.abs(w) === one.scale), name);
  }
  assert.is(one.matrices.length, 12);
  const larger = convolution(kernel, [13, 10]), moved = onOperator(one, larger), y = normalTensor([13, 10], 5);
  assert.equal([...moved.forward(y).shape], [13, 10]);
  assert.equal(pack(moved).reconstruct(y).data, moved.forward(y).data);
  assert.throws(() => onOperator(load(cases[0]!), gaussian(9, 11, { seed: 1 }), [11]),
    /start.Q was trained for \[35\] and does not fit \[11\]/);
});

const maps = suite('convolutions of many channels');
const shapes = [{ shape: [7, 6], support: [3, 3], origin: [1, 1] }, { shape: [5, 8], support: [3, 3], origin: [0, 2] },
  { shape: [5, 7], support: [2, 5], origin: [1, 3] }, { shape: [13], support: [5], origin: [2] }];
for (const { shape, support, origin } of shapes) for (const boundary of ['zero', 'circular', 'reflect'] as Boundary[])
  maps(`${shape.join('×')}, ${support.join('×')} taps, ${boundary}: sums of single convolutions, adjoint and gradient`, () => {
    const size = shape.reduce((a, b) => a * b, 1), taps = support.reduce((a, b) => a * b, 1), channels = { in: 3, out: 5 }, count = 2;
    const single: Pattern = { kind: 'toeplitz', shape, support, origin, boundary };
    const map = patternMap({ ...single, channels }), one = patternMap(single);
    const w = normals(map.count, 1), x = normals(count * channels.in * size, 2), g = normals(count * channels.out * size, 3);
    const expected = new Float32Array(g.length), part = new Float32Array(size), own = new Float32Array(g.length);
    for (let b = 0; b < count; b++) for (let o = 0; o < channels.out; o++) for (let c = 0; c < channels.in; c++) {
      const at = (o * channels.in + c) * taps, from = (b * channels.in + c) * size, to = (b * channels.out + o) * size;
      one.apply(w.subarray(at, at + taps), x.slice(from, from + size), part, 1);
      for (let i = 0; i < size; i++) expected[to + i]! += part[i]!;
    }
    map.apply(w, x, own, count);
    assert.ok(relativeError(own, expected) <= MAP);
    const back = new Float32Array(x.length), gw = new Float32Array(w.length).fill(1), inner = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    map.applyAdjoint(w, g, back, count);
    assert.ok(Math.abs(inner(back, x) - inner(g, own)) <= MAP * Math.sqrt(inner(g, g) * inner(own, own)));
    // ⟨g, M(w) x⟩ is linear in w, so its gradient's product with w is the number itself.
    map.addGradient(x, g, gw, count);
    assert.ok(Math.abs(inner(gw.map(value => value - 1), w) - inner(g, own)) <= 10 * MAP * Math.sqrt(inner(g, g) * inner(own, own)));
    for (let k = 0; k < w.length; k += 7) {
      const e = new Float32Array(w.length), unit = new Float32Array(g.length);
      e[k] = 1;
      map.apply(e, x, unit, count);
      assert.ok(Math.abs(gw[k]! - 1 - inner(g, unit)) <= 10 * MAP * Math.sqrt(inner(g, g) * inner(unit, unit)), `weight ${k}`);
    }
  });
nets.run();
maps.run();
