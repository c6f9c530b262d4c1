// Files that say one thing and hold another: too little, far too much, or what the codecs beneath would take for something else.
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flat, sizeOf } from '../src/core/array.js';
import { decodeImage, eeglab, eegMixtures, syntheticRecording } from '../datasets/index.js';

const megabytes = 2 ** 20;
/** 128 MB of zeros in 128 kB. */
const bomb = deflateSync(new Uint8Array(128 * megabytes));
/** A refusal in one line that comes before the bomb could be inflated whole. */
function refusedEarly(run: () => unknown, message: RegExp): void {
  const before = process.memoryUsage().rss;
  assert.throws(run, (error: Error) => error instanceof RangeError && !error.message.includes('\n') && message.test(error.message));
  assert.ok(process.memoryUsage().rss - before < 100 * megabytes);
}

interface Png { width?: number; height?: number; depth?: number; colour?: number; interlace?: number; stream: Uint8Array; before?: [string, Uint8Array][] }
function png({ width = 4, height = 3, depth = 8, colour = 0, interlace = 0, stream, before = [] }: Png): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length);
    out.write(type, 4, 'latin1');
    out.set(data, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
    return out;
  };
  const chunks = [['IHDR', header], ...before, ['IDAT', stream], ['IEND', new Uint8Array(0)]] as [string, Uint8Array][];
  return Uint8Array.from(Buffer.concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks.map(([type, data]) => chunk(type, data))]));
}
/** Rows of 4 pixels, each after its filter byte. */
const rows = Uint8Array.from({ length: 15 }, (_, i) => (i % 5 ? 10 * i : 0)), gray = Float32Array.from(rows).filter((_, i) => i % 5);

const pngs = suite('PNG files that do not hold what they declare');
pngs('too few pixels, by a row or by a byte, and too many are refused', () => {
  assert.equal(flat(decodeImage(png({ stream: deflateSync(rows) }))), gray);
  for (const length of [14, 11, 10, 0]) assert.throws(() => decodeImage(png({ stream: deflateSync(rows.subarray(0, length)) }), 'a'), `a: expected 15 bytes of pixels, got ${length}`);
  assert.throws(() => decodeImage(png({ stream: deflateSync(Uint8Array.of(...rows, 7)) }), 'a'), 'a: expected 15 bytes of pixels, got more');
});
pngs('a bomb among the pixels is refused early; a colour profile, which may be another, is not inflated', () => {
  refusedEarly(() => decodeImage(png({ stream: bomb }), 'a'), /^a: expected 15 bytes of pixels, got more$/);
  const broken = Buffer.from('profile\0\0no zlib stream', 'latin1');
  assert.equal(flat(decodeImage(png({ stream: deflateSync(rows), before: [['iCCP', broken]] }))), gray);
});
pngs('a palette that a colour image only suggests is not applied, a missing one is refused', () => {
  const image = { width: 1, height: 2, stream: deflateSync(Uint8Array.of(0, 1, 2, 3, 0, 0, 1, 0)) };
  assert.equal(flat(decodeImage(png({ ...image, colour: 2, before: [['PLTE', Uint8Array.of(9, 9, 9, 8, 8, 8)]] }))), Float32Array.of(1, 2, 3, 0, 1, 0));
  assert.throws(() => decodeImage(png({ stream: deflateSync(rows), colour: 3 }), 'a'), 'a: expected palette indices below 0, got 10');
});
pngs('interlaced pixels are counted pass by pass; what the decoder misreads is refused', () => {
  // A 3 x 2 image has pixels in the first, fourth, sixth and seventh pass: (0,0), (0,2), (0,1), and the second row.
  const passes = Uint8Array.of(0, 11, 0, 13, 0, 12, 0, 21, 22, 23), image = { width: 3, height: 2, interlace: 1 };
  assert.equal(flat(decodeImage(png({ ...image, stream: deflateSync(passes) }))), Float32Array.of(11, 12, 13, 21, 22, 23));
  assert.throws(() => decodeImage(png({ ...image, stream: deflateSync(passes.subarray(1)) }), 'a'), 'a: expected 10 bytes of pixels, got 9');
  assert.throws(() => decodeImage(png({ ...image, depth: 1, stream: deflateSync(passes) }), 'a'), 'a: expected an interlaced PNG of at least 8 bits, got 1');
  assert.throws(() => decodeImage(png({ depth: 4, colour: 2, stream: deflateSync(rows) }), 'a'), /expected a PNG of a known colour type and depth, got type 2 of 4 bits/);
});

type Tags = Record<number, number[]>;
/** A little- or big-endian TIFF of LONG entries: 4 × 3 gray pixels of 8 bits in one strip unless told otherwise. */
function tiff(strips: Uint8Array[], tags: Tags = {}, little = true): Uint8Array {
  const places: Tags = tags[324] ? {} : { 273: strips.map(() => 0), 279: strips.map(strip => strip.length) };
  const all: Tags = { 256: [4], 257: [3], 258: [8], 259: [1], 262: [1], 277: [1], ...places, ...tags };
  const entries = Object.entries(all), values = 8 + 2 + 12 * entries.length + 4;
  const out = Buffer.alloc(values + 4 * entries.reduce((sum, [, list]) => sum + (list.length > 1 ? list.length : 0), 0));
  const u16 = (value: number, at: number): number => (little ? out.writeUInt16LE(value, at) : out.writeUInt16BE(value, at));
  const u32 = (value: number, at: number): number => (little ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at));
  out.write(little ? 'II' : 'MM');
  u16(42, 2);
  u32(8, 4);
  u16(entries.length, 8);
  let free = values;
  entries.forEach(([tag, list], i) => {
    const at = 10 + 12 * i, offsets = tag === '273' || tag === '324';
    u16(Number(tag), at);
    u16(4, at + 2);
    u32(list.length, at + 4);
    if (list.length > 1) u32(free, at + 8);
    list.forEach((value, k) => u32(offsets ? out.length + strips.slice(0, k).reduce((sum, s) => sum + s.length, 0) : value, list.length > 1 ? free + 4 * k : at + 8));
    if (list.length > 1) free += 4 * list.length;
  });
  return Uint8Array.from(Buffer.concat([out, ...strips]));
}
const pixels = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
/** Literals alone, of 9 bits, as few as leave the width at that. */
const lzw = (bytes: Uint8Array): Uint8Array => {
  const bits = [256, ...bytes, 257].map(code => code.toString(2).padStart(9, '0')).join('');
  return Uint8Array.from(bits.match(/.{1,8}/g)!, byte => parseInt(byte.padEnd(8, '0'), 2));
};
const packBits = (bytes: Uint8Array): Uint8Array => (bytes.length ? Uint8Array.of(bytes.length - 1, ...bytes) : new Uint8Array(0));
const compressions: [string, number, (bytes: Uint8Array) => Uint8Array][] =
  [['uncompressed', 1, bytes => bytes], ['LZW', 5, lzw], ['deflate', 8, deflateSync], ['PackBits', 32773, packBits]];

const tiffs = suite('TIFF files that do not hold what they declare');
for (const [name, compression, encode] of compressions) tiffs(`${name}: whole strips are read, a short one is refused`, () => {
  const own = { 259: [compression], 278: [2] };
  assert.equal(flat(decodeImage(tiff([encode(pixels.subarray(0, 8)), encode(pixels.subarray(8))], own))), Float32Array.from(pixels));
  for (const [first, second] of [[7, 4], [8, 3], [0, 4]] as const)
    assert.throws(() => decodeImage(tiff([encode(pixels.subarray(0, first)), encode(pixels.subarray(8, 8 + second))], own), 'a'),
      first < 8 ? `a: expected 8 bytes of pixels in a TIFF strip, got ${first}` : 'a: expected 4 bytes of pixels in a TIFF strip, got 3');
  assert.throws(() => decodeImage(tiff([encode(pixels.subarray(0, 8))], own), 'a'), 'a: expected 2 TIFF strips, got 1 and 1 lengths');
});
tiffs('a bomb is refused early', () =>
  refusedEarly(() => decodeImage(tiff([bomb], { 259: [8] }), 'a'), /^a: expected 12 bytes of pixels in a TIFF strip, got more$/));
tiffs('16 bits are read in full, in either byte order, and from a Buffer that is part of a larger one', () => {
  const values = Uint16Array.from({ length: 12 }, (_, i) => 5461 * i + 100), expected = Float32Array.from(values, value => value / 257);
  for (const little of [true, false]) {
    const strip = Buffer.alloc(24);
    values.forEach((value, i) => (little ? strip.writeUInt16LE(value, 2 * i) : strip.writeUInt16BE(value, 2 * i)));
    const file = tiff([strip], { 258: [16] }, little), inside = Buffer.concat([Buffer.alloc(5), file]).subarray(5);
    for (const bytes of [file, inside]) assert.ok(flat(decodeImage(bytes)).every((value, i) => Math.abs(value - expected[i]!) < 1e-4));
  }
});
tiffs('tiles, white as zero, 4-bit gray and 16-bit colour', () => {
  const tile = (from: number, to: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => (i % 4 < to - from && i < 12 ? pixels[4 * Math.floor(i / 4) + from + (i % 4)]! : 99));
  assert.equal(flat(decodeImage(tiff([tile(0, 4)], { 322: [4], 323: [4], 324: [0], 325: [16] }))), Float32Array.from(pixels));
  const wide = tiff([tile(0, 4), Uint8Array.from({ length: 16 }, (_, i) => i)], { 256: [6], 322: [4], 323: [4], 324: [0, 0], 325: [16, 16] });
  assert.equal(flat(decodeImage(wide)).slice(0, 12), Float32Array.of(0, 20, 40, 60, 0, 1, 80, 100, 120, 140, 4, 5));
  assert.equal(flat(decodeImage(tiff([pixels], { 262: [0] }))), Float32Array.from(pixels, value => 255 - value));
  assert.equal(flat(decodeImage(tiff([Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89, 0xab)], { 258: [4] }))), Float32Array.from({ length: 12 }, (_, i) => 17 * i));
  const colour = tiff([Uint8Array.of(0, 0, 1, 1, 255, 255)], { 256: [1], 257: [1], 258: [16, 16, 16], 262: [2], 277: [3] });
  assert.equal(flat(decodeImage(colour)), Float32Array.of(0, 1, 255));
});
tiffs('what would come out black or garbled is refused', () => {
  for (const [tags, message] of [
    [{ 259: [50000] }, 'a: expected TIFF compression none, LZW, deflate, PackBits or JPEG, got 50000'],
    [{ 262: [5] }, 'a: expected a gray, palette or colour TIFF, got photometric interpretation 5'],
    [{ 258: [32], 339: [3] }, 'a: expected TIFF samples of 1, 2, 4, 8 or 16 bits, unsigned, got 32 bits of format 3'],
    [{ 259: [8], 317: [3] }, 'a: expected a TIFF of fill order 1 and predictor 1, or 2 from 8 bits, got 1 and 3'],
    [{ 262: [3], 320: [1, 2, 3] }, 'a: expected a TIFF palette of 768 numbers, got 3'],
    [{ 262: [2], 277: [3], 273: [0, 0, 0], 279: [4, 4, 4] }, 'a: expected 1 TIFF strips, got 3 and 3 lengths'],
    [{ 256: [1], 257: [1], 258: [8, 8, 8], 262: [2], 277: [3], 284: [2] }, 'a: expected a TIFF with the samples of a pixel side by side, got planar configuration 2'],
    [{ 322: [65535], 323: [65535], 324: [0], 325: [12] }, 'a: expected an image of 1 to 67108864 pixels, got 65535 x 65535'],
  ] as [Tags, string][]) assert.throws(() => decodeImage(tiff([pixels], tags), 'a'), message);
});
tiffs('a directory of many entries that name the whole file costs no memory', () => {
  const entries = Array.from({ length: 4000 }, (_, i) => i + 1000), large = Buffer.alloc(2 ** 20), start = 8;
  large.write('II*\0', 'latin1');
  large.writeUInt32LE(start, 4);
  large.writeUInt16LE(entries.length, start);
  entries.forEach((tag, i) => {
    const at = start + 2 + 12 * i;
    large.writeUInt16LE(tag, at);
    large.writeUInt16LE(1, at + 2);
    large.writeUInt32LE(2 ** 20, at + 4);
  });
  refusedEarly(() => decodeImage(large, 'a'), /^a: expected an image of 1 to 67108864 pixels, got 0 x 0$/);
});

const recordings = suite('recordings that do not hold what they declare');
const { eeglab: fixture } = JSON.parse(readFileSync('test/fixtures/data-formats.json', 'utf8')) as { eeglab: { plain: string; fdt: string } };
const set = Uint8Array.from(Buffer.from(fixture.plain, 'base64')), fdt = Uint8Array.from(Buffer.from(fixture.fdt, 'base64'));
recordings('a number of channels that the samples do not bear out is refused before labels are made', () => {
  const many = set.slice(), three = Buffer.alloc(8);
  three.writeDoubleLE(3);
  new DataView(many.buffer).setFloat64(Buffer.from(many.buffer).indexOf(three), 2 ** 31 - 1, true);
  assert.throws(() => eeglab(many, fdt, 'a'), 'a: expected 68719476704 bytes of samples, got 96');
});
/** A MAT-file of one compressed element. */
const compressed = (stream: Uint8Array): Uint8Array => {
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(15);
  tag.writeUInt32LE(stream.length, 4);
  return Uint8Array.from(Buffer.concat([set.subarray(0, 128), tag, stream]));
};
recordings('a compressed variable longer than its tag says, or than the limit, is refused early', () => {
  refusedEarly(() => eeglab(compressed(bomb), fdt, 'a'), /^a: expected a compressed variable of 8 bytes, got more$/);
  const large = deflateSync(Uint8Array.of(14, 0, 0, 0, 0, 0, 0, 0x41, 1, 2, 3));
  refusedEarly(() => eeglab(compressed(large), fdt, 'a'), /^a: expected compressed variables of at most 1073741824 bytes, got 1090519048$/);
});
recordings('channels of different lengths are refused', () => {
  const { eeg, eog } = syntheticRecording({ samples: 4096, seed: 3 }), options = { length: 512, snrDb: [0, 0] as const, seed: 1 };
  const message = 'eegMixtures: expected EEG and EOG channels of 4096 samples, got one of 4000';
  assert.throws(() => eegMixtures({ eeg, eog: [eog[0]!, eog[1]!.slice(0, 4000)] }, options), message);
  assert.throws(() => eegMixtures({ eeg: [eeg[0]!, eeg[1]!.slice(0, 4000)], eog }, options), message);
  assert.is(sizeOf(eegMixtures({ eeg, eog }, options).shape), 512);
});
pngs.run();
tiffs.run();
recordings.run();
