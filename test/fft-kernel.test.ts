// The Fourier transforms of the kernels, in f32, against their twin, sums written out in f64, and against scipy.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sizeOf } from '../src/core/array.js';
import { fourierPlan } from '../src/core/fft.js';
import * as kernels from '../src/kernels/index.js';
import * as reference from '../src/kernels/reference.js';
import type { Shape } from '../src/types.js';
import { normals, relativeError } from './helpers.js';

const { alloc, fastLength, fourierPlan32, free, multiplyComplex, realFourierPlan32, scratch, temp } = kernels;
/** Of the norm: f32 stages, f32 chirps of lengths with a large prime factor, and single frequencies. */
const CLOSE = 5e-7, SAMPLED = 1e-6;

/** Kernels must not read temporaries that they have not written. */
const poison = (): unknown => scratch(() => temp(2_000_000).fill(NaN));

const norm = (v: Float32Array): number => Math.sqrt(v.reduce((sum, value) => sum + value ** 2, 0));

/** The same numbers in the kernels' memory. */
function inside(array: Float32Array): Float32Array {
  const copy = alloc(array.length);
  copy.set(array);
  return copy;
}

/** Both directions, on ordinary arrays and in place in the kernels' memory, equal the twin's; a round trip ends where it began. */
function check(shape: Shape, batch: number): void {
  const x = normals(2 * sizeOf(shape) * batch, 1, ...shape), twin = reference.fourierPlan32(shape), plan = fourierPlan32(shape);
  const message = `${shape.join('×')}, batch ${batch}`;
  for (const direction of ['forward', 'inverse'] as const) {
    const expected = new Float32Array(x.length), out = new Float32Array(x.length), resident = inside(x);
    twin[direction](x, expected, batch);
    poison();
    plan[direction](x, out, batch);
    assert.ok(relativeError(out, expected) <= CLOSE, `${direction}, ${message}`);
    plan[direction](resident, resident, batch);
    assert.equal(resident, out, `in place, ${message}`);
    plan[direction === 'forward' ? 'inverse' : 'forward'](out, out, batch);
    assert.ok(relativeError(out, x) <= CLOSE, `back, ${message}`);
    free(resident);
  }
}

const lines = suite('Fourier transforms in f32');
lines('equal their twin at every length up to 130', () => {
  for (let n = 1; n <= 130; n++) check([n], 1);
});
lines('equal their twin in batches around the 8 lines of a block', () => {
  for (const n of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 64, 100, 128, 320, 202])
    for (const batch of [2, 3, 7, 8, 9, 17]) check([n], batch);
});
lines('equal their twin at lengths with several stages of each radix, and by matrix and by chirp', () => {
  for (const n of [243, 256, 343, 500, 512, 625, 970, 1009, 1018, 1023, 1024, 1025, 1031, 1080, 2048, 2062, 3000]) check([n], 1);
});
lines('equal their twin on two and three axes', () => {
  const shapes = [[1, 7], [7, 1], [1, 1], [1, 64], [64, 1], [5, 9], [16, 16], [8, 31], [31, 8], [17, 33], [12, 20], [20, 12], [103, 6]];
  for (const shape of [...shapes, [3, 5, 7], [4, 1, 6]])
    for (const batch of [1, 3]) check(shape, batch);
});
lines('equal their twin on large images', () => {
  for (const shape of [[256, 256], [320, 100], [100, 131]]) check(shape, 1);
});
lines('equal their twin on random shapes', () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(side, side, fc.integer({ min: 1, max: 3 }), (h, w, batch) => check([h, w], batch)), { numRuns: 60, seed: 3 });
});
lines('keep the norm', () => {
  for (const shape of [[97], [4096], [65536], [512, 512], [218, 170]]) {
    const x = normals(2 * sizeOf(shape), 2), out = new Float32Array(x.length);
    fourierPlan32(shape).forward(x, out);
    assert.ok(Math.abs(norm(out) / norm(x) - 1) <= CLOSE, shape.join('×'));
  }
});
lines('leave the input as it is, and transform a signal alike alone and in a batch', () => {
  for (const shape of [[50], [101], [1024], [12, 20]]) {
    const size = 2 * sizeOf(shape), batch = 11, x = inside(normals(size * batch, 3)), copy = x.slice(), out = alloc(x.length);
    const one = new Float32Array(size), plan = fourierPlan32(shape);
    plan.forward(x, out, batch);
    assert.equal(x, copy);
    for (let b = 0; b < batch; b++) {
      plan.forward(x.subarray(b * size, (b + 1) * size), one);
      assert.equal(one, out.slice(b * size, (b + 1) * size), `${shape.join('×')}, signal ${b}`);
    }
    [x, out].forEach(free);
  }
});
lines('pass long batches through in parts', () => check([4], 20_000));
lines('leave axes too long for the memory to core', () => {
  const n = 131_101, x = normals(2 * n, 4), out = new Float32Array(2 * n), expected = new Float32Array(2 * n);
  fourierPlan32([n]).forward(x, out);
  fourierPlan([n]).forward(x, expected);
  assert.equal(out, expected);
});
lines('refuse arrays that are too short and shapes without numbers', () => {
  assert.throws(() => fourierPlan32([4, 4]).forward(new Float32Array(64), new Float32Array(32), 2),
    /fourierPlan32: expected 2 × \[4,4\] complex numbers, got 16/);
  assert.throws(() => fourierPlan32([0]), /fourierPlan32: expected a shape/);
});
lines.run();

const real = suite('Fourier transforms of real signals');
const shapes: readonly Shape[] = [
  [1], [2], [4], [6], [7], [10], [96], [202], [2048], [2050],
  [1, 2], [6, 1], [3, 4], [4, 3], [5, 10], [7, 12], [16, 16], [28, 28], [9, 206], [2, 3, 4],
];
real('equal the complex transforms, forward and adjoint, in batches, in the kernels\' memory or not', () => {
  for (const shape of shapes) for (const batch of [1, 3]) for (const place of [inside, (array: Float32Array) => array]) {
    const size = sizeOf(shape) * batch, x = place(normals(size, 5)), y = place(normals(2 * size, 6)), plan = realFourierPlan32(shape);
    const X = place(new Float32Array(2 * size)), back = place(new Float32Array(size)), expected = new Float32Array(2 * size);
    poison();
    plan.forward(x, X, batch);
    const embedded = Float32Array.from({ length: 2 * size }, (_, i) => (i % 2 ? 0 : x[i / 2]!));
    reference.fourierPlan32(shape).forward(embedded, expected, batch);
    assert.ok(relativeError(X, expected) <= CLOSE, `forward ${shape.join('×')}`);
    plan.adjoint(y, back, batch);
    reference.fourierPlan32(shape).inverse(y, expected, batch);
    assert.ok(relativeError(back, expected.filter((_, i) => i % 2 === 0)) <= CLOSE, `adjoint ${shape.join('×')}`);
    plan.adjoint(X, back, batch);
    assert.ok(relativeError(back, x) <= CLOSE, `inverse ${shape.join('×')}`);
    [x, y, X, back].forEach(free);
  }
});
real.run();

const witness = suite('scipy');
interface Case { shape: number[]; at: number[]; forward: number[]; inverse: number[]; real: number[] }
for (const { shape, at, ...expected } of JSON.parse(readFileSync('test/fixtures/fft.json', 'utf8')) as Case[])
  witness(`agrees with the transforms over ${shape.join('×')}`, () => {
    const size = sizeOf(shape), out = new Float32Array(2 * size), plan = fourierPlan32(shape);
    const x = Float32Array.from({ length: 2 * size }, (_, i) => {
      const j = i >> 1;
      return i % 2 ? ((7 * j) % 31) / 31 - 0.5 : ((j * j) % 1013) / 1013 - 0.5;
    });
    // Relative to what the norm of x gives frequencies on average, because those sampled may be all but 0.
    const average = norm(x) * Math.sqrt(at.length / size);
    const agrees = (values: readonly number[]): void =>
      assert.ok(Math.hypot(...at.flatMap((k, i) => [out[2 * k]! - values[2 * i]!, out[2 * k + 1]! - values[2 * i + 1]!])) <= SAMPLED * average);
    plan.forward(x, out);
    agrees(expected.forward);
    plan.inverse(x, out);
    agrees(expected.inverse);
    realFourierPlan32(shape).forward(x.filter((_, i) => i % 2 === 0), out);
    agrees(expected.real);
  });
witness.run();

const products = suite('complex products');
products('equal their twin, conjugated or not, one after the other', () => {
  for (const n of [1, 2, 3, 8, 31]) for (const count of [1, 3]) for (const conjugate of [false, true]) {
    const x = normals(2 * n * count, 7), w = normals(2 * n, 8), expected = x.slice(), resident = inside(x);
    reference.multiplyComplex(expected, w, conjugate);
    multiplyComplex(x, w, conjugate);
    multiplyComplex(resident, w, conjugate);
    assert.ok(relativeError(x, expected) <= CLOSE);
    assert.equal(resident, x);
    free(resident);
  }
});
products('refuse signals that are not as long as the factors', () => {
  assert.throws(() => multiplyComplex(new Float32Array(6), new Float32Array(4)), /multiplyComplex: expected signals of 4 numbers/);
});
products.run();

const lengths = suite('fast lengths');
lengths('are the next products of 2, 3 and 5', () => {
  assert.equal([1, 2, 7, 11, 17, 31, 121, 257].map(fastLength), [1, 2, 8, 12, 18, 32, 125, 270]);
});
lengths.run();
