import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as kernels from '../src/kernels/index.js';
import { csrReference } from '../src/kernels/maps/csr.js';
import { arena } from '../src/kernels/memory.js';
import * as reference from '../src/kernels/reference.js';
import { normals, relativeError } from './helpers.js';

const { alloc, free, scratch, temp, transposed, view } = kernels;
/** f32 sums of some hundred products against f64 ones. */
const CLOSE = 2e-6,
  TORCH = 1e-5;
/** Sizes around lanes, tiles and blocks. */
const sizes = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 129];

/** The same numbers in the kernels' memory. */
function inside(array: Float32Array): Float32Array {
  const copy = alloc(array.length);
  copy.set(array);
  return copy;
}

/** Kernels must not read temporaries that they have not written. */
const poison = (): unknown => scratch(() => temp(500_000).fill(NaN));

const gemms = suite('gemm');
function product(
  m: number,
  n: number,
  k: number,
  transposeA: boolean,
  transposeB: boolean,
  accumulate: boolean,
  resident: boolean,
  gap: number,
): void {
  const place = resident ? inside : (array: Float32Array) => array;
  const a = place(normals((transposeA ? k : m) * ((transposeA ? m : k) + gap), 1)),
    b = place(normals((transposeB ? n : k) * ((transposeB ? k : n) + gap), 2));
  const c = place(normals(m * (n + gap) + 3, 3)),
    expected = c.slice();
  const A = transposeA ? transposed(view(a, k, m, m + gap)) : view(a, m, k, k + gap),
    B = transposeB ? transposed(view(b, n, k, k + gap)) : view(b, k, n, n + gap);
  reference.gemm(A, B, view(expected, m, n, n + gap, 3), accumulate);
  poison();
  kernels.gemm(A, B, view(c, m, n, n + gap, 3), accumulate);
  assert.ok(relativeError(c, expected) <= CLOSE, `${m} ${n} ${k} ${transposeA} ${transposeB}`);
  if (resident) [a, b, c].forEach(free);
}
gemms('equals its twin around lane and tile boundaries, transposed or not, with gaps', () => {
  for (const m of sizes) for (const n of sizes) product(m, n, 5, n % 2 > 0, m % 2 > 0, n > m, m % 3 > 0, n % 3);
});
gemms('equals its twin where rows, columns or depth are one', () => {
  for (const m of [1, 2, 21])
    for (const n of [1, 2, 21])
      for (const k of [1, 6, 261])
        for (const turned of [0, 1, 2, 3])
          for (const resident of [false, true]) product(m, n, k, turned % 2 > 0, turned > 1, resident, resident, 0);
});
gemms('equals its twin across the blocks of depth, rows and columns', () => {
  for (const k of [255, 256, 257, 513])
    for (const [m, n] of [
      [129, 9],
      [3, 521],
      [64, 31],
    ] as const)
      product(m, n, k, false, true, true, true, 1);
});
gemms('equals its twin on random shapes', () => {
  const size = fc.integer({ min: 1, max: 70 });
  fc.assert(
    fc.property(
      size,
      size,
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
      (...args) => product(...args),
    ),
    { numRuns: 60, seed: 1 },
  );
});
gemms('gives a row or a column the same bits whatever their number, whichever is transposed and wherever they are', () => {
  const [m, n, k] = [17, 37, 515];
  const a = normals(m * k, 1),
    b = normals(k * n, 2),
    whole = normals(m * n, 3),
    start = whole.slice();
  const turned = (x: Float32Array, rows: number, cols: number) =>
    transposed(view(x.map((_, i) => x[(i % rows) * cols + Math.floor(i / rows)]!), cols, rows));
  kernels.gemm(view(a, m, k), view(b, k, n), view(whole, m, n), true);
  for (const B of [view(inside(b), k, n), view(b, k, n), turned(b, k, n)]) {
    const row = start.slice(5 * n, 6 * n);
    kernels.gemm(view(inside(a), 1, k, k, 5 * k), B, view(row, 1, n), true);
    assert.equal([...row], [...whole.subarray(5 * n, 6 * n)]);
  }
  for (const A of [view(inside(a), m, k), view(a, m, k), turned(a, m, k)]) {
    const column = Float32Array.from({ length: m }, (_, i) => start[i * n + 7]!);
    kernels.gemm(A, view(inside(b), k, 1, n, 7), view(column, m, 1), true);
    assert.equal(
      [...column],
      Array.from({ length: m }, (_, i) => whole[i * n + 7]),
    );
  }
});
gemms('takes a single row against any strides', () => {
  const [n, k] = [21, 70];
  const A = { ...view(normals(3 * k, 1), 1, k), colStride: 3 },
    B = { data: normals(4 * n * k, 2), rows: k, cols: n, rowStride: 4 * n, colStride: 2, offset: 1 };
  const c = new Float32Array(n),
    expected = new Float32Array(n);
  kernels.gemm(A, B, view(c, 1, n));
  reference.gemm(A, B, view(expected, 1, n));
  assert.ok(relativeError(c, expected) <= CLOSE);
});
gemms('refuses sizes and strides that do not fit', () => {
  assert.throws(() => view(new Float32Array(5), 2, 3), /expected 2 × 3 numbers/);
  assert.throws(
    () => kernels.gemm(view(normals(6, 1), 2, 3), view(normals(6, 1), 2, 3), view(normals(4, 1), 2, 2)),
    /matching sizes/,
  );
});
gemms.run();

const sparse = suite('products with thresholded signals');
/** About `share` of the entries are not 0. */
const thresholded = (length: number, share: number, seed: number): Float32Array => {
  const picked = normals(length, seed, 1), values = normals(length, seed);
  const bound = [...picked].map(Math.abs).sort((a, b) => b - a)[Math.floor(share * (length - 1))]!;
  return inside(values.map((value, i) => (Math.abs(picked[i]!) < bound ? 0 : value)));
};
for (const share of [0, 0.1, 0.3, 0.9])
  sparse(`${100 * share} % of the entries: gemm's numbers to the bit, in both directions`, () => {
    for (const [batch, n, m] of [[16, 1, 1], [16, 3, 5], [17, 33, 31], [64, 65, 40], [31, 500, 250], [20, 257, 72], [257, 9, 33]] as const) {
      poison();
      const x = thresholded(batch * n, share, n), w = inside(normals(m * n, 2)), y = inside(normals(batch * m, 3));
      const [own, other] = [alloc(batch * m), alloc(batch * m)], [gw, expected] = [inside(normals(m * n, 4)), inside(normals(m * n, 4))];
      kernels.gemmOfSparse(view(x, batch, n), transposed(view(w, m, n)), view(own, batch, m));
      kernels.gemm(view(x, batch, n), transposed(view(w, m, n)), view(other, batch, m));
      assert.equal(own, other, `${batch} of ${n} to ${m}`);
      kernels.addGemmBySparse(transposed(view(y, batch, m)), view(x, batch, n), view(gw, m, n));
      kernels.gemm(transposed(view(y, batch, m)), view(x, batch, n), view(expected, m, n), true);
      assert.equal(gw, expected, `gradient of ${m}×${n} by ${batch}`);
      [x, w, y, own, other, gw, expected].forEach(free);
    }
  });
sparse('numbers that are not finite show as they do in gemm, whatever the zeros', () => {
  for (const bad of [NaN, Infinity]) {
    const x = thresholded(16 * 20, 0.1, 4), w = inside(normals(6 * 20, 5)), y = inside(normals(16 * 20, 6)), gw = [inside(normals(20 * 20, 7)), inside(normals(20 * 20, 7))];
    w[33] = bad;
    y[5] = bad;
    const own = alloc(16 * 6), other = alloc(16 * 6);
    kernels.gemmOfSparse(view(x, 16, 20), transposed(view(w, 6, 20)), view(own, 16, 6));
    kernels.gemm(view(x, 16, 20), transposed(view(w, 6, 20)), view(other, 16, 6));
    kernels.addGemmBySparse(transposed(view(y, 16, 20)), view(x, 16, 20), view(gw[0]!, 20, 20));
    kernels.gemm(transposed(view(y, 16, 20)), view(x, 16, 20), view(gw[1]!, 20, 20), true);
    assert.ok(own.some(Number.isNaN) && gw[0]!.some(Number.isNaN));
    // As text, in which NaN equals NaN.
    assert.is(own.join(), other.join());
    assert.is(gw[0]!.join(), gw[1]!.join());
    [x, w, y, own, other, ...gw].forEach(free);
  }
});
sparse('matrices with gaps, outside the kernels\' memory, or wrong in size, go to gemm', () => {
  const x = thresholded(20 * 40, 0.1, 1), w = normals(30 * 32, 2), own = new Float32Array(20 * 30), other = new Float32Array(20 * 30);
  const gapped = view(x, 20, 32, 40), turned = transposed(view(w, 30, 32));
  kernels.gemmOfSparse(gapped, turned, view(own, 20, 30));
  kernels.gemm(gapped, turned, view(other, 20, 30));
  assert.equal(own, other);
  assert.throws(() => kernels.gemmOfSparse(gapped, turned, view(own, 30, 20)), /gemm: expected C = A B of matching sizes/);
  assert.throws(() => kernels.addGemmBySparse(gapped, turned, view(own, 30, 20)), /gemm: expected C = A B of matching sizes/);
  free(x);
});
sparse.run();

const sparseRows = suite('sparse matrices');
for (const [rows, cols] of [[1, 1], [5, 3], [17, 40]] as const)
  sparseRows(`${rows}×${cols}, rows without entries too: the reference's numbers, its transpose's and its gradient's`, () => {
    const draw = normals(rows * cols, 5), rowPtr = new Uint32Array(rows + 1), places: number[] = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) if (i % 4 !== 2 && draw[i * cols + j]! > 0.3) places.push(j);
      rowPtr[i + 1] = places.length;
    }
    const pattern = { kind: 'csr', rows, cols, rowPtr, colIdx: Uint32Array.from(places), indices: 'regenerated' } as const;
    const kernel = kernels.csrProduct(pattern), plain = csrReference(pattern), w = normals(places.length, 6);
    assert.ok(kernel.fits(w));
    for (const batch of [1, 3, 4, 5, 16, 17, 36]) {
      poison();
      const x = normals(cols * batch, 7), y = normals(rows * batch, 8);
      const pair = (length: number): [Float32Array, Float32Array] => [new Float32Array(length).fill(0.5), new Float32Array(length).fill(0.5)];
      const [ahead, back, gradient] = [pair(rows * batch), pair(cols * batch), pair(places.length)];
      [kernel, plain].forEach((product, k) => {
        product.apply(w, x, ahead[k]!, batch);
        product.applyAdjoint(w, y, back[k]!, batch);
        product.addGradient(x, y, gradient[k]!, batch);
      });
      for (const [own, expected] of [ahead, back, gradient]) assert.ok(relativeError(own, expected) <= CLOSE, `batch ${batch}`);
    }
  });
sparseRows('weights that do not lie in the kernels\' memory and are too many to copy are left to plain loops', () => {
  const pattern = { kind: 'csr', rows: 1, cols: 1, rowPtr: Uint32Array.of(0, 1), colIdx: Uint32Array.of(0), indices: 'regenerated' } as const;
  assert.not.ok(kernels.csrProduct(pattern).fits(new Float32Array(2 ** 22 + 1)));
  assert.not.ok(kernels.csrProduct({ ...pattern, cols: 2 ** 20 }).fits(new Float32Array(1)));
});
sparseRows('long signals go fewer at a time', () => {
  const cols = 2 ** 19, pattern = { kind: 'csr', rows: 2, cols, rowPtr: Uint32Array.of(0, 2, 3), colIdx: Uint32Array.of(3, cols - 1, 70_000), indices: 'regenerated' } as const;
  const w = Float32Array.of(1, -2, 3), x = normals(9 * cols, 1), [own, expected] = [new Float32Array(18), new Float32Array(18)], kernel = kernels.csrProduct(pattern);
  assert.ok(kernel.fits(w));
  kernel.apply(w, x, own, 9);
  csrReference(pattern).apply(w, x, expected, 9);
  assert.ok(relativeError(own, expected) <= CLOSE);
});
sparseRows.run();

const elementwise = suite('elementwise kernels and Adam');
for (const n of sizes)
  elementwise(`${n} numbers: soft threshold, its pullback, axpby and dot equal their twins`, () => {
    for (const place of [(array: Float32Array) => array, inside]) {
      const v = place(normals(n, 1)),
        g = place(normals(n, 2)),
        out = place(new Float32Array(n)),
        expected = new Float32Array(n);
      kernels.softThreshold(v, 0.5, out);
      reference.softThreshold(v, 0.5, expected);
      assert.ok(relativeError(out, expected) <= CLOSE);
      const theta = kernels.softThresholdVjp(v, 0.5, g, out),
        twin = reference.softThresholdVjp(v, 0.5, g, expected);
      assert.ok(Math.abs(theta - twin) <= CLOSE * (1 + n));
      assert.equal([...out], [...expected]);
      kernels.axpby(0.3, v, -1.5, g, out);
      reference.axpby(0.3, v, -1.5, g, expected);
      assert.ok(relativeError(out, expected) <= CLOSE);
      assert.ok(Math.abs(kernels.dot(v, g) - reference.dot(v, g)) <= CLOSE * (1 + n));
    }
  });
elementwise('soft threshold keeps NaN, and works in place', () => {
  const v = Float32Array.of(NaN, 1, -2, 0.2, 0);
  kernels.softThreshold(v, 0.5, v);
  assert.equal(
    [...v].map(value => (Number.isNaN(value) ? 'NaN' : value + 0)),
    ['NaN', 0.5, -1.5, 0, 0],
  );
});
const torch = JSON.parse(readFileSync('test/fixtures/kernels.json', 'utf8')) as {
  adam: { value: number[]; grads: number[][]; after: number[][] };
  conv3x3: Record<'x' | 'w' | 'g' | 'out' | 'gx' | 'gw', number[]>;
};
for (const [name, adamStep] of [
  ['kernel', kernels.adamStep],
  ['twin', reference.adamStep],
] as const)
  elementwise(`Adam (${name}) is torch.optim.Adam`, () => {
    const value = Float32Array.from(torch.adam.value),
      m = new Float32Array(7),
      v = new Float32Array(7);
    torch.adam.grads.forEach((grad, k) => {
      adamStep(value, Float32Array.from(grad), m, v, { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, step: k + 1 });
      assert.ok(relativeError(value, torch.adam.after[k]!) <= TORCH);
    });
  });
elementwise.run();

const convolutions = suite('correlation and 3×3 convolution');
for (const [height, width, kh, kw, batch] of [
  [1, 13, 1, 4, 2],
  [1, 67, 1, 11, 1],
  [6, 9, 2, 3, 2],
  [5, 5, 5, 5, 1],
  [17, 33, 3, 1, 1],
  [4, 8, 1, 8, 3],
] as const)
  convolutions(`correlation of ${height}×${width} with ${kh}×${kw}, its adjoint and its taps equal their twins`, () => {
    const shape = { height, width, taps: [kh, kw] as [number, number], batch },
      inner = batch * (height - kh + 1) * (width - kw + 1);
    const x = normals(batch * height * width, 1),
      h = normals(kh * kw, 2),
      g = normals(inner, 3);
    for (const [run, length, args] of [
      ['correlateValid', inner, [x, h]],
      ['correlateValidAdjoint', x.length, [g, h]],
      ['correlateValidTaps', h.length, [x, g]],
    ] as const) {
      const out = normals(length, 4),
        expected = out.slice();
      kernels[run](args[0], args[1], out, shape);
      reference[run](args[0], args[1], expected, shape);
      assert.ok(relativeError(out, expected) <= CLOSE, run);
    }
  });
for (const [channelsIn, channelsOut, height, width, batch] of [
  [1, 1, 1, 1, 1],
  [3, 5, 5, 7, 2],
  [2, 4, 4, 8, 1],
  [4, 3, 3, 5, 2],
  [1, 6, 6, 33, 1],
  [5, 2, 9, 4, 1],
  [9, 10, 17, 19, 1],
] as const)
  convolutions(`3×3 convolution ${channelsIn}→${channelsOut} on ${height}×${width} and its gradients equal their twins`, () => {
    const shape = { channelsIn, channelsOut, height, width, batch },
      x = normals(batch * channelsIn * height * width, 1),
      w = normals(channelsIn * channelsOut * 9, 2),
      g = normals(batch * channelsOut * height * width, 3);
    poison();
    for (const place of [(array: Float32Array) => array, inside])
      for (const [run, length, args] of [
        ['conv3x3', g.length, [x, w]],
        ['conv3x3InputGradient', x.length, [g, w]],
        ['conv3x3WeightGradient', w.length, [x, g]],
      ] as const) {
        const out = place(normals(length, 4)),
          expected = out.slice();
        kernels[run](args[0], args[1], out, shape);
        reference[run](args[0], args[1], expected, shape);
        assert.ok(relativeError(out, expected) <= CLOSE, run);
      }
  });
convolutions('3×3 convolution and its gradients are torch.nn.functional.conv2d with padding 1', () => {
  const { x, w, g, out, gx, gw } = torch.conv3x3,
    shape = { channelsIn: 3, channelsOut: 5, height: 5, width: 7, batch: 2 };
  const f32 = (values: number[]): Float32Array => Float32Array.from(values);
  const forward = new Float32Array(out.length),
    back = new Float32Array(gx.length),
    taps = new Float32Array(gw.length);
  kernels.conv3x3(f32(x), f32(w), forward, shape);
  kernels.conv3x3InputGradient(f32(g), f32(w), back, shape);
  kernels.conv3x3WeightGradient(f32(x), f32(g), taps, shape);
  assert.ok(relativeError(forward, out) <= TORCH && relativeError(back, gx) <= TORCH && relativeError(taps, gw) <= TORCH);
});
convolutions.run();

const memory = suite("the kernels' memory");
memory('scratch releases what it made, nested and when it throws', () => {
  const at = (): number => scratch(() => temp(4).byteOffset),
    first = at();
  scratch(() => {
    temp(100);
    scratch(() => temp(100));
  });
  assert.throws(
    () =>
      scratch(() => {
        temp(50);
        throw new Error('stop');
      }),
    'stop',
  );
  assert.is(at(), first);
});
memory('alloc gives zeros, aligned, and reuses what free gave back; a second free throws', () => {
  const one = alloc(33);
  assert.is(one.byteOffset % 16, 0);
  one.fill(7);
  const offset = one.byteOffset;
  free(one);
  assert.throws(() => free(one), /expected an array of alloc/);
  const two = alloc(33);
  assert.is(two.byteOffset, offset);
  assert.ok(two.every(value => value === 0));
  free(two);
});
memory('a full arena gives ordinary arrays', () => {
  const small = arena(new WebAssembly.Memory({ initial: 1, maximum: 1 }), 1024);
  assert.ok(small.contains(small.alloc(100)));
  assert.not.ok(small.contains(small.alloc(1_000_000)));
  small.scratch(() => assert.not.ok(small.contains(small.temp(1_000_000))));
});
memory.run();
