// The fast Fourier transform, and the operators made of it, against sums written out in f64.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cartesianMask, convolution, fourier, maskFrom, radialMask, randomMask } from '../operators/index.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { fourierPlan } from '../src/core/fft.js';
import type { LinearOperator, Shape } from '../src/types.js';
import { normals, relativeError } from './helpers.js';

/** Relative to the norm of the result: rounding of f64 sums, of f32 storage, and of f32 arithmetic. */
const DOUBLE = 1e-12, SINGLE = 1e-6, SOLVE = 1e-5;

/** N^−½ Σ_j x[j] exp(−2πi Σ_axis j k / n), with the angle reduced exactly before the sine. */
function naiveDft(x: ArrayLike<number>, shape: Shape): Float64Array {
  const size = sizeOf(shape), out = new Float64Array(2 * size), [h, w] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  for (let k = 0; k < size; k++)
    for (let j = 0; j < size; j++) {
      const turns = ((Math.floor(j / w) * Math.floor(k / w)) % h) / h + (((j % w) * (k % w)) % w) / w;
      const c = Math.cos(2 * Math.PI * turns), s = -Math.sin(2 * Math.PI * turns);
      out[2 * k]! += (x[2 * j]! * c - x[2 * j + 1]! * s) / Math.sqrt(size);
      out[2 * k + 1]! += (x[2 * j]! * s + x[2 * j + 1]! * c) / Math.sqrt(size);
    }
  return out;
}

const shapes: readonly Shape[] = [[1], [2], [3], [4], [5], [8], [12], [31], [64], [97], [100], [1, 5], [5, 1], [7, 13], [12, 5], [16, 8], [9, 35], [4, 33]];
const fft = suite('fft');
for (const shape of shapes) {
  const n = 2 * sizeOf(shape), plan = fourierPlan(shape), x = Float64Array.from(normals(n, 1, n));
  fft(`the transform over ${shape.join('×')} is the sum written out`, () => {
    const out = new Float64Array(n);
    plan.forward(x, out);
    assert.ok(relativeError(out, naiveDft(x, shape)) <= DOUBLE);
  });
  fft(`the inverse over ${shape.join('×')} undoes it, in place and in a batch`, () => {
    const batch = Float64Array.from([...x, ...x.map(value => 1 - value)]), copy = batch.slice();
    plan.forward(batch, batch, 2);
    plan.inverse(batch, batch, 2);
    assert.ok(relativeError(batch, copy) <= DOUBLE);
  });
  fft(`f32 numbers over ${shape.join('×')} lose only their own rounding`, () => {
    const out = new Float32Array(n);
    plan.inverse(Float32Array.from(x), out);
    const conjugate = naiveDft(x.map((value, i) => (i % 2 ? -value : value)), shape);
    assert.ok(relativeError(out, conjugate.map((value, i) => (i % 2 ? -value : value))) <= SINGLE);
  });
}
fft('a transform of 4099, a prime, keeps the norm to f64 rounding', () => {
  const x = Float64Array.from(normals(2 * 4099, 2)), out = new Float64Array(x.length);
  fourierPlan([4099]).forward(x, out);
  const norm = (v: Float64Array): number => Math.hypot(...v);
  assert.ok(Math.abs(norm(out) / norm(x) - 1) <= DOUBLE);
});
fft('a transform over nothing is refused', () => assert.throws(() => fourierPlan([0]), /fourierPlan: expected a shape/));
fft.run();

const apply = (A: LinearOperator, x: Float32Array, adjoint = false): Float32Array => {
  const out = new Float32Array(sizeOf(adjoint ? A.inShape : A.outShape));
  if (adjoint) A.applyAdjoint(x, out, 1); else A.apply(x, out, 1);
  return out;
};
const conjugated = (x: ArrayLike<number>): Float64Array => Float64Array.from(x, (value, i) => (i % 2 ? -value : value));

const sampled = suite('sampled Fourier');
for (const shape of [[13], [12], [6, 9], [7, 5]] as const) for (const complexInput of [true, false]) {
  const kind = complexInput ? 'complex' : 'real', size = sizeOf(shape);
  const mask = randomMask(shape, { fraction: 0.4, seed: 7 }), keep = (i: number): number => mask.data[i >> 1]!;
  const A = fourier(shape, { mask, complexInput }), x = normals(sizeOf(A.inShape), 3), y = normals(2 * size, 4);
  const embedded = complexInput ? x : Float32Array.from({ length: 2 * size }, (_, i) => (i % 2 ? 0 : x[i / 2]!));
  sampled(`fourier of ${shape.join('×')}, ${kind}: forward is the masked sum`, () =>
    assert.ok(relativeError(apply(A, x), naiveDft(embedded, shape).map((value, i) => value * keep(i))) <= SINGLE));
  sampled(`fourier of ${shape.join('×')}, ${kind}: the adjoint is the conjugate sum over the sampled frequencies`, () => {
    const back = conjugated(naiveDft(conjugated(y.map((value, i) => value * keep(i))), shape));
    assert.ok(relativeError(apply(A, y, true), complexInput ? back : back.filter((_, i) => i % 2 === 0)) <= SINGLE);
  });
  sampled(`fourier of ${shape.join('×')}, ${kind}: the normal solver is exact for a mask that is not symmetric`, () => {
    const solved = new Float32Array(x.length);
    A.normalSolver!(0.3)(x, solved, 1);
    const normal = apply(A, apply(A, solved), true).map((value, i) => value + 0.3 * solved[i]!);
    assert.ok(relativeError(normal, x) <= SOLVE);
  });
}
for (const shape of [[5, 8], [8, 5], [7]] as const) sampled(`a centred mask of ${shape.join('×')} samples the frequencies k − floor(n/2)`, () => {
  const [h, w] = shape.length === 1 ? [1, shape[0]] : shape;
  const centred = Float32Array.from({ length: h * w }, (_, i) => (i * 7 + 3) % 5 < 2 ? 1 : 0);
  const { data } = maskFrom(tensor(centred, shape), 'centre');
  for (let r = 0; r < h; r++) for (let c = 0; c < w; c++) {
    const row = (r - Math.floor(h / 2) + h) % h, column = (c - Math.floor(w / 2) + w) % w;
    assert.is(data[row * w + column], centred[r * w + c]);
  }
});
sampled('radial masks pair every frequency with its mirror image on odd grids', () => {
  const { data } = radialMask([15, 21], { lines: 5 });
  for (let r = 0; r < 15; r++) for (let c = 0; c < 21; c++) assert.is(data[r * 21 + c], data[((15 - r) % 15) * 21 + ((21 - c) % 21)]);
});
sampled('a Cartesian mask samples whole columns, the lowest frequencies among them', () => {
  const { data } = cartesianMask([6, 50], { acceleration: 4, centre: 0.1, seed: 5 });
  for (let i = 0; i < data.length; i++) assert.is(data[i], data[i % 50]);
  for (const column of [0, 1, 2, 48, 49]) assert.is(data[column], 1);
});
sampled.run();

const byFft = suite('convolution by FFT');
for (const [shape, taps] of [[[13], [4]], [[31], [31]], [[5, 7], [2, 3]], [[9, 16], [9, 4]]] as const)
  for (const boundary of ['circular', 'zero'] as const) for (const origin of [undefined, taps.map(() => 0), taps.map(k => k - 1)])
    byFft(`${boundary}, ${shape.join('×')} with ${taps.join('×')} taps, origin ${origin ?? 'in the middle'}: both methods agree`, () => {
      const kernel = tensor(normals(sizeOf(taps), 5), taps), options = { boundary, ...(origin && { origin }) };
      const direct = convolution(kernel, shape, options), fast = convolution(kernel, shape, { ...options, method: 'fft' });
      const x = normals(3 * sizeOf(shape), 6), one = new Float32Array(x.length), two = new Float32Array(x.length);
      for (const verb of ['apply', 'applyAdjoint'] as const) {
        direct[verb](x, one, 3);
        fast[verb](x, two, 3);
        assert.ok(relativeError(two, one) <= SINGLE);
      }
    });
byFft.run();
