import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Dataset } from '../src/types.js';
import { flat, tensor, zeros } from '../src/core/array.js';
import { random } from '../src/core/random.js';
import {
  arrayDataset, dataset, datasetNames, formatNpy, parseNpy, phantoms, piecewise, publishedSparse, sparseSpikes, turnedSlices,
} from '../datasets/index.js';

// Written by NumPy: test/fixtures/files.py.
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/files.json', import.meta.url), 'utf8'));
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

const oneLine = (pattern: RegExp) => (error: unknown): boolean =>
  (error instanceof RangeError || error instanceof TypeError) && !error.message.includes('\n') && pattern.test(error.message);

const generators: Dataset[] = [
  sparseSpikes(61, { density: 0.1, seed: 3 }), sparseSpikes(37, { density: 0.3, seed: 3, amplitude: 'sign' }),
  piecewise(53, { jumps: 4, seed: 5 }), piecewise(53, { jumps: 3, degree: 2, seed: 5 }),
];

const test = suite('datasets');


for (const data of generators) {
  const title = `${data.name} [${data.shape.join(',')}]`;
  test(`${title}: is a function of (split, index), in any order`, () => {
    const forward = [0, 1, 2, 999].map(i => flat(data.sample('test', i)));
    const backward = [999, 2, 1, 0].map(i => flat(data.sample('test', i))).reverse();
    assert.equal(forward, backward);
    const out = tensor(new Float32Array(data.shape[0]!).fill(7));
    assert.is(data.sample('test', 2, out), out);
    assert.equal(flat(out), forward[2]);
    assert.not.equal(forward[0], forward[1]);
  });

  test(`${title}: training and test signals differ, and training does not end`, () => {
    assert.not.equal(flat(data.sample('train', 1)), flat(data.sample('test', 1)));
    assert.is(data.sample('train', data.size.train - 1).size, data.shape[0]);
    assert.is(data.size.train, 2 ** 31);
    assert.is(data.size.test, 1000);
  });

  test(`${title}: refuses indices, splits and out arrays that do not fit, in one line`, () => {
    for (const index of [-1, 0.5, 1000, NaN])
      assert.throws(() => data.sample('test', index), oneLine(/expected an index from 0 to 999 in test/));
    assert.throws(() => data.sample('validation' as 'test', 0), oneLine(/expected the split train or test, got validation/));
    assert.throws(() => data.sample('test', 0, zeros([3])), oneLine(/expected out to be a contiguous/));
  });
}

test('sparse-spikes: density, mean and variance are those of Bernoulli(density) · N(0, 1)', () => {
  const data = sparseSpikes(997, { density: 0.1, seed: 8 });
  let nonzeros = 0, sum = 0, squares = 0;
  for (let i = 0; i < 200; i++) for (const value of flat(data.sample('train', i))) {
    if (value !== 0) nonzeros++;
    sum += value;
    squares += value ** 2;
  }
  const count = 997 * 200, deviation = Math.sqrt(count * 0.1);
  assert.ok(Math.abs(nonzeros - 0.1 * count) < 4 * deviation, `${nonzeros}`);
  assert.ok(Math.abs(sum) < 4 * deviation, `${sum}`);
  assert.ok(Math.abs(squares - 0.1 * count) < 8 * deviation, `${squares}`);
});

test('sparse-spikes: signs are -1, 0 and 1, both signs equally often', () => {
  const data = sparseSpikes(997, { density: 0.5, seed: 8, amplitude: 'sign' });
  let sum = 0;
  for (let i = 0; i < 50; i++) for (const value of flat(data.sample('test', i))) {
    assert.ok(value === -1 || value === 0 || value === 1);
    sum += value;
  }
  assert.ok(Math.abs(sum) < 4 * Math.sqrt(997 * 25));
});

test('another seed gives other signals', () => {
  assert.not.equal(flat(sparseSpikes(61, { seed: 1 }).sample('test', 0)), flat(sparseSpikes(61, { seed: 2 }).sample('test', 0)));
  assert.not.equal(flat(piecewise(61, { seed: 1 }).sample('test', 0)), flat(piecewise(61, { seed: 2 }).sample('test', 0)));
});

test('piecewise: has exactly its jumps; degree 2 has third differences only at them', () => {
  for (let i = 0; i < 20; i++) {
    const steps = flat(piecewise(53, { jumps: 4, seed: 5 }).sample('test', i));
    assert.is(steps.slice(1).filter((value, k) => value !== steps[k]).length, 4);
    const smooth = Float64Array.from(flat(piecewise(97, { jumps: 2, degree: 2, seed: 5 }).sample('test', i)));
    const third = smooth.slice(3).map((value, k) => value - 3 * smooth[k + 2]! + 3 * smooth[k + 1]! - smooth[k]!);
    assert.ok(third.filter(value => Math.abs(value) > 1e-5).length <= 6);
  }
  assert.ok(new Set(flat(piecewise(5, { jumps: 4, seed: 1 }).sample('test', 0))).size === 5, 'as many pieces as entries');
});

test('piecewise: a single piece is its Legendre series, whose mean is the first coefficient', () => {
  for (let index = 0; index < 5; index++) {
    const signal = flat(piecewise(1009, { jumps: 0, degree: 4, seed: 5 }).sample('test', index));
    const level = random(5, 1, index).normal();
    assert.ok(Math.abs(signal.reduce((sum, value) => sum + value, 0) / 1009 - level) < 1e-3);
  }
});

test('impossible parameters are refused in one line', () => {
  assert.throws(() => sparseSpikes(9, { density: 0 }), oneLine(/^sparse-spikes: expected 0 < density <= 1, got 0$/));
  assert.throws(() => sparseSpikes(9, { amplitude: 'half' as 'sign' }),
    oneLine(/^sparse-spikes: expected amplitude normal or sign, got half$/));
  assert.throws(() => sparseSpikes(0), oneLine(/^sparse-spikes: expected a shape of positive integers, got \[0\]$/));
  assert.throws(() => piecewise(9, { jumps: 9 }), oneLine(/^piecewise: expected 0 <= jumps < 9, got 9$/));
  assert.throws(() => piecewise(9, { degree: -1 }), oneLine(/^piecewise: expected degree/));
});

test('arrays: signals come back as they went in, copied, and stop at the count', () => {
  const train = tensor(Float32Array.from({ length: 30 }, (_, i) => i), [5, 3, 2]), last = tensor([9, 8, 7, 6, 5, 4], [1, 3, 2]);
  const data = arrayDataset({ name: 'mine', train, test: last });
  train.data.fill(0);
  assert.equal(data.shape, [3, 2]);
  assert.equal(data.size, { train: 5, test: 1 });
  assert.equal([...flat(data.sample('train', 3))], [18, 19, 20, 21, 22, 23]);
  assert.equal([...flat(data.sample('test', 0))], [9, 8, 7, 6, 5, 4]);
  assert.throws(() => data.sample('test', 1), oneLine(/^mine: expected an index from 0 to 0 in test, got 1$/));
  assert.throws(() => arrayDataset({ name: 'mine', train, test: zeros([1, 2, 3]) }), oneLine(/^mine: expected train and test/));
  assert.throws(() => arrayDataset({ name: 'mine', train: zeros([4]), test: zeros([4]) }),
    oneLine(/^mine: expected train and test/));
});

test('dataset: an author writes one loop', () => {
  const ramp = dataset({
    name: 'ramp', shape: [2, 3], size: { train: 4, test: 2 },
    fill: (split, index, out) => out.fill(split === 'test' ? -index : index),
  });
  assert.equal([...flat(ramp.sample('test', 1))], [-1, -1, -1, -1, -1, -1]);
  assert.equal(new Set(datasetNames).size, datasetNames.length);
});

for (const { name, shape, values, file } of fixture.npy) {
  test(`npy: reads ${name} [${shape.join(',')}] as NumPy wrote it`, () => {
    const array = parseNpy(bytesOf(file));
    assert.equal(array.shape, shape);
    // JSON holds what is not finite as text.
    flat(array).forEach((value, i) => assert.ok(Object.is(value, Number(values[i])), `${value} at ${i}, expected ${values[i]}`));
  });
}

test('npy: what formatNpy writes, parseNpy reads to the bit, and data start on a multiple of 64 bytes', () => {
  for (const shape of [[1], [7], [3, 5], [2, 3, 5], [100000], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
    const array = sparseSpikes(shape.reduce((a, b) => a * b, 1), { density: 1 }).sample('test', 3);
    array.data[0] = NaN;
    const bytes = formatNpy(tensor(array.data, shape)), back = parseNpy(bytes);
    assert.is((bytes.length - 4 * array.size) % 64, 0);
    assert.equal(back.shape, shape);
    assert.equal(new Uint32Array(flat(back).buffer), new Uint32Array(array.data.buffer));
  }
  const view = tensor([1, 2, 3, 4, 5, 6], [2, 3]).transpose(1, 0);
  assert.equal([...parseNpy(formatNpy(view)).data], [1, 4, 2, 5, 3, 6]);
});

test('npy: reads a part of a larger buffer, at any byte offset', () => {
  const { values, file } = fixture.npy[1], bytes = bytesOf(file), padded = new Uint8Array(bytes.length + 9);
  padded.set(bytes, 3);
  assert.equal([...flat(parseNpy(padded.subarray(3, 3 + bytes.length)))], values);
});

/** A .npy file with a header of one's choice. */
const npy = (header: string, data: number, major = 1): Uint8Array => {
  const head = Buffer.from(header, 'latin1'), length = Buffer.alloc(major === 1 ? 2 : 4);
  length.writeUIntLE(head.length, 0, length.length);
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), major, 0]);
  return Uint8Array.from(Buffer.concat([magic, length, head, Buffer.alloc(data)]));
};
const dict = (descr: string, shape: string): string => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;

const refused: [why: string, bytes: Uint8Array, expected: RegExp][] = [
  ['an object array', bytesOf(fixture.refused.object), /expected one of the dtypes .*, got "\|O"/],
  ['a structured array', bytesOf(fixture.refused.structured), /expected a header like/],
  ['text', bytesOf(fixture.refused.text), /expected one of the dtypes/],
  ['half floats', bytesOf(fixture.refused.half), /expected one of the dtypes/],
  ['an empty array', bytesOf(fixture.refused.empty), /expected at least one entry, got shape \[3,0\]/],
  ['no bytes', new Uint8Array(0), /expected a \.npy file, got 0 bytes/],
  ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0), /expected a \.npy file/],
  ['version 4', npy(dict(`'<f4'`, '(1,)'), 4, 4), /expected \.npy version 1\.0, 2\.0 or 3\.0, got 4\.0/],
  ['a header longer than the file', npy(dict(`'<f4'`, '(1,)'), 4).subarray(0, 40),
    /expected a header of 58 bytes, got 30; the file is cut off/],
  ['a header of 4 GB', Uint8Array.of(0x93, ...Buffer.from('NUMPY'), 2, 0, 255, 255, 255, 255),
    /expected a header of at most 65535 bytes, got 4294967295/],
  ['data cut off', npy(dict(`'<f4'`, '(2, 3)'), 23), /expected 24 bytes of data for shape \[2,3\] of <f4, got 23/],
  ['data too long', npy(dict(`'<f4'`, '(2, 3)'), 25), /expected 24 bytes of data/],
  ['a shape beyond all memory', npy(dict(`'<f8'`, '(999999999999999, 999999999999999)'), 8), /expected .* bytes of data/],
  ['a product of 2⁶⁴ entries', npy(dict(`'<f4'`, '(4294967296, 4294967296)'), 0), /expected .* bytes of data/],
  ['a negative axis', npy(dict(`'<f4'`, '(-1,)'), 4), /expected a header like/],
  ['a fraction', npy(dict(`'<f4'`, '(1.5,)'), 4), /expected a header like/],
  ['33 axes', npy(dict(`'<f4'`, `(${'1,'.repeat(33)})`), 4), /expected at most 32 axes, got 33/],
  ['code in place of a header', npy(`__import__('os').system('true')`, 0), /expected a header like/],
  ['an unknown byte order', npy(dict(`'!f4'`, '(1,)'), 4), /expected one of the dtypes/],
  ['no byte order for wide entries', npy(dict(`'|f4'`, '(1,)'), 4), /expected one of the dtypes/],
  ['a missing key', npy(`{'descr': '<f4', 'shape': (1,)}`, 4), /expected the header keys/],
  ['a key twice', npy(`{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}`, 4),
    /expected each header key once/],
  ['an unknown key', npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': ''}`, 4), /expected the header keys/],
  ['text behind the header', npy(`${dict(`'<f4'`, '(1,)')} x`, 4), /expected the header keys/],
  ['a header that does not end', npy(`{'descr': '<f4', `, 4), /expected a header like/],
];
for (const [why, bytes, expected] of refused)
  test(`npy: refuses ${why} in one line`, () =>
    assert.throws(() => parseNpy(bytes, 'x.npy'), oneLine(new RegExp(`^x\\.npy: ${expected.source}`))));

test('npy: truncated and damaged files never fail in another way', () => {
  const files: Uint8Array[] = fixture.npy.map(({ file }: { file: string }) => bytesOf(file));
  const flipped = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  fc.assert(fc.property(fc.constantFrom(...files), fc.nat(), flipped, (whole, cut, flips) => {
    const damaged = whole.slice(0, cut % 3 ? undefined : cut % whole.length);
    for (const [at, value] of flips) if (damaged.length) damaged[at % Math.min(damaged.length, 140)] = value;
    try { parseNpy(damaged); } catch (error) { assert.ok(oneLine(/^npy: expected /)(error), String(error)); }
  }), { seed: 17, numRuns: 3000 });
});

test('published-sparse: refuses arrays of another shape in one line', () => {
  const file = formatNpy(zeros([3, 5]));
  assert.throws(() => publishedSparse(() => file),
    oneLine(/^sparse\/alista_D_250x500\.npy: expected shape \[250,500\], got \[3,5\]$/));
});

test('published-sparse: test signals are the columns of the file, training signals are fresh', () => {
  const count = (rows: number, cols: number): Uint8Array =>
    formatNpy(tensor(Float32Array.from({ length: rows * cols }, (_, i) => i), [rows, cols]));
  const { D, signals } = publishedSparse(path => (path.includes('alista_D') ? count(250, 500) : count(500, 1000)));
  assert.is(D.get(3, 7), 3 * 500 + 7);
  assert.equal(flat(signals.sample('test', 7)), Float32Array.from({ length: 500 }, (_, row) => 1000 * row + 7));
  const fresh = flat(signals.sample('train', 7)).filter(value => value !== 0).length;
  assert.ok(fresh > 20 && fresh < 90, `${fresh}`);
});

const folder = process.env['SIGNFOLD_DATA'];
if (folder && existsSync(`${folder}/sparse`))
  test('published-sparse: unit columns, and 1,000 test signals with 10 % nonzeros', () => {
    const { D, signals } = publishedSparse(path => readFileSync(`${folder}/${path}`));
    for (let j = 0; j < 500; j++) {
      let square = 0;
      for (let i = 0; i < 250; i++) square += D.get(i, j) ** 2;
      assert.ok(Math.abs(square - 1) < 1e-6);
    }
    assert.equal(signals.size, { train: 2 ** 31, test: 1000 });
    const columns = parseNpy(readFileSync(`${folder}/sparse/alista_xtest_500x1000.npy`));
    let nonzeros = 0;
    for (const index of [0, 7, 999]) flat(signals.sample('test', index)).forEach((value, i) => {
      assert.is(value, columns.get(i, index));
      if (value) nonzeros++;
    });
    assert.ok(nonzeros > 100 && nonzeros < 200, `${nonzeros}`);
    assert.not.equal(flat(signals.sample('train', 0)), flat(signals.sample('train', 1)));
  });

test('turned slices: every second one is a symmetry of a slice, the others stay dark outside and as bright', () => {
  const side = 32, phantom = phantoms([side, side], { seed: 1 }).sample('train', 0), list = [{ name: 'p', image: tensor(flat(phantom).map(v => 255 * v), [side, side]) }];
  const slices = turnedSlices(list, { seed: 2 }), sorted = (x: Float32Array): number[] => [...x].map(v => Math.round(1e4 * v)).sort((a, b) => a - b);
  const own = sorted(flat(phantom)), kinds = { symmetric: 0, free: 0 };
  for (let i = 0; i < 40; i++) {
    const x = flat(slices.sample('train', i));
    if (sorted(x).every((value, k) => Math.abs(value - own[k]!) <= 1)) kinds.symmetric++;
    else kinds.free++;
    assert.ok(x.every(value => value >= 0 && value <= 1 + 1e-6) && x[0]! === 0);
  }
  assert.ok(kinds.symmetric > 10 && kinds.free > 10, JSON.stringify(kinds));
  assert.ok(flat(slices.sample('test', 0)).every((value, k) => Math.abs(value - flat(phantom)[k]!) < 1e-6));
  assert.throws(() => turnedSlices([{ name: 'q', image: zeros([4, 5]) }], { seed: 1 }), oneLine(/q: expected a gray image of 4 x 4/));
});

test.run();
