// The study of networks of signs on embedded data; area means against numpy (fixtures/binary-images.py), intervals against scipy.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { interval, pairedInterval, studentQuantile } from '../benchmarks/intervals.js';
import { collapsed, predict } from '../src/qubo/binary-network/index.js';
import { binaryImages } from '../src/tasks/studies/binary-images.js';
import { trainBinary } from '../src/tasks/studies/train-binary.js';
import { trainingSource } from '../src/tasks/studies/train-binary-data.js';
import type { StudyOptions, StudyRow } from '../src/tasks/studies/study.js';

const run = (more: Partial<StudyOptions> = {}) =>
  trainBinary.run({ variant: 'teacher-9-3-1', methods: trainBinary.methods, seeds: [1], quick: true, ...more });

const failure = (work: Promise<unknown>): Promise<Error> => work.then(() => new Error('nothing was thrown'), error => error as Error);

const test = suite('train-binary');
test('every method has a row with every column; equal seeds give equal rows but for the seconds', async () => {
  const seen: StudyRow[] = [], phases = new Set<string>();
  const first = await run({ seeds: [1, 2], onRow: row => { seen.push(row); }, onProgress: ({ phase }) => phases.add(phase) });
  const again = await run({ seeds: [1, 2] });
  assert.equal(seen, first.rows);
  assert.equal(first.rows.map(({ method, seed }) => `${method}, seed ${seed}`), [...phases]);
  assert.is(first.rows.length, 2 * trainBinary.methods.length);
  for (const row of first.rows) for (const { key } of trainBinary.columns) assert.type(row[key], 'number', `${row.method} ${key}`);
  assert.equal(again.rows.map(row => ({ ...row, seconds: 0 })), first.rows.map(row => ({ ...row, seconds: 0 })));
});
test('errors, accuracies and energies agree; collapsed moves and exhaustive search learn a teacher', async () => {
  const { rows } = await run({ seeds: [3, 4, 5] });
  for (const { method, samples, variables, energy, trainErrors, trainAccuracy, testAccuracy } of rows) {
    assert.equal([samples, variables, trainAccuracy], [8, 166, 1 - (trainErrors as number) / 8]);
    assert.ok(testAccuracy as number > 0 && testAccuracy as number <= 1);
    if (method === 'collapsed' || method === 'exhaustive') assert.equal([trainErrors, energy], [0, 0], method);
    if (method.includes('margin')) assert.ok(energy as number < (trainErrors as number), method);
    else assert.ok(energy as number >= 0, method);
  }
  const margin = (method: string): number =>
    rows.filter(row => row.method === method).reduce((sum, row) => sum + (row['meanMargin'] as number), 0);
  assert.ok(margin('collapsed-margin') > margin('collapsed'));
});
test('a teacher is tested on all inputs that it did not show', async () => {
  const { topology, train, test: rest } = trainingSource('teacher-9-3-1').draw(7, 60);
  const { weights } = await collapsed().train({ topology, samples: train });
  assert.equal([train.count, rest.count], [60, 452]);
  const codes = (samples: typeof train): number[] => Array.from({ length: samples.count }, (_, k) =>
    samples.inputs.reduce((code, plane, i) => code + (((plane[k >> 5]! >>> (k & 31)) & 1) << i), 0));
  assert.is(new Set([...codes(train), ...codes(rest)]).size, 512);
  const given = predict(topology, train, weights)[0]!;
  given.forEach((bit, k) => assert.is(bit, (train.labels[0]![k >> 5]! >>> (k & 31)) & 1));
});
test('what cannot be run is said in one line', async () => {
  assert.match((await failure(run({ variant: 'mnist-3x3' }))).message, /a data folder for mnist-3x3, got none; teacher-9-3-1 needs none/);
  assert.match((await failure(run({ variant: 'cifar' }))).message, /train-binary: expected a variant of teacher-9-3-1/);
  assert.match((await failure(run({ methods: ['annealing'] }))).message, /train-binary: expected methods of qubo-annealing.*got annealing/);
  assert.throws(() => trainingSource('teacher-9-3-1').draw(1, 513), /expected 1 to 512 samples, got 513/);
  assert.is((await failure(run({ signal: AbortSignal.abort() }))).name, 'AbortError');
});
test('images become area means above their mean, as numpy has them', () => {
  const { pixels, cases } = JSON.parse(readFileSync('test/fixtures/binary-images.json', 'utf8')) as
    { pixels: number[]; cases: { side: number; rows: number[][] }[] };
  const images = { shape: [1, 8, 6] as const, count: 3, classes: 10, pixels: Float32Array.from(pixels), labels: Uint8Array.of(7, 3, 7) };
  for (const { side, rows } of cases) {
    const own = binaryImages(images, [3, 7], side);
    assert.equal(own.rows.map(row => [...row]), rows, `side ${side}`);
    assert.equal(own.labels, [1, 0, 1]);
    assert.is(binaryImages(images, [3, 5], side).rows.length, 1);
  }
});
test("intervals are Student's", () => {
  // scipy.stats.t.ppf(0.975, freedom)
  for (const [freedom, t] of [[1, 12.706204736], [2, 4.302652730], [4, 2.776445105], [19, 2.093024054], [99, 1.984216952]] as const)
    assert.ok(Math.abs(studentQuantile(freedom) / t - 1) < 1e-8, `${freedom}`);
  const { mean, half } = interval([1, 2, 3, 4, 5]);
  assert.ok(mean === 3 && Math.abs(half! - 2.776445105 * Math.sqrt(2.5 / 5)) < 1e-8);
  assert.equal(pairedInterval([1, 5, 2], [2, 6, 3]), { mean: 1, half: 0, count: 3 });
});

const place = process.env['SIGNFOLD_DATA'] ?? '';
if (existsSync(join(place, 'digits/optdigits.tra.gz')))
  test('images of 0 and 1 at 3×3 are learnt as well as any weights can', async () => {
    const folder = { read: (path: string) => gunzipSync(readFileSync(join(place, path))), list: () => [] };
    const { data, rows } = await run({ variant: 'digits-3x3', methods: ['collapsed', 'exhaustive'], seeds: [1, 2, 3], folder });
    assert.match(data, /optdigits.*0 against 1 at 3 × 3/);
    for (const { seed } of rows) assert.is(new Set(rows.filter(row => row.seed === seed).map(row => row['trainErrors'])).size, 1);
    const large = await run({ variant: 'digits-5x5', methods: ['collapsed', 'exhaustive'], folder });
    assert.equal(large.rows.map(row => row.method), ['collapsed']);
  });
else test.skip('images of 0 and 1 at 3×3 (SIGNFOLD_DATA is not set)', () => {});
test.run();
