import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry } from '../src/core/safetensors.js';

// Written with struct and json from the format's description: test/fixtures/files.py.
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/files.json', import.meta.url), 'utf8')).safetensors;
const witness = Uint8Array.from(Buffer.from(fixture.file, 'base64'));

const oneLine = (pattern: RegExp) => (error: unknown): boolean =>
  (error instanceof RangeError || error instanceof TypeError) && !error.message.includes('\n') && pattern.test(error.message);

/** A file with a header of one's choice. */
const file = (header: string | Uint8Array, data = 0): Uint8Array => {
  const head = Buffer.from(header as string), length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return Uint8Array.from(Buffer.concat([length, head, Buffer.alloc(data)]));
};
const entry = (dtype: unknown, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

const everyDtype: Record<string, SafetensorsEntry> = {
  bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) },
  flags: { dtype: 'BOOL', shape: [5], data: Uint8Array.of(0, 1, 1, 0, 1) },
  'layer 1/"W"': { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1.5, -0, NaN, 3e38, 1e-45, Infinity) },
  doubles: { dtype: 'F64', shape: [2], data: Float64Array.of(Math.PI, -5e-324) },
  half: { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) },
  brain: { dtype: 'BF16', shape: [1], data: Uint16Array.of(0x3f80) },
  words: { dtype: 'U32', shape: [3, 1], data: Uint32Array.of(2 ** 32 - 1, 0, 7) },
  small: { dtype: 'I16', shape: [2], data: Int16Array.of(-32768, 32767) },
  long: { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 63n)) },
  none: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
  λ: { dtype: 'I8', shape: [1], data: Int8Array.of(-128) },
};

const test = suite('safetensors');

test('reads a file written by hand in Python: names with escapes, a scalar, an empty tensor, tensors out of order', () => {
  const { tensors, metadata } = decodeSafetensors(witness);
  assert.equal(Object.keys(tensors).sort(), ['layers.0 "w"\n', 'mask', 'none', 'step']);
  assert.equal([...tensors['layers.0 "w"\n']!.data], fixture.weights);
  assert.equal(tensors['layers.0 "w"\n']!.shape, [3, 5]);
  assert.equal(tensors['mask']!.data, Uint32Array.of(1, 2 ** 32 - 1));
  assert.equal(tensors['step']!.data, BigInt64Array.of(-5n));
  assert.equal(tensors['none'], { dtype: 'F64', shape: [0, 4], data: new Float64Array(0) });
  assert.equal({ ...metadata }, { format: 'by hand', naïve: 'λ = 0.5' });
});

test('what it writes it reads back to the bit, every dtype', () => {
  const bytes = encodeSafetensors(everyDtype, { preset: 'learned-ista', '__proto__ ': '"\n' });
  const { tensors, metadata } = decodeSafetensors(bytes);
  assert.equal(Object.keys(tensors).sort(), Object.keys(everyDtype).sort());
  for (const [name, { dtype, shape, data }] of Object.entries(everyDtype)) {
    assert.is(tensors[name]!.dtype, dtype);
    assert.equal(tensors[name]!.shape, shape);
    assert.equal(Buffer.from(tensors[name]!.data.buffer), Buffer.from(data.buffer));
    assert.is(tensors[name]!.data.constructor, data.constructor);
  }
  assert.equal({ ...metadata }, { preset: 'learned-ista', '__proto__ ': '"\n' });
});

test('the file follows the format: header padded with spaces to 8 bytes, every tensor aligned, nothing between them', () => {
  const bytes = encodeSafetensors(everyDtype), view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true)), text = Buffer.from(bytes.subarray(8, 8 + length)).toString();
  assert.is(length % 8, 0);
  assert.match(text, /^\{.*\} *$/);
  const ranges = Object.entries(JSON.parse(text)).map(([name, value]) => {
    const [begin, end] = (value as { data_offsets: [number, number] }).data_offsets;
    assert.is(begin % everyDtype[name]!.data.BYTES_PER_ELEMENT, 0, name);
    return [begin, end] as const;
  }).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  assert.is(ranges.reduce((at, [begin, end]) => (assert.is(begin, at), end), 0), bytes.length - 8 - length);
});

test('an array that is a view of a larger one is written alone, and files are read at any byte offset', () => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3), bytes = encodeSafetensors({ x: { dtype: 'F32', shape: [2], data } });
  const padded = new Uint8Array(bytes.length + 5);
  padded.set(bytes, 3);
  assert.equal(decodeSafetensors(padded.subarray(3, 3 + bytes.length)).tensors['x']!.data, Float32Array.of(1, 2));
  // The bytes that node:fs gives; their slice method does not copy.
  const fromDisk = Buffer.from(bytes), { data: copy } = decodeSafetensors(fromDisk).tensors['x']!;
  fromDisk.fill(0);
  assert.equal(copy, Float32Array.of(1, 2));
});

test('tensors and metadata named like parts of every object are plain names', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const tensors = Object.fromEntries(
    names.map((name, i) => [name, { dtype: 'U8', shape: [1], data: Uint8Array.of(i) } as const]));
  const back = decodeSafetensors(encodeSafetensors(tensors, Object.fromEntries(names.map(name => [name, name]))));
  assert.equal(Object.keys(back.tensors), names);
  names.forEach((name, i) => { assert.is(back.tensors[name]!.data[0], i); assert.is(back.metadata[name], name); });
  assert.is(({} as Record<string, unknown>)['dtype'], undefined);
  assert.is(decodeSafetensors(file('{}')).tensors['constructor'], undefined);
});

test('an empty tensor may share its begin with another, in either order', () => {
  const some = entry('U8', [2], [0, 2]), none = entry('U8', [0], [0, 0]);
  for (const header of [`{"a":${some},"b":${none}}`, `{"b":${none},"a":${some}}`])
    assert.is(decodeSafetensors(file(header, 2)).tensors['b']!.data.length, 0);
});

test('refuses to write what cannot be read back, in one line', () => {
  const data = Float32Array.of(1, 2);
  assert.throws(() => encodeSafetensors({ x: { dtype: 'F32', shape: [3], data } }),
    oneLine(/^safetensors: expected "x" to have the entries of \[3\], got 2$/));
  assert.throws(() => encodeSafetensors({ x: { dtype: 'F64', shape: [2], data } }),
    oneLine(/expected "x" as Float64Array for F64, got Float32Array/));
  assert.throws(() => encodeSafetensors({ x: { dtype: 'F31' as 'F32', shape: [2], data } }), oneLine(/expected a dtype among/));
  assert.throws(() => encodeSafetensors({ __metadata__: { dtype: 'F32', shape: [2], data } }),
    oneLine(/other than __metadata__/));
  assert.throws(() => encodeSafetensors({}, { k: 3 as unknown as string }),
    oneLine(/expected metadata "k" to be a string, got 3/));
});

const one = entry('U8', [2], [0, 2]);
const refused: [why: string, bytes: Uint8Array, expected: RegExp][] = [
  ['no bytes', new Uint8Array(0), /at least 8 bytes, got 0/],
  ['a header longer than the file', file('{}').subarray(0, 9), /a header of at most 1 bytes, got 2/],
  ['a header of 2⁶⁴ − 1 bytes', new Uint8Array(99).fill(255), /a header of at most 91 bytes/],
  ['a header that is not JSON', file('{"a":'), /a JSON header of 5 bytes/],
  ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)), /a JSON header of 4 bytes/],
  ['a byte-order mark', file('\ufeff{}'), /a JSON header/],
  ['a header nested without end', file('['.repeat(200000)), /a JSON header/],
  ['an array for a header', file('[]'), /the header to be a JSON object, got \[\]/],
  ['null for a header', file('null'), /the header to be a JSON object/],
  ['a number for a tensor', file('{"a":3}'), /"a" to be an object, got 3/],
  ['an unknown dtype', file(`{"a":${entry('F31', [1], [0, 4])}}`, 4), /a dtype among .* for "a", got "F31"/],
  ['a dtype named like a method', file(`{"a":${entry('toString', [1], [0, 4])}}`, 4), /a dtype among/],
  ['a missing shape', file('{"a":{"dtype":"U8","data_offsets":[0,2]}}', 2),
    /a shape of nonnegative integers for "a", got undefined/],
  ['a negative axis', file(`{"a":${entry('U8', [-2], [0, 2])}}`, 2), /a shape of nonnegative integers/],
  ['a fraction of an axis', file(`{"a":${entry('U8', [1.5], [0, 2])}}`, 2), /a shape of nonnegative integers/],
  ['text for a shape', file(`{"a":${entry('U8', ['2'], [0, 2])}}`, 2), /a shape of nonnegative integers/],
  ['three offsets', file(`{"a":${entry('U8', [2], [0, 2, 2])}}`, 2), /data_offsets \[begin, end\] for "a"/],
  ['offsets that run backwards', file(`{"a":${entry('U8', [2], [2, 0])}}`, 2), /data_offsets/],
  ['negative offsets', file(`{"a":${entry('U8', [2], [-2, 0])}}`, 2), /data_offsets/],
  ['a range that is not the shape\'s', file(`{"a":${entry('F32', [3], [0, 8])}}`, 8), /12 bytes for "a", F32 \[3\], got 8/],
  ['a shape whose product overflows to its range',
    file(`{"a":${entry('U8', [2 ** 32, 2 ** 32], [0, 0])}}`), /fewer than 2\^53 bytes for "a"/],
  ['overflow hidden by a zero', file(`{"a":${entry('U8', [...Array(40).fill(2 ** 50), 0], [0, 0])}}`),
    /fewer than 2\^53 bytes for "a"/],
  ['offsets behind the end', file(`{"a":${entry('U8', [9], [0, 9])}}`, 2), /9 bytes of data, got 2/],
  ['bytes left over', file(`{"a":${one}}`, 3), /2 bytes of data, got 3/],
  ['a hole', file(`{"a":${one},"b":${entry('U8', [1], [3, 4])}}`, 4), /the data of "b" to begin at 2, got 3/],
  ['an overlap', file(`{"a":${one},"b":${entry('U8', [2], [1, 3])}}`, 3), /the data of "b" to begin at 2, got 1/],
  ['two tensors on the same bytes', file(`{"a":${one},"b":${one}}`, 2), /the data of "b" to begin at 2, got 0/],
  ['a tensor name twice', file(`{"a":${one},"\\u0061" : ${one}}`, 2), /each key once, got "a" twice/],
  ['a dtype twice', file('{"a":{"dtype":"U8","dtype":"I8","shape":[2],"data_offsets":[0,2]}}', 2),
    /each key once, got "dtype" twice/],
  ['metadata that are not an object', file('{"__metadata__":"a"}'), /"__metadata__" to be an object/],
  ['metadata that are not text', file('{"__metadata__":{"a":1}}'), /metadata "a" to be a string, got 1/],
  ['a name with line breaks', file('{"a\\nb\\u2028":3}'), /"a\\nb\?" to be an object/],
];
for (const [why, bytes, expected] of refused)
  test(`refuses ${why} in one line`, () =>
    assert.throws(() => decodeSafetensors(bytes), oneLine(new RegExp(`^safetensors: expected ${expected.source}`))));

test('a name of 20 MB is cut short in the message', () => {
  const huge = file(`{${JSON.stringify('\\"'.repeat(5e6))}:3}`);
  assert.throws(() => decodeSafetensors(huge), oneLine(/^safetensors: expected .{1,250}$/));
});

test('truncated and damaged files never fail in another way, and none that lost bytes is read', () => {
  const files = [witness, encodeSafetensors(everyDtype, { a: 'b' })];
  const flipped = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  fc.assert(fc.property(fc.constantFrom(...files), fc.nat(), flipped, (whole, cut, flips) => {
    const damaged = whole.slice(0, cut % 3 ? undefined : cut % whole.length);
    for (const [at, value] of flips) if (damaged.length) damaged[at % damaged.length] = value;
    try {
      decodeSafetensors(damaged);
      if (!flips.length) assert.is(damaged.length, whole.length, 'a truncated file was read');
    } catch (error) { assert.ok(oneLine(/^safetensors: expected /)(error), String(error)); }
  }), { seed: 23, numRuns: 4000 });
});

const models = `${process.env['SIGNFOLD_DATA'] ?? ''}/models`;
if (process.env['SIGNFOLD_DATA'] && existsSync(models))
  test('reads released models, and writes them again with the same contents', () => {
    for (const name of readdirSync(models).filter(entry => entry.endsWith('.safetensors'))) {
      const { tensors, metadata } = decodeSafetensors(readFileSync(`${models}/${name}`));
      const parameters = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
      assert.is(parameters, name.includes('plus') ? 336978 : 171090, name);
      const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
      assert.equal(Object.keys(again.tensors).sort(), Object.keys(tensors).sort());
      for (const key of Object.keys(tensors)) assert.equal(again.tensors[key]!.data, tensors[key]!.data);
    }
  });

test.run();
