import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sizeOf, tensor } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { proxByName } from '../src/core/prox.js';
import { slidingDctL1 } from '../src/core/sliding-dct.js';
import { alloc, free, slidingShrinkage } from '../src/kernels/index.js';
import { analyticQubo, straightThrough } from '../src/binary/binarizers/index.js';
import { recoveryCertificate } from '../src/binary/certificate.js';
import { pack } from '../src/packed/engine.js';
import { decodeModel, encodeModel } from '../src/packed/model.js';
import { slidingDctL1 as onKernels } from '../src/solvers/sliding-dct.js';
import { ista } from '../src/solvers/ista.js';
import { learnedIsta, unrolledAdmm, unrolledIsta } from '../src/unrolled/presets.js';
import { shrinkage } from '../src/unrolled/shrink.js';
import { dataset, images } from '../datasets/index.js';
import { gaussian, orthonormal } from '../operators/index.js';
import { normals, normalTensor, relativeError } from './helpers.js';

const F32 = 1e-5; // absolute, on numbers of order 1
interface Case { name: string; x: number[]; tau: number; out: number[]; value: number; theta: number[]; v: number[]; shrunk: number[]; dx: number[]; dTheta: number[] }
const cases = JSON.parse(readFileSync('test/fixtures/sliding-dct.json', 'utf8')) as Case[];
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.is(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${actual[i]} at ${i}, expected ${expected[i]}`);
};
/** Two signals one after the other. */
const twice = (values: readonly number[]): Float32Array => Float32Array.from([...values, ...values]);

const sliding = suite('sliding DCT');
for (const { name, x, tau, out, value, theta, v, shrunk, dx, dTheta } of cases) {
  const prox = proxByName(name), layer = shrinkage(prox);
  sliding(`${name}: SciPy's windows, thresholded and averaged, on a batch and in place`, () => {
    for (const one of [prox, onKernels(prox.windows!.shape, prox.windows!.width)]) {
      const own = twice(x);
      one.prox(own, tau, own);
      near(own, twice(out), F32);
      assert.is(one.name, name);
    }
    assert.ok(Math.abs(prox.value(Float32Array.from(x)) / value - 1) <= F32);
  });
  sliding(`${name}: layers do the same on the kernel, and its pullback`, () => {
    const own = new Float32Array(2 * x.length), expected = new Float32Array(2 * x.length), slopes = new Float32Array(theta.length);
    layer.apply(twice(x), layer.thresholds(tau), own);
    near(own, twice(out), F32);
    layer.vjp(twice(x), layer.thresholds(tau), twice(v), own, slopes);
    const slope = prox.vjp(twice(x), tau, twice(v), expected);
    near(own, expected, F32);
    assert.ok(Math.abs(slopes.reduce((sum, part, c) => sum + (c ? part : 0), 0) - slope) <= F32 * x.length, `${slope}`);
  });
  sliding(`${name}: a threshold for each coefficient, its derivatives those of torch`, () => {
    const own = new Float32Array(2 * x.length), slopes = new Float32Array(theta.length);
    layer.apply(twice(x), Float32Array.from(theta), own);
    near(own, twice(shrunk), F32);
    layer.vjp(twice(x), Float32Array.from(theta), twice(v), own, slopes);
    near(own, twice(dx), F32);
    near(slopes, dTheta.map(slope => 2 * slope), 1e-4);
  });
}
sliding('the kernel is the plain sum over windows at lane boundaries, in its own memory and in any', () => {
  for (const width of [2, 3, 7, 8, 9, 16]) for (let w = width; w < width + 9; w++) for (const shape of [[w], [width + w % 3, w]]) {
    const prox = slidingDctL1(shape, width), { coefficients, apply, vjp } = slidingShrinkage(shape, width), count = 2 * sizeOf(shape);
    const theta = new Float32Array(coefficients).fill(0.3, 1), x = normals(count, w), g = normals(count, 100 + w), expected = new Float32Array(count);
    for (const make of [alloc, (n: number) => new Float32Array(n)]) {
      const [own, from] = [make(count), make(count)], slopes = make(coefficients);
      from.set(x);
      prox.prox(x, 0.3, expected);
      apply(from, theta, own);
      near(own, expected, F32);
      const slope = prox.vjp(x, 0.3, g, expected);
      vjp(from, theta, g, own, slopes);
      near(own, expected, F32);
      assert.ok(Math.abs(slopes.subarray(1).reduce((sum, part) => sum + part, 0) - slope) <= F32 * count);
      for (const array of [own, from, slopes]) free(array);
    }
  }
});
sliding('NaN shows; arrays of other lengths and in place are refused', () => {
  const { apply, vjp } = slidingShrinkage([9, 7], 3), theta = new Float32Array(9), x = normals(63, 1), out = new Float32Array(63);
  x[30] = NaN;
  apply(x, theta.fill(0.1), out);
  assert.ok(out.some(Number.isNaN) && out.some(value => !Number.isNaN(value)));
  assert.throws(() => apply(x, theta, x), /expected x and out apart/);
  assert.throws(() => apply(x.subarray(1), theta, out), /expected signals of 63 numbers, got 62/);
  assert.throws(() => apply(x, theta.subarray(1), out), /theta: expected 9 numbers, got 8/);
  assert.throws(() => vjp(x, theta, out, out.slice(1), theta.slice()), /out: expected 63 numbers, got 62/);
});
sliding('the kernel takes what it needs from anywhere, also where memory is full', () => {
  const x = normals(63, 1), out = new Float32Array(63), held: Float32Array[] = [];
  try {
    for (let length = 2 ** 28; length >= 4; length /= 2) for (;;) {
      const taken = alloc(length);
      if (taken.buffer.byteLength === 4 * length) break;
      held.push(taken);
    }
    const { apply } = slidingShrinkage([9, 7], 3);
    apply(x, new Float32Array(9), out);
  } finally {
    held.forEach(free);
  }
  near(out, x, F32);
});
sliding('layers do not learn a threshold that is held', () => {
  const operator = gaussian(20, 63, { seed: 1 }), net = learnedIsta({ operator, prox: proxByName('sliding-dct-l1(9x7,3)') }, { layers: 1 });
  const theta = net.params.find(({ name }) => name === 'theta.0')!, [, back] = net.layers[0]!.vjp(net.initial(1), normals(20, 2), 1);
  theta.trainable = false;
  back({ x: normals(63, 3) }, false);
  assert.ok(theta.grad.every(slope => slope === 0));
  theta.trainable = true;
  back({ x: normals(63, 3) }, false);
  assert.ok(theta.grad.some(slope => slope !== 0));
});
sliding('codes found without data scale all thresholds of a layer', async () => {
  const operator = gaussian(20, 63, { seed: 1 }), net = learnedIsta({ operator, prox: proxByName('sliding-dct-l1(9x7,3)') }, { layers: 2 });
  const smooth = dataset({ name: 'waves', shape: [63], fill: (_split, index, out) => { for (let i = 0; i < 63; i++) out[i] = Math.sin(i / 9 + index); } });
  const before = net.params.find(({ name }) => name === 'theta.0')!.value[1]!;
  const one = await analyticQubo().fit(net, smooth, { steps: 0 });
  const { value } = one.params.find(({ name }) => name === 'theta.0')!;
  assert.is(recoveryCertificate(one, 1), undefined, 'the theorems speak of the identity basis');
  assert.ok(value[1] !== before && value[0] === 0 && value.subarray(1).every(each => each === value[1]), [...value].join(' '));
});
sliding('windows that do not fit are refused before the kernel sees them, and a prox of another size by networks', () => {
  for (const [shape, width] of [[[4, 9], 8], [[9, 4], 8], [[8, 8, 8], 2], [[8.5, 8], 2], [[NaN, 8], 2], [[], 2], [[120], 100], [[9, 9], 2.5]] as const)
    for (const make of [slidingDctL1, slidingShrinkage, onKernels]) assert.throws(() => make(shape, width), /^slidingDct(L1)?: expected [^\n]+$/);
  assert.throws(() => learnedIsta({ operator: gaussian(40, 99, { seed: 1 }), prox: proxByName('sliding-dct-l1(9x12,4)') }, { layers: 2 }),
    /^learned-ista: expected a prox for signals \[99\], got sliding-dct-l1\(9x12,4\)$/);
});
sliding('a constant is no cost, and tau 0 changes nothing', () => {
  const prox = proxByName('sliding-dct-l1(9x7,3)'), x = normals(63, 1), out = new Float32Array(63);
  prox.prox(x, 0, out);
  near(out, x, F32);
  prox.prox(new Float32Array(63).fill(2), 5, out);
  near(out, new Float32Array(63).fill(2), F32);
  assert.ok(prox.value(new Float32Array(63).fill(2)) <= F32);
});
sliding('windows that no signal holds are refused in one line', () => {
  for (const name of ['sliding-dct-l1(9x7,8)', 'sliding-dct-l1(9x7,1)', 'sliding-dct-l1(9,10)', 'sliding-dct-l1(9x7,0)', 'sliding-dct-l1(9x7)', 'sliding-dct-l1(9x7x5,2)', 'sliding-dct-l1(70000,2)'])
    assert.throws(() => proxByName(name), /^[^\n]+: expected [^\n]+$/, name);
  assert.throws(() => proxByName('sliding-dct-l1(9x7,3)').prox(new Float32Array(62), 1, new Float32Array(62)), /expected signals of \[9, ?7\], got 62 numbers/);
});
sliding('untrained networks are their solvers, on several signals', () => {
  const operator = gaussian(40, 99, { seed: 3 }), prox = proxByName('sliding-dct-l1(9x11,4)'), y = normals(80, 2), lambda = 0.02;
  const expected = ista({ operator, prox }, tensor(y.slice(40), [40]), { lambda, eta: 1 / (1.001 * norm(operator) ** 2), iterations: 6 }).x;
  for (const net of [unrolledIsta({ operator, prox }, { layers: 6, lambda }), learnedIsta({ operator, prox }, { layers: 6, lambda })]) {
    assert.equal(net.params.filter(({ name }) => name.startsWith('theta')).map(({ value }) => value.length), Array.from({ length: 6 }, () => 16));
    assert.ok(relativeError(net.forward(tensor(y, [2, 40])).data.slice(99), expected.data) < F32);
  }
});
sliding('one-bit networks learn a threshold for each coefficient, keep them in a file, count them, and pack', async () => {
  const operator = orthonormal(60, 225, { seed: 1 }), prox = proxByName('sliding-dct-l1(15x15,4)');
  const picture = { name: 'ramp', image: tensor(Float32Array.from({ length: 900 }, (_, i) => 255 * Number(i % 30 > Math.floor(i / 30))), [30, 30]) };
  const data = images([picture], { patch: 15, flat: true, seed: 1 });
  const admm = unrolledAdmm({ operator, prox }, { layers: 2, coupling: 'tied' });
  for (const net of [learnedIsta({ operator, prox }, { layers: 3, lambda: 0.02 }), admm]) {
    const one = await straightThrough().fit(net, data, { steps: 30, batch: 4, learningRate: 1e-3 });
    const theta = one.params.find(({ name }) => name === 'theta.1')!.value;
    assert.is(theta.length, 16);
    assert.ok(new Set(theta).size > 8, [...theta].join(' '));
    const engine = pack(one), again = decodeModel(encodeModel(one)).net, y = normalTensor([3, 60], 4);
    assert.is(engine.bytes.thresholds, 4 * one.params.filter(({ oneBit }) => !oneBit).reduce((sum, { value }) => sum + value.length, 0));
    assert.equal(again.forward(y).data, one.forward(y).data);
    assert.ok(relativeError(engine.reconstruct(y).data, one.forward(y).data) < F32);
  }
});
sliding.run();
