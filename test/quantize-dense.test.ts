// The study on embedded data, its loaders on small files made here; resizing against torch: fixtures/qubo-rounding.py.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accuracyOf, trainDense } from '../src/tasks/studies/dense-network.js';
import { firstImages, publishedSets, resized, type LabelledImages } from '../src/tasks/studies/labelled-images.js';
import { quantizeDense } from '../src/tasks/studies/quantize-dense.js';
import { floatLogits, quantizedLogits, quantizer } from '../src/tasks/studies/quantized-network.js';
import { segmentDigits } from '../src/tasks/studies/segment-digits.js';
import type { StudyOptions, StudyRow } from '../src/tasks/studies/study.js';
import { integerGrid, kBestRounding, nearest } from '../src/qubo/rounding/index.js';
import type { DataFolder } from '../src/tasks/task.js';
import { relativeError } from './helpers.js';

const fixture = JSON.parse(readFileSync('test/fixtures/qubo-rounding.json', 'utf8'));
/** Of f32 sums, relative. */
const AGREEMENT = 1e-6;

const run = (methods: readonly string[], more: Partial<StudyOptions> = {}) =>
  quantizeDense.run({ variant: 'segments', methods, seeds: [1], quick: true, ...more });

const images = (pixels: ArrayLike<number>, shape: LabelledImages['shape'], labels: number[], classes = 10): LabelledImages => ({
  shape,
  count: labels.length,
  classes,
  pixels: Float32Array.from(pixels),
  labels: Uint8Array.from(labels),
});

function idxFile(shape: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length),
    view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

const folderOf = (files: Record<string, Uint8Array>): DataFolder => ({
  read(path) {
    if (!files[path]) throw new Error(`ENOENT: no such file, open '${path}'`);
    return files[path]!;
  },
  list: () => Object.keys(files),
});

const test = suite('quantize-dense');

test('images are resized as torch does it: bilinear, half-pixel centres, not antialiased', () => {
  const own = images(fixture.resize.images, [3, 7, 5], [0, 1]);
  for (const {
    shape: [height, width],
    pixels,
  } of fixture.resize.cases) {
    const out = resized(own, height, width);
    assert.equal(out.shape, [3, height, width]);
    assert.ok(relativeError(out.pixels, pixels) <= AGREEMENT);
  }
  assert.is(resized(own, 7, 5), own);
});

test('idx and digit files are read as images in 0 … 1; what is missing or odd is named in one line', () => {
  const files: Record<string, Uint8Array> = {};
  for (const part of ['train', 't10k']) {
    files[`mnist/${part}-images-idx3-ubyte.gz`] = idxFile([2, 1, 3], [0, 51, 255, 102, 0, 0]);
    files[`mnist/${part}-labels-idx1-ubyte.gz`] = idxFile([2], [3, 1]);
  }
  const { train, test: rest } = publishedSets['mnist']!(folderOf(files));
  assert.equal([train.shape, train.count, train.classes, [...train.labels]], [[1, 1, 3], 2, 4, [3, 1]]);
  assert.ok(relativeError(train.pixels, [0, 0.2, 1, 0.4, 0, 0]) <= AGREEMENT);
  assert.equal(rest.pixels, train.pixels);
  assert.equal(firstImages(train, 1).pixels.length, 3);
  files['mnist/train-labels-idx1-ubyte.gz'] = idxFile([1], [3]);
  assert.throws(
    () => publishedSets['mnist']!(folderOf(files)),
    /mnist\/train-labels-idx1-ubyte.gz: expected a label for each of 2 images, got 1/,
  );
  assert.throws(
    () => publishedSets['emnist']!(folderOf(files)),
    (error: Error) =>
      /^emnist\/emnist-balanced-train-images-idx3-ubyte.gz: expected this file in the data folder/.test(error.message) &&
      !error.message.includes('\n'),
  );
  const text = (line: string): Uint8Array => new TextEncoder().encode(`${line}\n`),
    row = [...Array<number>(64).keys()].map(k => k % 17);
  const digits = publishedSets['digits']!(
    folderOf({ 'digits/optdigits.tra.gz': text([...row, 7].join()), 'digits/optdigits.tes.gz': text([...row, 2].join()) }),
  );
  assert.equal([digits.train.labels[0], digits.test.labels[0], digits.train.pixels[16]], [7, 2, 1]);
  assert.throws(
    () => publishedSets['digits']!(folderOf({ 'digits/optdigits.tra.gz': text('1,2') })),
    /65 integers in line 1, got 2 values/,
  );
});

test('training is a function of its seed; a hidden layer does better than softmax alone', async () => {
  const { train, test: rest } = segmentDigits({ train: 3000, test: 1000, seed: 2 });
  const score = async (hidden: readonly number[], seed = 1): Promise<number> =>
    accuracyOf(floatLogits(await trainDense(train, { hidden, epochs: 15, seed }), rest), rest.labels);
  const linear = await score([]),
    deep = await score([32]);
  assert.is(await score([]), linear);
  assert.ok(linear > 0.6 && deep > linear + 0.05, `${linear} ${deep}`);
});

test('a quantized perceptron at int8 follows the float one, closer where its later layers see quantized inputs', async () => {
  const { train, test: rest } = segmentDigits({ train: 2000, test: 500, seed: 3 }),
    calibrated = firstImages(train, 600);
  const network = await trainDense(train, { hidden: [24], epochs: 10, seed: 1 }),
    float = floatLogits(network, rest);
  const error = async (inputs: 'float' | 'quantized', bits: number): Promise<number> => {
    const quantize = quantizer(network, calibrated, { inputs });
    const { layers } = await quantize({ grid: integerGrid(bits), method: kBestRounding(), bias: 'rounded' });
    return relativeError(quantizedLogits(layers, rest), float);
  };
  assert.ok((await error('float', 8)) < 0.01);
  assert.ok((await error('quantized', 3)) < (await error('float', 3)));
});

test('a quantized network has the output error that its sums say', async () => {
  const { train } = segmentDigits({ train: 900, test: 10, seed: 4 }),
    network = await trainDense(train, { hidden: [], epochs: 5, seed: 1 });
  const { layers } = await quantizer(network, train, { inputs: 'float' })({
    grid: integerGrid(2),
    method: nearest(),
    bias: 'rounded',
  });
  const float = floatLogits(network, train),
    own = quantizedLogits(layers, train);
  const measured = own.reduce((sum, value, i) => sum + (value - float[i]!) ** 2, 0) / train.count;
  const stated = layers[0]!.rounded.errors.reduce((sum, error) => sum + error, 0);
  assert.ok(Math.abs(measured - stated) <= 1e-4 * stated, `${measured} ${stated}`);
});

test('every method has its row: exact is never above the others that choose between the same two codes, qubo never above nearest', async () => {
  const rows: StudyRow[] = [],
    phases = new Set<string>();
  const result = await run(quantizeDense.methods, {
    onRow: row => rows.push(row),
    onProgress: ({ phase }) => phases.add(phase),
  });
  assert.equal(result.rows, rows);
  assert.equal(
    rows.map(({ method }) => method),
    [...quantizeDense.methods],
  );
  assert.ok(phases.has('train, seed 1') && phases.has('qubo-2, seed 1'));
  const mse = (name: string): number => rows.find(({ method }) => method === name)!['mse'] as number;
  for (const bits of [8, 4, 3, 2, 1]) {
    for (const kind of ['rtn', 'greedy', 'annealing', 'k-best', 'qubo'])
      assert.ok(mse(`exact-${bits}`) <= (1 + 1e-4) * mse(`${kind}-${bits}`), `${kind}-${bits}`);
    assert.ok(mse(`qubo-${bits}`) <= (1 + 1e-6) * mse(`rtn-${bits}`));
    assert.is(rows.find(({ method }) => method === `exact-${bits}`)!['proven'], 10);
  }
  assert.ok(mse('qubo-4') < mse('qubo-2') && mse('qubo-fitted-2') < mse('qubo-2') && mse('one-bit-qubo') < mse('one-bit-sign'));
  for (const row of rows) {
    assert.ok((row['accuracy'] as number) >= 0 && (row['accuracy'] as number) <= 1 && (row['bytes'] as number) > 0);
    for (const { key } of quantizeDense.columns) assert.ok(key in row, key);
  }
  const again = await run(['qubo-2'], { seeds: [1] });
  assert.is(again.rows[0]!['mse'], mse('qubo-2'));
});

test('methods that cannot be afforded are named beside the rows, and refused where nothing else was asked for', async () => {
  const files: Record<string, Uint8Array> = {}, count = 60;
  for (const part of ['train', 't10k']) {
    files[`mnist/${part}-images-idx3-ubyte.gz`] = idxFile([count, 28, 28], Array.from({ length: count * 784 }, (_, k) => (k * k) % 251));
    files[`mnist/${part}-labels-idx1-ubyte.gz`] = idxFile([count], Array.from({ length: count }, (_, k) => k % 10));
  }
  const small = { variant: 'mnist-10', folder: folderOf(files) };
  const { rows, notes } = await run(['exact-2', 'rtn-2', 'exact-1'], small);
  assert.equal(rows.map(({ method }) => method), ['rtn-2']);
  assert.equal(notes, ['exact-2, exact-1 left out: 100 inputs, exact search takes at most 40']);
  assert.equal((await run(['rtn-2'], small)).notes, []);
  const failed = await run(['exact-2'], small).then(() => 'none', (error: Error) => error.message);
  assert.is(failed, 'quantize-dense: expected methods for 100 inputs, got exact-2, for at most 40');
});

test('an interrupted study throws an AbortError, a wrong name one line', async () => {
  const stopped = new AbortController();
  stopped.abort();
  const failure = async (promise: Promise<unknown>): Promise<Error> => {
    try {
      await promise;
    } catch (error) {
      return error as Error;
    }
    throw new Error('no failure');
  };
  assert.is((await failure(run(['float'], { signal: stopped.signal }))).name, 'AbortError');
  assert.match((await failure(run(['qubo-9']))).message, /expected methods of float, .*got qubo-9/);
  assert.match(
    (await failure(run(['float'], { variant: 'mnist-29' }))).message,
    /expected a variant of segments, mnist-28, .*got mnist-29/,
  );
  assert.match(
    (await failure(run(['float'], { variant: 'mnist-28' }))).message,
    /expected a data folder for mnist-28, got none/,
  );
});

const data = process.env['SIGNFOLD_DATA'] ?? '';
if (existsSync(`${data}/mnist/train-images-idx3-ubyte.gz`))
  test('MNIST softmax 28×28 calibrated on 1,000: int2 ≥ 0.83, int3 ≥ 0.89, one-bit ≥ 0.80', async () => {
    const folder: DataFolder = { read: path => gunzipSync(readFileSync(`${data}/${path}`)), list: () => [] };
    const { rows } = await run(['rtn-2', 'k-best-2', 'k-best-3', 'one-bit-gptq'], {
      variant: 'mnist-28',
      quick: false,
      folder,
    });
    const [nearest2, int2, int3, oneBit] = rows.map(row => row['accuracy'] as number);
    assert.ok(nearest2! < int2! && int2! >= 0.83 && int3! >= 0.89 && oneBit! >= 0.8, `${nearest2} ${int2} ${int3} ${oneBit}`);
  });
else test.skip('MNIST softmax 28×28 at int2, int3 and one bit (SIGNFOLD_DATA is not set)', () => {});

test.run();
