import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random } from '../src/core/random.js';
import type { BlockSizes } from '../src/core/pattern.js';
import { addBias, addChannelSums, alloc, clamp, floatProduct, fromLanes, multiplySigns, rectify, rectifyVjp, setSigns, signMatrix, signProduct, signsOf, thresholdStep, toLanes, type Precision, type SignMatrix } from '../src/kernels/index.js';
import { patternMap, signsMap } from '../src/kernels/maps/index.js';
import * as reference from '../src/kernels/reference.js';
import { normals } from './helpers.js';

const words = (count: number, seed: number): Uint32Array => {
  const rng = random(seed);
  return Uint32Array.from({ length: Math.ceil(count / 32) }, () => Math.floor(rng.uniform() * 2 ** 32));
};
const negative = (signs: Uint32Array, k: number): boolean => ((signs[k >>> 5]! >>> (k & 31)) & 1) === 1;
const plusMinus = (signs: Uint32Array, count: number): Float32Array => Float32Array.from({ length: count }, (_, k) => (negative(signs, k) ? -1 : 1));
/** The packed matrix of these bits. */
function packedSigns(blocks: readonly BlockSizes[], signs: Uint32Array, transposed = false): SignMatrix {
  const matrix = signMatrix(blocks, transposed);
  setSigns(matrix, plusMinus(signs, Math.max(...blocks.map(({ rows, cols, first }) => first + rows * cols))));
  return matrix;
}
/** scale · S x in f64, straight from the bits in row order. */
function product(signs: Uint32Array, rows: number, cols: number, x: Float32Array, lanes: number, scale: number, transposed = false): Float64Array {
  const [height, width] = transposed ? [cols, rows] : [rows, cols];
  return Float64Array.from({ length: height * lanes }, (_, at) => {
    const i = Math.floor(at / lanes), lane = at % lanes;
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (negative(signs, transposed ? j * cols + i : i * cols + j) ? -1 : 1) * x[j * lanes + lane]!;
    return scale * sum;
  });
}
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let difference = 0, size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / (size || 1));
};
/** Errors of normal numbers: the figures of Precision, with room for the smallest sizes. */
const limits: Record<Precision, number> = { exact: 1e-6, standard: 2e-4, fast: 2e-2 };

const sizes = [1, 3, 4, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128];
const dense = suite('sign kernels, dense');
for (const precision of ['exact', 'standard', 'fast'] as const)
  dense(`one vector, ${precision}, at the boundaries of words and lanes`, () => {
    for (const rows of sizes) for (const cols of sizes) {
      const signs = words(rows * cols, rows * 1000 + cols), x = normals(cols, 1), out = new Float32Array(rows), y = normals(rows, 2), back = new Float32Array(cols);
      const plain = [{ rows, cols, first: 0 }];
      multiplySigns(packedSigns(plain, signs), x, out, 1, 0.3, precision);
      assert.ok(apart(out, product(signs, rows, cols, x, 1, 0.3)) < 5 * limits[precision], `${rows}x${cols}`);
      multiplySigns(packedSigns(plain, signs, true), y, back, 1, 0.3, precision);
      assert.ok(apart(back, product(signs, rows, cols, y, 1, 0.3, true)) < 5 * limits[precision], `${rows}x${cols} transposed`);
    }
  });
dense('8, 16, 24 and 64 vectors side by side are exact', () => {
  for (const rows of [1, 15, 16, 17, 31, 32, 33, 65]) for (const cols of [1, 3, 4, 5, 63, 64, 65, 130]) for (const lanes of [8, 16, 24, 64]) {
    const signs = words(rows * cols, rows + cols), x = normals(cols * lanes, 3), out = new Float32Array(rows * lanes);
    multiplySigns(packedSigns([{ rows, cols, first: 0 }], signs), x, out, lanes, 2);
    assert.ok(apart(out, product(signs, rows, cols, x, lanes, 2)) < limits.exact, `${rows}x${cols}x${lanes}`);
  }
});
dense('a vector\'s numbers are the same to the bit in every lane', () => {
  for (const [rows, cols] of [[33, 70], [2050, 70], [512, 64], [511, 64]] as const) {
    const signs = words(rows * cols, 7), one = normals(cols, 4), lanes = 24, x = new Float32Array(cols * lanes).map((_, i) => one[Math.floor(i / lanes)]!), out = new Float32Array(rows * lanes);
    multiplySigns(packedSigns([{ rows, cols, first: 0 }], signs), x, out, lanes, 0.3);
    assert.ok(out.every((value, i) => Object.is(value, out[i - (i % lanes)])), `${rows}x${cols}`);
  }
});
dense('many rows, which take 8 columns a look-up, side by side', () => {
  for (const [rows, lanes] of [[511, 24], [512, 24], [513, 8], [2079, 16]] as const) for (const cols of [1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 163]) {
    const signs = words(rows * cols, rows + cols), x = normals(cols * lanes, 3), out = new Float32Array(rows * lanes);
    multiplySigns(packedSigns([{ rows, cols, first: 0 }], signs), x, out, lanes, 2);
    assert.ok(apart(out, product(signs, rows, cols, x, lanes, 2)) < limits.exact, `${rows}x${cols}x${lanes}`);
  }
});
dense('errors at real sizes keep to what Precision says', () => {
  for (const [rows, cols] of [[250, 500], [500, 250], [512, 1024], [96, 5000]] as const) {
    const signs = words(rows * cols, 5), x = normals(cols, 6), out = new Float32Array(rows), expected = product(signs, rows, cols, x, 1, 1);
    for (const precision of ['exact', 'standard', 'fast'] as const) {
      multiplySigns(packedSigns([{ rows, cols, first: 0 }], signs), x, out, 1, 1, precision);
      assert.ok(apart(out, expected) < limits[precision], `${rows}x${cols} ${precision}: ${apart(out, expected)}`);
    }
  }
});
dense('the largest activations of one sign do not overflow', () => {
  const cols = 4100, signs = new Uint32Array(Math.ceil(40 * cols / 32)), x = new Float32Array(cols).fill(7), out = new Float32Array(40);
  for (const precision of ['exact', 'standard', 'fast'] as const) {
    multiplySigns(packedSigns([{ rows: 40, cols, first: 0 }], signs), x, out, 1, 1, precision);
    assert.ok(apart(out, new Float32Array(40).fill(7 * cols)) < 1e-6, precision);
    multiplySigns(packedSigns([{ rows: 40, cols, first: 0 }], signs.map(() => 0xffffffff)), x, out, 1, 1, precision);
    assert.ok(apart(out, new Float32Array(40).fill(-7 * cols)) < 1e-6, precision);
  }
});
dense('zeros give zeros, and numbers that are not finite spoil the result', () => {
  const A = packedSigns([{ rows: 33, cols: 70, first: 0 }], words(33 * 70, 1)), out = new Float32Array(33);
  for (const precision of ['exact', 'standard', 'fast'] as const) {
    multiplySigns(A, new Float32Array(70), out, 1, 1, precision);
    assert.ok(out.every(value => value === 0));
    for (const bad of [NaN, Infinity, -Infinity]) {
      const x = normals(70, 1);
      x[69] = bad;
      multiplySigns(A, x, out, 1, 1, precision);
      assert.ok(out.every(value => !Number.isFinite(value)), `${precision} ${bad}`);
    }
  }
});
dense('fuzzed blocks equal the twin', () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 })), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(1, 8, 16), fc.boolean(), fc.integer({ min: 1, max: 1e6 }), (shapes, lanes, inside, seed) => {
      let first = 0;
      const blocks = shapes.map(([rows, cols]) => ({ rows, cols, first: (first += rows * cols) - rows * cols }));
      const A = packedSigns(blocks, words(first, seed));
      const x = normals(A.cols * lanes, seed), out = inside ? alloc(A.rows * lanes) : new Float32Array(A.rows * lanes), expected = out.slice();
      multiplySigns(A, x, out, lanes, 0.7, 'exact');
      reference.multiplySigns(A, x, expected, lanes, 0.7);
      return apart(out, expected) < limits.exact;
    }), { numRuns: 200 });
});
dense('shared blocks are stored once', () => {
  const signs = words(12 * 7, 3), A = packedSigns([{ rows: 12, cols: 7, first: 0 }, { rows: 12, cols: 7, first: 0 }], signs);
  const x = normals(14, 1), out = new Float32Array(24);
  multiplySigns(A, x, out, 1, 1, 'exact');
  assert.is(A.packed.byteLength, 2 * 16);
  assert.ok(apart(out.subarray(12), product(signs, 12, 7, x.subarray(7), 1, 1)) < 1e-6);
});
dense('wrong lengths and lanes are refused', () => {
  const A = packedSigns([{ rows: 3, cols: 5, first: 0 }], words(15, 1));
  assert.throws(() => multiplySigns(A, new Float32Array(4), new Float32Array(3), 1, 1), /multiplySigns: x: expected 5 numbers, got 4/);
  assert.throws(() => multiplySigns(A, new Float32Array(35), new Float32Array(21), 7, 1), /multiple of 8, got 7/);
  const both = new Float32Array(8);
  assert.throws(() => multiplySigns(A, both.subarray(0, 5), both.subarray(4, 7), 1, 1), /expected x and out apart in memory/);
});
dense.run();

const lanesSuite = suite('signals side by side');
lanesSuite('there and back for every small size', () => {
  for (const n of [1, 2, 3, 4, 5, 17]) for (const batch of [1, 3, 4, 7, 8, 9]) {
    const lanes = Math.ceil(batch / 8) * 8, x = normals(n * batch, n), wide = new Float32Array(n * lanes), again = new Float32Array(n * batch);
    toLanes(x, batch, wide, lanes);
    for (let b = 0; b < batch; b++) for (let i = 0; i < n; i++) assert.is(wide[i * lanes + b], x[b * n + i]);
    fromLanes(wide, lanes, again, batch);
    assert.equal(again, x);
  }
});
lanesSuite('one pass of a gradient step equals its twin', () => {
  for (const n of [1, 3, 4, 5, 64, 67]) {
    const x = normals(n, 1), u = normals(n, 2), expected = x.slice();
    thresholdStep(x, u, 0.4, 0.3);
    reference.thresholdStep(expected, u, 0.4, 0.3);
    assert.ok(apart(x, expected) < 1e-6);
  }
});
lanesSuite('signs and clamping equal their twins, zeros and NaN too', () => {
  for (const n of [1, 3, 4, 5, 64, 67]) {
    const v = normals(n, 3), out = new Float32Array(n), expected = new Float32Array(n);
    v[0] = 0;
    if (n > 3) v.set([-0, NaN], 1);
    signsOf(v, out);
    reference.signsOf(v, expected);
    assert.equal(out, expected);
    const x = v.slice(), y = v.slice();
    clamp(x, 0.5);
    reference.clamp(y, 0.5);
    assert.ok(x.every((value, i) => Math.abs(value - y[i]!) < 1e-7 || (Number.isNaN(value) && Number.isNaN(y[i]!))));
  }
});
lanesSuite('rectifying equals its twin to the bit, with zeros, NaN and infinities, wherever the arrays lie', () => {
  const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, i) => Object.is(value, b[i]));
  const placed = (values: Float32Array, inside: boolean): Float32Array => {
    if (!inside) return values.slice();
    const array = alloc(values.length);
    array.set(values);
    return array;
  };
  for (const n of [1, 3, 4, 5, 64, 67]) for (const inside of [0, 1, 2, 3]) {
    const v = normals(n, 3), g = normals(n, 4);
    v.set([0, -0, NaN, Infinity, -Infinity].slice(0, n));
    g.set([NaN, -0, 1, -0, Infinity].slice(0, n));
    const a = placed(v, (inside & 1) > 0), rectified = v.slice();
    rectify(a);
    reference.rectify(rectified);
    assert.ok(same(a, rectified));
    for (const at of [v, rectified]) {
      const gradient = placed(g, inside > 1), expected = g.slice();
      rectifyVjp(placed(at, (inside & 1) > 0), gradient);
      reference.rectifyVjp(at, expected);
      assert.ok(same(gradient, expected));
    }
  }
});
lanesSuite('biases of channels and their sums equal their twins at the boundaries of lanes', () => {
  for (const places of [1, 3, 4, 5, 64, 67]) for (const channels of [1, 3]) for (const batch of [1, 2]) {
    const x = normals(batch * channels * places, 3), bias = normals(channels, 4), expected = x.slice(), sums = normals(channels, 5), expectedSums = sums.slice();
    addChannelSums(x, sums, batch);
    reference.addChannelSums(x, expectedSums, batch);
    assert.ok(apart(sums, expectedSums) < 1e-6);
    addBias(bias, x, batch);
    reference.addBias(bias, expected, batch);
    assert.equal(x, expected);
  }
  assert.throws(() => addBias(normals(3, 1), normals(8, 1), 1), /^addBias: expected 1 signals of 3 channels, got 8 numbers$/);
  assert.throws(() => addChannelSums(normals(8, 1), normals(3, 1), 1), /^addChannelSums: expected 1 signals of 3 channels, got 8 numbers$/);
});
lanesSuite('products on blocks: signs as floats give the same', () => {
  const pattern = { kind: 'blocks', blocks: [{ rows: 5, cols: 9 }, { rows: 8, cols: 3 }], shared: false } as const, count = 5 * 9 + 8 * 3;
  const signs = words(count, 2), weights = Float32Array.from({ length: count }, (_, k) => (negative(signs, k) ? -0.5 : 0.5));
  const packed = signProduct(pattern, { weights: () => weights, scale: () => 0.5 }, 'exact')!, float = floatProduct(pattern, weights)!;
  for (const lanes of [1, 8]) for (const way of ['apply', 'applyAdjoint'] as const) {
    const [from, to] = way === 'apply' ? [12, 13] : [13, 12];
    const x = normals(from * lanes, 3), a = new Float32Array(to * lanes), b = new Float32Array(to * lanes);
    packed[way](x, a, lanes);
    float[way](x, b, lanes);
    assert.ok(apart(a, b) < 1e-6);
  }
});
lanesSuite('weights that are all ± one scale train on tables as on floats', () => {
  const map = patternMap({ kind: 'dense', rows: 13, cols: 37 }), w = plusMinus(words(13 * 37, 4), 13 * 37).map(value => 0.2 * value);
  const tables = signsMap(map, () => w)!;
  for (const batch of [2, 5, 8, 19]) {
    const x = normals(37 * batch, 1), y = normals(13 * batch, 2), out = [0, 1].map(() => new Float32Array(13 * batch)), back = [0, 1].map(() => new Float32Array(37 * batch));
    for (const [i, own] of [map, tables.map].entries()) {
      own.apply(w, x, out[i]!, batch);
      own.applyAdjoint(w, y, back[i]!, batch);
    }
    assert.ok(apart(out[1]!, out[0]!) < 1e-6 && apart(back[1]!, back[0]!) < 1e-6);
    for (let k = 0; k < w.length; k += 3) w[k] = -w[k]!;
    tables.changed();
  }
});
lanesSuite.run();
