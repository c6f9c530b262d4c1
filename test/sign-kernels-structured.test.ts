import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random } from '../src/core/random.js';
import * as kernels from '../src/kernels/index.js';
import { fourierSigns } from '../src/kernels/maps/index.js';
import * as reference from '../src/kernels/reference-signs.js';
import type { Boundary, Pattern, Shape } from '../src/types.js';
import { normals, relativeError } from './helpers.js';

/** Relative norm of the error of f32 sums against f64 ones. */
const CLOSE = 2e-6;
const { alloc, free, scratch, temp } = kernels;
/** Sizes around words and lanes. */
const sizes = [1, 3, 4, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128];
const batches = [1, 2, 7, 8, 64, 65];
const boundaries: readonly Boundary[] = ['circular', 'zero', 'reflect'];
const scale = -0.37;

type Csr = Pattern & { kind: 'csr' };
type Toeplitz = Pattern & { kind: 'toeplitz' };

/** Kernels must not read scratch that they have not written. */
const poison = (): unknown => scratch(() => temp(60_000).fill(NaN));

function bits(count: number, isNegative: (k: number) => boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 32));
  for (let k = 0; k < count; k++) if (isNegative(k)) words[k >>> 5]! |= 1 << (k & 31);
  return words;
}
function randomSigns(count: number, seed: number): Uint32Array {
  const rng = random(seed, 77);
  return bits(count, () => rng.uniform() < 0.5);
}

/** Every seventh row is empty. */
function sparse(rows: number, cols: number, density: number, seed: number): Csr {
  const rng = random(seed, 78), rowPtr = [0], colIdx: number[] = [];
  for (let i = 0; i < rows; i++) {
    if (i % 7 !== 3) for (let j = 0; j < cols; j++) if (rng.uniform() < density) colIdx.push(j);
    rowPtr.push(colIdx.length);
  }
  return { kind: 'csr', rows, cols, rowPtr: Uint32Array.from(rowPtr), colIdx: Uint32Array.from(colIdx), indices: 'stored' };
}

const faces = ['apply', 'applyAdjoint', 'applyLanes', 'applyLanesAdjoint'] as const;

/** Every face against its twin, on arrays outside the kernels' memory or inside it. */
function compare(name: string, map: kernels.SignMap, twin: kernels.SignMap, count: number, resident: boolean): void {
  assert.equal([map.inSize, map.outSize], [twin.inSize, twin.outSize]);
  for (const face of faces) {
    const [from, to] = face.endsWith('Adjoint') ? [map.outSize, map.inSize] : [map.inSize, map.outSize];
    const place = (array: Float32Array): Float32Array => {
      const copy = resident ? alloc(array.length) : array;
      copy.set(array);
      return copy;
    };
    const x = place(normals(from * count, 1)), out = place(new Float32Array(to * count).fill(NaN)), expected = new Float32Array(to * count);
    poison();
    map[face](scale, x, out, count);
    twin[face](scale, x, expected, count);
    const error = relativeError(out, expected);
    assert.ok(error <= CLOSE, `${name}, ${face} of ${count}: ${error}`);
    if (resident) [x, out].forEach(free);
  }
}

const csr = suite('sparse signs');
csr('equal their twin around word and lane boundaries, with empty rows', () => {
  for (const rows of sizes) for (const cols of sizes) {
    const pattern = sparse(rows, cols, 0.2, rows + cols), signs = randomSigns(pattern.colIdx.length, cols);
    compare(`${rows}×${cols}`, kernels.signCsr(pattern, signs), reference.signCsr(pattern, signs), 1 + (rows % 3), cols % 2 > 0);
  }
});
csr('equal their twin for any number of signals', () => {
  const pattern = sparse(33, 65, 0.3, 1), signs = randomSigns(pattern.colIdx.length, 2);
  const map = kernels.signCsr(pattern, signs), twin = reference.signCsr(pattern, signs);
  for (const count of [...batches, 3, 9, 15, 16, 17, 18, 19, 31, 33])
    for (const resident of [false, true]) compare('33×65', map, twin, count, resident);
});
csr('equal their twin on random patterns', () => {
  const size = fc.integer({ min: 1, max: 90 });
  fc.assert(fc.property(size, size, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 40 }), fc.boolean(),
    (rows, cols, density, count, resident) => {
      const pattern = sparse(rows, cols, density, count), signs = randomSigns(pattern.colIdx.length, rows);
      compare(`${rows}×${cols}`, kernels.signCsr(pattern, signs), reference.signCsr(pattern, signs), count, resident);
    }), { numRuns: 60, seed: 1 });
});
csr('rows or columns beyond 16 bits have wider indices', () => {
  for (const cols of [65536, 65537, 70001]) {
    const colIdx = Uint32Array.of(0, 3, 7, 65533, 65534, cols - 2, cols - 1);
    const pattern: Csr = { kind: 'csr', rows: 1, cols, rowPtr: Uint32Array.of(0, colIdx.length), colIdx, indices: 'stored' };
    const signs = Uint32Array.of(0b1011010);
    for (const count of [1, 3]) compare(`1×${cols}`, kernels.signCsr(pattern, signs), reference.signCsr(pattern, signs), count, false);
  }
});
csr('an empty pattern gives zeros', () => {
  const pattern: Csr = { kind: 'csr', rows: 2, cols: 3, rowPtr: new Uint32Array(3), colIdx: new Uint32Array(0), indices: 'stored' };
  const out = Float32Array.of(1, 2, 3, 4);
  kernels.signCsr(pattern, new Uint32Array(0)).apply(1, new Float32Array(6).fill(5), out, 2);
  assert.equal([...out], [0, 0, 0, 0]);
});
csr('say what they expected', () => {
  const pattern = sparse(4, 40, 1, 1), map = kernels.signCsr(pattern, new Uint32Array(4));
  assert.throws(() => kernels.signCsr(pattern, new Uint32Array(3)), 'signCsr: expected 4 words for 120 signs, got 3');
  assert.throws(() => map.apply(1, new Float32Array(40), new Float32Array(4), 2), 'signCsr: x: expected 80 numbers, got 40');
  assert.throws(() => map.applyLanes(1, new Float32Array(40), new Float32Array(5), 1), 'signCsr: out: expected 4 numbers, got 5');
  assert.throws(() => map.apply(1, new Float32Array(0), new Float32Array(0), 0), 'signCsr: expected 1 signal or more, got 0');
});
csr.run();

const convolutions = suite('signs of convolutions');
function toeplitz(shape: Shape, support: Shape, origin: Shape, boundary: Boundary, channels?: { in: number; out: number }): Toeplitz {
  return { kind: 'toeplitz', shape, support, origin, boundary, ...(channels && { channels }) };
}
function convolve(pattern: Toeplitz, count: number, resident = false): void {
  const { shape, support, channels } = pattern, taps = support.reduce((a, b) => a * b) * (channels ? channels.in * channels.out : 1);
  const signs = randomSigns(taps, taps);
  const name = `${support.join('×')} on ${shape.join('×')}, ${pattern.boundary}, ${channels?.in ?? 1}→${channels?.out ?? 1}`;
  compare(name, kernels.signToeplitz(pattern, signs), reference.signToeplitz(pattern, signs), count, resident);
}
for (const boundary of boundaries) {
  convolutions(`1-D, ${boundary}: equal their twin around word and lane boundaries`, () => {
    for (const n of sizes) for (const taps of [1, 2, 3, 4, 7, 8, 15, 17, 33]) if (taps <= n)
      convolve(toeplitz([n], [taps], [(n * taps) % taps || taps >> 1], boundary), 1 + (n % 2), n % 2 > 0);
  });
  convolutions(`1-D of many channels, ${boundary}: equal their twin`, () => {
    for (const [n, taps, into, out] of [
      [33, 15, 1, 8], [65, 15, 8, 8], [32, 15, 8, 1], [17, 4, 3, 5], [129, 6, 2, 9], [9, 9, 5, 6], [3, 2, 40, 33],
    ] as const)
      convolve(toeplitz([n], [taps], [taps >> 1], boundary, { in: into, out }), 2, n % 2 > 0);
  });
  convolutions(`2-D, ${boundary}: equal their twin with one channel and many`, () => {
    for (const [shape, support, into, out] of [
      [[1, 33], [1, 15], 1, 1], [[5, 7], [3, 2], 1, 1], [[17, 33], [9, 9], 1, 1], [[12, 3], [4, 3], 1, 1], [[1, 1], [1, 1], 1, 1],
      [[7, 33], [3, 3], 3, 9], [[6, 5], [3, 3], 9, 2], [[11, 37], [5, 5], 2, 8], [[4, 64], [2, 1], 6, 12], [[8, 9], [8, 9], 2, 3],
    ] as const) convolve(toeplitz(shape, support, support.map((k, axis) => (k - axis) >> 1), boundary, { in: into, out }), 2, into % 2 > 0);
  });
}
convolutions('equal their twin for any number of signals', () => {
  for (const count of batches) {
    convolve(toeplitz([21], [6], [1], 'reflect'), count, count % 2 > 0);
    convolve(toeplitz([37], [15], [7], 'circular', { in: 1, out: 9 }), count, count % 2 > 0);
    convolve(toeplitz([5, 9], [3, 3], [1, 1], 'zero', { in: 2, out: 2 }), count, count % 2 > 0);
  }
});
convolutions('equal their twin where tables go by groups of channels and stretches', () => {
  convolve(toeplitz([300], [31], [15], 'zero', { in: 37, out: 3 }), 1);
  convolve(toeplitz([7, 150], [5, 11], [2, 5], 'reflect', { in: 5, out: 3 }), 1);
});
convolutions('equal their twin on random shapes', () => {
  const axis = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.nat(), fc.nat()), channels = fc.integer({ min: 1, max: 6 });
  fc.assert(fc.property(fc.array(axis, { minLength: 1, maxLength: 2 }), channels, channels, fc.constantFrom(...boundaries),
    fc.integer({ min: 1, max: 4 }), (axes, into, out, boundary, count) => {
      const support = axes.map(([n, taps]) => 1 + (taps % Math.min(n, 9)));
      convolve(toeplitz(axes.map(([n]) => n), support, axes.map(([, , at], k) => at % support[k]!), boundary, { in: into, out }), count);
    }), { numRuns: 40, seed: 1 });
});
convolutions('say what they expected', () => {
  const pattern = toeplitz([9], [3], [1], 'zero', { in: 4, out: 3 });
  assert.throws(() => kernels.signToeplitz(pattern, new Uint32Array(1)), 'signToeplitz: expected 2 words for 36 signs, got 1');
  assert.throws(() => kernels.signToeplitz(pattern, new Uint32Array(2)).apply(1, new Float32Array(36), new Float32Array(9), 1),
    'signToeplitz: out: expected 27 numbers, got 9');
});
convolutions.run();

const adjoints = suite('adjoints of signs on patterns');
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
function dotTest(map: kernels.SignMap): void {
  const x = normals(2 * map.inSize, 5), y = normals(2 * map.outSize, 6), Ax = y.slice(), Ay = x.slice();
  for (const [ahead, back] of [['apply', 'applyAdjoint'], ['applyLanes', 'applyLanesAdjoint']] as const) {
    map[ahead](scale, x, Ax, 2);
    map[back](scale, y, Ay, 2);
    assert.ok(Math.abs(dot(Ax, y) - dot(x, Ay)) <= 1e-6 * Math.sqrt(dot(Ax, Ax) * dot(y, y)), ahead);
  }
}
adjoints('⟨S x, y⟩ = ⟨x, Sᴴ y⟩', () => {
  for (const [rows, cols] of [[31, 129], [200, 65]] as const) {
    const pattern = sparse(rows, cols, 0.1, rows);
    dotTest(kernels.signCsr(pattern, randomSigns(pattern.colIdx.length, 3)));
  }
  for (const boundary of boundaries) {
    dotTest(kernels.signToeplitz(toeplitz([67], [15], [4], boundary), randomSigns(15, 1)));
    dotTest(kernels.signToeplitz(toeplitz([130], [15], [7], boundary, { in: 3, out: 16 }), randomSigns(15 * 48, 2)));
    dotTest(kernels.signToeplitz(toeplitz([19, 33], [3, 5], [0, 3], boundary, { in: 6, out: 11 }), randomSigns(15 * 66, 3)));
  }
});
adjoints.run();

const binary = suite('XNOR and popcount');
/** Rows and vectors of ±1; vectors have zeros of both signs in the places of some +1. */
function binaryVectors(count: number, seed: number): Float32Array {
  const rng = random(seed, 79);
  return Float32Array.from({ length: count }, (_, k) =>
    rng.uniform() < 0.5 ? -1 - rng.uniform() : k % 5 ? rng.uniform() : k % 2 ? 0 : -0);
}
binary('packed vectors and products equal their twin around word boundaries, tail bits zero', () => {
  const shapes = [...sizes, 129, 255, 256, 257, 500, 1024].flatMap(cols =>
    [1, 2, 5, 32].flatMap(rows => (cols % 2 ? [1, 7] : [2, 8]).map(batch => ({ rows, cols, batch }))));
  for (const { rows, cols, batch } of shapes) {
    const signs = randomSigns(rows * cols, cols), S = kernels.xnorMatrix(rows, cols, signs), twin = reference.xnorMatrix(rows, cols, signs);
    const x = binaryVectors(cols * batch, cols), packed = new Uint32Array(S.words * batch).fill(2 ** 32 - 1), expectedBits = packed.slice();
    S.pack(x, packed, batch);
    twin.pack(x, expectedBits, batch);
    assert.equal([...packed], [...expectedBits], `${cols}`);
    const out = new Float32Array(rows * batch), expected = out.slice();
    S.apply(0.5, packed, out, batch);
    twin.apply(0.5, packed, expected, batch);
    assert.equal([...out], [...expected], `${rows}×${cols}, ${batch}`);
  }
});
binary('work in place in the kernels\' memory', () => {
  const S = kernels.xnorMatrix(3, 40, randomSigns(120, 1)), memory = alloc(S.words);
  const own = new Uint32Array(memory.buffer, memory.byteOffset, S.words);
  const x = binaryVectors(40, 1), outside = new Uint32Array(S.words);
  S.pack(x, own, 1);
  S.pack(x, outside, 1);
  assert.equal([...own], [...outside]);
  free(memory);
});
binary('say what they expected', () => {
  const S = kernels.xnorMatrix(3, 40, new Uint32Array(4));
  assert.throws(() => kernels.xnorMatrix(3, 40, new Uint32Array(3)), 'xnorMatrix: expected 4 words for 120 signs, got 3');
  assert.throws(() => S.pack(new Float32Array(40), new Uint32Array(3), 1), 'xnorMatrix: pack: out: expected 4 numbers, got 3');
  assert.throws(() => S.apply(1, new Uint32Array(4), new Float32Array(2), 1), 'xnorMatrix: out: expected 3 numbers, got 2');
});
binary.run();

const spectra = suite('signs in Fourier');
/** Codes −1, 0 and +1. */
const codesOf = (size: number, seed: number): number[] => {
  const rng = random(seed, 80);
  return Array.from({ length: size }, () => Math.floor(3 * rng.uniform()) - 1);
};
spectra('equal their twin to the bit around words, in place too', () => {
  for (const size of [...sizes, 2, 34, 95, 97]) for (const batch of [1, 3]) for (const resident of [false, true]) {
    const codes = codesOf(size, size), code = (k: number): number => codes[k]!, X = normals(2 * size * batch, size);
    const expected = X.slice(), out = resident ? alloc(X.length) : X.slice(), exact = -0.375;
    out.set(X);
    reference.spectrumSigns(size, code).multiply(exact, X, expected, batch);
    kernels.spectrumSigns(size, code).multiply(exact, out, out, batch);
    assert.equal([...out], [...expected], `${size}, ${batch}`);
    if (resident) free(out);
  }
});
spectra('what is left out is zero, be it infinite', () => {
  const X = Float32Array.of(Infinity, NaN, 1, 2, -Infinity, 3), out = X.slice();
  kernels.spectrumSigns(3, k => [0, -1, 0][k]!).multiply(2, X, out, 1);
  assert.equal([...out], [0, 0, -2, -4, 0, 0]);
});
spectra('say what they expected', () => {
  const S = kernels.spectrumSigns(3, () => 1);
  assert.throws(() => S.multiply(1, new Float32Array(5), new Float32Array(6), 1), 'spectrumSigns: X: expected 6 numbers, got 5');
  assert.throws(() => S.multiply(1, new Float32Array(12), new Float32Array(6), 2), 'spectrumSigns: out: expected 12 numbers, got 6');
});
spectra.run();

const witness = suite('signs on patterns beside scipy, torch and numpy');
type Products = Record<'signs' | 'x' | 'y' | 'forward' | 'adjoint', number[]>;
const fixture = JSON.parse(readFileSync('test/fixtures/sign-kernels-structured.json', 'utf8')) as {
  csr: { rows: number; cols: number; rowPtr: number[]; colIdx: number[]; batch: number } & Products;
  toeplitz: (Omit<Toeplitz, 'kind'> & Products)[];
  spectra: (Omit<Pattern & { kind: 'diagonal'; basis: 'fourier' }, 'support'> & { support: number[] } & Products)[];
  xnor: { rows: number; cols: number; batch: number } & Products;
};
const f32 = (values: number[]): Float32Array => Float32Array.from(values);
const ofSigns = (values: number[]): Uint32Array => bits(values.length, k => values[k]! < 0);
function agrees(map: kernels.SignMap, products: Products, batch: number, name: string): void {
  for (const [face, x, expected] of [['apply', products.x, products.forward], ['applyAdjoint', products.y, products.adjoint]] as const) {
    const out = new Float32Array(expected.length);
    map[face](1, f32(x), out, batch);
    // Sums of whole numbers have no rounding.
    assert.equal([...out], expected, `${name}, ${face}`);
  }
}
for (const [name, maps] of [['kernel', kernels], ['twin', reference]] as const) {
  witness(`sparse signs (${name}) are scipy's CSR products`, () => {
    const { rowPtr, colIdx, rows, cols, batch, ...products } = fixture.csr;
    const pattern: Csr = { kind: 'csr', rows, cols, rowPtr: Uint32Array.from(rowPtr), colIdx: Uint32Array.from(colIdx), indices: 'stored' };
    agrees(maps.signCsr(pattern, ofSigns(products.signs)), products, batch, 'csr');
  });
  witness(`signs of convolutions (${name}) are torch's convolutions of padded signals, and their gradients`, () => {
    for (const { signs, x, y, forward, adjoint, ...pattern } of fixture.toeplitz)
      agrees(maps.signToeplitz({ kind: 'toeplitz', ...pattern }, ofSigns(signs)), { signs, x, y, forward, adjoint }, 2,
        `${pattern.support.join('×')} on ${pattern.shape.join('×')}, ${pattern.boundary}`);
  });
  witness(`products of bits (${name}) are numpy's`, () => {
    const { rows, cols, batch, signs, x, forward } = fixture.xnor, S = maps.xnorMatrix(rows, cols, ofSigns(signs));
    const packed = new Uint32Array(S.words * batch), out = new Float32Array(rows * batch);
    S.pack(f32(x), packed, batch);
    S.apply(1, packed, out, batch);
    assert.equal([...out], forward);
  });
}
witness('signs and zeros in Fourier are numpy\'s', () => {
  for (const { signs, x, y, forward, adjoint, support, ...pattern } of fixture.spectra) {
    const map = fourierSigns({ ...pattern, kind: 'diagonal', basis: 'fourier', support: Uint8Array.from(support) }, j => signs[j]!);
    for (const [face, from, expected] of [['apply', x, forward], ['applyAdjoint', y, adjoint]] as const) {
      const out = new Float32Array(expected.length);
      map[face](1, f32(from), out, 2);
      assert.ok(relativeError(out, f32(expected)) <= CLOSE, `${pattern.form} of ${pattern.shape.join('×')}, ${face}`);
    }
  }
});
witness.run();
