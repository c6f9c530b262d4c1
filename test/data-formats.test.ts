import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flat, tensor } from '../src/core/array.js';
import { cifar, deadLeaves, decodeImage, eeglab, eegMixtures, encodePng, idx, images, luma, phantoms, sheppLogan, syntheticRecording, wfdb } from '../datasets/index.js';
import { normals } from './helpers.js';

interface Entry { name: string; file: string; shape: number[]; tolerance: number; values: number[] }
const fixture = JSON.parse(readFileSync('test/fixtures/data-formats.json', 'utf8')) as {
  images: Entry[]; turned: Entry[]; eeglab: { plain: string; compressed: string; inside: string; fdt: string; data: number[] };
  published: { path: string; shape: [number, number]; sum: number }[];
};
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
const folder = process.env['SIGNFOLD_DATA'];
const oneLine = (error: Error): boolean => error instanceof RangeError && /^[^\n]+: expected [^\n]+, got [^\n]*$/.test(error.message);

const codecs = suite('image codec');
for (const { name, file, shape, tolerance, values } of fixture.images) {
  codecs(`${name}: decoded as Pillow decodes it`, () => {
    const image = decodeImage(bytesOf(file), name), own = flat(image);
    // A colour image of equal channels is gray.
    assert.equal([...image.shape], image.shape.length === 2 ? shape.slice(0, 2) : shape);
    for (let i = 0; i < own.length; i++) assert.ok(Math.abs(own[i]! - values[i * (image.shape.length < shape.length ? 3 : 1)]!) <= tolerance, `${i}: ${own[i]}`);
  });
  codecs(`${name}: cut short anywhere it is one clear line`, () => {
    const bytes = bytesOf(file);
    // Bytes after the pixels (a BMP's or TIFF's last padding) may be missing.
    for (let length = 0; length < bytes.length; length++) {
      let whole: Float32Array | undefined;
      try {
        whole = flat(decodeImage(bytes.slice(0, length), name));
      } catch (error) {
        assert.ok(oneLine(error as Error), `${length}: ${(error as Error).message}`);
      }
      if (whole) assert.equal(whole, flat(decodeImage(bytes, name)), `${length} of ${bytes.length} bytes`);
    }
  });
  codecs(`${name}: with any bytes changed it is an image or one clear line`, () => {
    const bytes = bytesOf(file);
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), changes => {
      const broken = bytes.slice();
      for (const [at, value] of changes) broken[at] = value;
      try {
        decodeImage(broken, 'broken');
      } catch (error) {
        assert.ok(oneLine(error as Error), (error as Error).message);
      }
    }), { numRuns: 120, seed: 5 });
  });
}
codecs('images are turned as their orientation tells, as Pillow turns them', () => {
  for (const { name, file, shape, tolerance, values } of fixture.turned) {
    const image = decodeImage(bytesOf(file), name);
    assert.equal([...image.shape], shape, name);
    flat(image).forEach((value, i) => assert.ok(Math.abs(value - values[i]!) <= tolerance, `${name}, ${i}: ${value}`));
  }
});
codecs('bytes that fill the place before a JPEG marker are passed over', () => {
  const { file } = fixture.images.find(({ name }) => name === 'colour jpeg')!, bytes = bytesOf(file), length = 2 + 256 * bytes[4]! + bytes[5]!;
  const filled = Uint8Array.from([...bytes.subarray(0, 2 + length), 255, 255, ...bytes.subarray(2 + length)]);
  assert.equal(flat(decodeImage(filled)), flat(decodeImage(bytes)));
});
codecs('an empty file, another format and a huge declared size are told apart before anything is allocated', () => {
  assert.throws(() => decodeImage(new Uint8Array(0), 'a.png'), /a\.png: expected a PNG, JPEG, BMP or TIFF, got an empty file/);
  assert.throws(() => decodeImage(Uint8Array.from([1, 2, 3, 4, 5]), 'b'), /got bytes 1 2 3 4/);
  const bomb = bytesOf(fixture.images[0]!.file), view = new DataView(bomb.buffer);
  view.setUint32(16, 60000);
  view.setUint32(20, 60000);
  assert.throws(() => decodeImage(bomb, 'bomb'), /bomb: expected an image of 1 to 67108864 pixels, got 60000 x 60000/);
  view.setUint32(16, 0);
  assert.throws(() => decodeImage(bomb, 'flat'), /got 0 x 60000/);
});
codecs('what encodePng writes reads back, clipped and rounded', () => {
  const image = tensor(normals(5 * 7 * 3, 1).map(value => 128 + 90 * value), [5, 7, 3]), back = decodeImage(encodePng(image));
  assert.equal(flat(back), image.data.map(value => Math.round(Math.min(255, Math.max(0, value)))));
  assert.throws(() => encodePng(tensor([NaN, 1], [1, 2])), /expected numbers, got NaN/);
  assert.ok(Math.abs(luma(image).data[4]! - (0.299 * image.data[12]! + 0.587 * image.data[13]! + 0.114 * image.data[14]!)) < 1e-4);
});
if (folder) codecs('every image of Set11, Set12 and T91 agrees with Pillow', () => {
  assert.is(fixture.published.length, 11 + 12 + 91);
  for (const { path, shape, sum } of fixture.published) {
    const image = decodeImage(readFileSync(`${folder}/${path}`), path), own = flat(image).reduce((total, value) => total + value, 0);
    assert.equal([...image.shape.slice(0, 2)], shape, path);
    assert.is(image.shape.length === 2 ? 3 * own : own, sum, path);
  }
});
else codecs.skip('every image of Set11, Set12 and T91 agrees with Pillow: set SIGNFOLD_DATA', () => {});

const formats = suite('data formats');
for (const kind of ['plain', 'compressed', 'inside'] as const) formats(`EEGLAB, ${kind} header: labels, rate and samples as SciPy wrote them`, () => {
  const { labels, rate, data } = eeglab(bytesOf(fixture.eeglab[kind]), kind === 'inside' ? undefined : bytesOf(fixture.eeglab.fdt));
  assert.equal(labels, ['Cz', 'EOG1', 'O2']);
  assert.is(rate, 128);
  assert.equal([...data.shape], [3, 8]);
  assert.equal(data.data, Float32Array.from(fixture.eeglab.data));
});
formats('EEGLAB: a missing or short .fdt, a cut or broken .set are one clear line', () => {
  const set = bytesOf(fixture.eeglab.plain), fdt = bytesOf(fixture.eeglab.fdt);
  assert.throws(() => eeglab(set), /its samples are in x\.fdt; give its bytes too/);
  assert.throws(() => eeglab(set, fdt.slice(4)), /expected 96 bytes of samples, got 92/);
  for (const whole of [set, bytesOf(fixture.eeglab.compressed)]) {
    for (let length = 0; length < whole.length; length += 7) {
      try {
        eeglab(whole.slice(0, length), fdt);
      } catch (error) {
        assert.ok(oneLine(error as Error) || error instanceof TypeError, `${length}: ${(error as Error).message}`);
      }
    }
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), changes => {
      const broken = whole.slice();
      for (const [at, value] of changes) broken[at] = value;
      try {
        eeglab(broken, fdt);
      } catch (error) {
        assert.ok(oneLine(error as Error) || error instanceof TypeError, (error as Error).message);
      }
    }), { numRuns: 300, seed: 6 });
  }
});
const header = 'rec 2 360 4\nrec.dat 212 200(10) 11 0 995 6 0 MLII\nrec.dat 212 100 11 0 -3 -10 0 V5\n';
/** Samples 995, −3, −990, 5, 0, −12, 1, 0 in pairs of 12 bits. */
const packed = ((values: number[]): Uint8Array => {
  const out = new Uint8Array(12);
  for (let i = 0; i < 8; i += 2) {
    const [a, b] = [values[i]! & 0xfff, values[i + 1]! & 0xfff];
    out.set([a & 255, (a >> 8) | ((b >> 8) << 4), b & 255], 1.5 * i);
  }
  return out;
})([995, -3, -990, 5, 0, -12, 1, 0]);
formats('WFDB 212: 12-bit two\'s complement, gain and baseline; checksum and first value are verified', () => {
  const { rate, labels, data } = wfdb(header, packed);
  assert.is(rate, 360);
  assert.equal(labels, ['MLII', 'V5']);
  assert.equal([...data.data].map(value => Math.round(1000 * value) / 1000), [4.925, -5, -0.05, -0.045, -0.03, 0.05, -0.12, 0]);
  assert.throws(() => wfdb(header.replace(' 6 0 MLII', ' 7 0 MLII'), packed), /expected a checksum of 7 in MLII, got 6/);
  assert.throws(() => wfdb(header.replace('995', '996'), packed), /expected a first value of 996 in MLII, got 995/);
  assert.throws(() => wfdb(header, packed.slice(1)), /expected 12 bytes of samples, got 11/);
  assert.throws(() => wfdb(header.replaceAll('212', '16'), packed), /expected format 212, got "16"/);
  assert.throws(() => wfdb('', packed), /expected 1 to 256 signals/);
  assert.throws(() => wfdb('rec 2 360 99999999999\n', packed), /expected a number of samples/);
});
formats('idx and CIFAR batches: shapes, values, and one clear line for anything else', () => {
  const small = Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]);
  assert.equal([...idx(small).shape], [2, 3]);
  assert.is(idx(small).get(1, 2), 255);
  for (let length = 0; length < small.length; length++) assert.throws(() => idx(small.slice(0, length)), oneLine);
  assert.throws(() => idx(Uint8Array.from([0x1f, 0x8b, 8, 0])), /got gzip; decompress it first/);
  const batch = new Uint8Array(2 * 3073).fill(7);
  assert.equal([...cifar(batch).images.shape], [2, 3, 32, 32]);
  assert.throws(() => cifar(batch.slice(1)), /expected records of 3073 bytes/);
  assert.throws(() => cifar(batch.fill(10)), /expected labels below 10, got 10 in record 0/);
});
if (folder) formats('the published recordings and sets are read whole', () => {
  const { labels, rate, data } = eeglab(readFileSync(`${folder}/signal/eeglab/eeglab_data.set`), readFileSync(`${folder}/signal/eeglab/eeglab_data.fdt`));
  assert.is(rate, 128);
  assert.equal([...data.shape], [32, 30504]);
  assert.equal(labels.slice(0, 3), ['FPz', 'EOG1', 'F3']);
  const record = wfdb(readFileSync(`${folder}/signal/ecg/100.hea`, 'utf8'), readFileSync(`${folder}/signal/ecg/100.dat`));
  assert.equal([...record.data.shape], [2, 650000]);
  assert.ok(Math.abs(record.data.get(0, 0) - (995 - 1024) / 200) < 1e-6);
  assert.equal([...idx(gunzipSync(readFileSync(`${folder}/mnist/t10k-images-idx3-ubyte.gz`))).shape], [10000, 28, 28]);
  assert.equal([...cifar(gunzipSync(readFileSync(`${folder}/cifar10/test_first1000.bin.gz`))).images.shape], [1000, 3, 32, 32]);
});
else formats.skip('the published recordings and sets are read whole: set SIGNFOLD_DATA', () => {});

const generators = suite('generated images and recordings');
generators('patches are pure in their index, in range, and refuse small images', () => {
  const list = [{ name: 'a', image: deadLeaves([40, 31], 1) }, { name: 'b', image: deadLeaves([23, 60], 2) }], data = images(list, { patch: 21, augment: true, seed: 4 });
  const one = data.sample('train', 77).data;
  assert.equal(data.sample('train', 77).data, one);
  assert.not.equal(data.sample('train', 78).data, one);
  for (let i = 0; i < 50; i++) assert.ok(data.sample('train', i).data.every(value => value >= 0 && value <= 1));
  assert.throws(() => images(list, { patch: 24, seed: 1 }), /b: expected a gray image of at least 24 x 24, got \[23,60\]/);
});
generators('dead leaves cover the image with edges and many grays', () => {
  const { data } = deadLeaves([64, 50], 3), grays = new Set(data.map(Math.round));
  assert.ok(grays.size > 60 && data.every(value => value >= 0 && value <= 255));
});
generators('the Shepp-Logan phantom has its published grays, and random phantoms stay inside the circle', () => {
  const n = 101, head = sheppLogan(n);
  assert.is(head.get(50, 50), Math.fround(0.2));
  assert.is(head.get(2, 2), 0);
  assert.ok(Math.abs(Math.max(...head.data) - 1) < 1e-6);
  const sample = phantoms([33, 33], { seed: 2 }).sample('train', 5);
  assert.is(sample.get(0, 0), 0);
  assert.ok(sample.data.some(value => value > 0.1) && sample.data.every(value => value >= 0 && value <= 1));
});
generators('EEG mixtures have the stated power ratio and unit variance', () => {
  for (const snrDb of [-7, 2]) {
    const data = eegMixtures(syntheticRecording({ seed: 3 }), { length: 512, snrDb: [snrDb, snrDb], seed: 1 }), x = data.sample('test', 4).data, y = x.slice();
    data.disturb!('test', 4, y);
    const power = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);
    assert.ok(Math.abs(10 * Math.log10(power(x) / power(y.map((value, i) => value - x[i]!))) - snrDb) < 1e-3);
    assert.ok(Math.abs(power(y) / 512 - 1) < 1e-3);
  }
});
codecs.run();
formats.run();
generators.run();
