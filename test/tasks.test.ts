import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedSparse, sheppLogan } from '../datasets/index.js';
import { convolution, gaussianKernel, identity, matrix, rampFilter, uniformKernel } from '../operators/index.js';
import { tensor } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { encodeSafetensors } from '../src/core/safetensors.js';
import { parts } from '../src/tasks/parts.js';
import { evaluate } from '../src/tasks/evaluate.js';
import { tasks, taskByName } from '../src/tasks/index.js';
import type { RunOptions } from '../src/tasks/rows.js';
import { asNetworksSee, imageScene } from '../src/tasks/scene.js';
import type { Task } from '../src/tasks/task.js';
import { tomography } from '../src/tasks/tomography.js';
import { bestOnGrid, solveScene, solveScenes, sparsifyingProx, tuned, tuningImages } from '../src/tasks/tuned.js';
import { analyticWeight, coherenceOf } from '../src/unrolled/analytic-weight.js';
import { relativeError } from './helpers.js';

const tiny: RunOptions = {
  methods: ['ista', 'fista', 'float', 'sign'], layers: 3, seeds: [1], snrDb: Infinity, supportSelection: true, quick: true, steps: 5,
  training: { batch: 8 },
};

const run = suite('tasks');
const onImages = (task: Task): boolean => task.networks.some(name => name.startsWith('ista-net'));
for (const task of tasks.filter(candidate => !onImages(candidate))) for (const variant of task.variants.filter(name => !['gaussian', 'rademacher', 'hadamard'].includes(name)))
  run(`${task.name}, ${variant}: every row is finite, learned beats untrained, and a seed repeats it`, async () => {
    const { rows } = await evaluate(task, { ...tiny, variant });
    assert.equal(rows.map(({ method }) => method), tiny.methods);
    for (const row of rows) {
      assert.ok(Number.isFinite(row.nmseDb) && Number.isFinite(row.psnrDb) && row.reconstructMicros > 0);
      assert.is(row.nmseDbPerLayer.length, 3);
      assert.is(row.bytes === null, row.binarizer === null);
    }
    const errorOf = (name: string): number => rows.find(({ method }) => method === name)!.nmseDb;
    assert.ok(errorOf('float') < errorOf('ista'), `${errorOf('float')} < ${errorOf('ista')}`);
    assert.ok(rows.at(-1)!.bitsPerWeight! < 1 && rows.at(-1)!.floatNmseDb === errorOf('float'));
    assert.equal((await evaluate(task, { ...tiny, variant })).rows.map(row => row.nmseDb), rows.map(row => row.nmseDb));
  });
for (const task of tasks.filter(onImages))
  run(`${task.name}, embedded data: the linear estimate, float and one-bit networks have finite scores`, async () => {
    const methods = ['linear', 'float', 'straight-through'];
    const { rows, pictures, networks } = await evaluate(task, { ...tiny, methods, layers: 1, startSteps: 2, steps: 2, variant: task.variants[0]! });
    assert.equal(rows.map(({ method }) => method), methods);
    for (const row of rows) {
      assert.ok(Number.isFinite(row.nmseDb) && Number.isFinite(row.psnrDb) && row.reconstructMicros > 0);
      assert.ok(task.name === 'eeg-denoise' ? row.cc! > 0 && row.rrmse! > 0 : row.ssim! > 0 && row.ssim! < 1);
    }
    // A fitted linear estimate took time, and so did the network that starts from it.
    assert.is(rows[0]!.fitSeconds > 0, ['block-cs', 'eeg-denoise'].includes(task.name));
    assert.ok(task.name !== 'block-cs' || rows[1]!.fitSeconds > rows[0]!.fitSeconds);
    // The float network's list begins with its start.
    assert.is(rows[1]!.nmseDbPerLayer.length, 2);
    assert.is(pictures.length, task.name === 'eeg-denoise' ? 0 : 2);
    assert.ok(networks.get('straight-through')!.matrices.length === 6);
  });
run('a frame gives signs as many bits as it is redundant, and no other bytes', async () => {
  const of = async (frame?: number) => (await evaluate(taskByName('sparse-recovery'), { ...tiny, methods: ['alista', 'float', 'straight-through'], variant: 'gaussian-blocks', ...(frame && { frame }) })).rows;
  const plain = await of(), framed = await of(1.5);
  for (const [k, row] of framed.entries()) {
    assert.equal([row.frame, plain[k]!.frame], [1.5, undefined]);
    assert.ok(Math.abs(row.bytes!.signs / plain[k]!.bytes!.signs - 1.5) < 1e-9);
    assert.equal({ ...row.bytes, signs: 0, total: 0 }, { ...plain[k]!.bytes, signs: 0, total: 0 });
  }
  // ALISTA's weights are the same behind a frame; what rounding makes of support selection is seen in few signals.
  assert.ok(Math.abs(framed[0]!.nmseDb - plain[0]!.nmseDb) < 0.1, `${framed[0]!.nmseDb} ${plain[0]!.nmseDb}`);
  const blurred = await evaluate(taskByName('deconvolution'), { ...tiny, frame: 2 }).catch((error: Error) => error.message);
  assert.is(blurred, 'run: expected no --frame for learned-ista of deconvolution, got 2');
  const wrong = await evaluate(taskByName('sparse-recovery'), { ...tiny, frame: NaN }).catch((error: Error) => error.message);
  assert.is(wrong, 'run: expected a --frame of redundancy 1 to 64, got NaN');
});
run('convolutions of tasks on signals and images go behind frames', async () => {
  for (const name of ['eeg-denoise', 'deblur']) {
    const options = { ...tiny, methods: ['straight-through'], layers: 1, startSteps: 1, steps: 2, variant: taskByName(name).variants[0]! };
    const [plain, framed] = [await evaluate(taskByName(name), options), await evaluate(taskByName(name), { ...options, frame: 1.5 })].map(({ rows }) => rows[0]!);
    assert.is(framed!.frame, 1.5);
    assert.ok(Number.isFinite(framed!.nmseDb) && framed!.bytes!.signs > 1.45 * plain!.bytes!.signs && framed!.bytes!.signs < 1.5 * plain!.bytes!.signs);
  }
});
run('ista-net-dct: 8 filters for D, and three numbers for each channel of a layer, on images and sequences', async () => {
  for (const name of ['eeg-denoise', 'deblur', 'tomography', 'mri']) {
    const options = { ...tiny, methods: ['straight-through'], layers: 1, startSteps: 1, steps: 2, features: 3, variant: taskByName(name).variants[0]! };
    const [plain, dct] = [await evaluate(taskByName(name), { ...options, network: 'ista-net-plus' }), await evaluate(taskByName(name), { ...options, network: 'ista-net-dct' })];
    assert.is(dct.rows[0]!.network, 'ista-net-dct');
    assert.is(dct.rows[0]!.bytes!.signs, Math.ceil(3 * (8 + 4 * 3 + 1) * 9 / 8), name);
    assert.is(dct.rows[0]!.bytes!.thresholds, plain.rows[0]!.bytes!.thresholds + 4 * 3 * 3, name);
    assert.is(plain.rows[0]!.bytes!.signs, Math.ceil(3 * (1 + 4 * 3 + 1) * 9 / 8), name);
  }
});
run('a method that does not speak of a task is left out, or said to', async () => {
  try {
    await evaluate(taskByName('eeg-denoise'), { ...tiny, methods: ['tv', 'ista', 'alista'] });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^run: tv, ista, alista cannot speak of eeg-denoise with identity; choose another method$/);
  }
});
run('an unknown task, variant or method is one clear line', async () => {
  assert.throws(() => taskByName('magic'), /expected sparse-recovery, .* got magic/);
  for (const wrong of [{ variant: 'magic' }, { methods: ['magic'] }, { layers: 0 }, { seeds: [] }])
    try {
      await evaluate(tasks[0]!, { ...tiny, ...wrong });
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /^run: expected [^\n]+$/);
    }
});
run('the float error beside a row does not depend on the order of methods', async () => {
  const errors = async (methods: string[]) => {
    const { rows } = await evaluate(taskByName('deconvolution'), { ...tiny, layers: 2, methods });
    return rows.map(({ method, nmseDb, floatNmseDb }) => ({ method, nmseDb, floatNmseDb })).sort((a, b) => (a.method < b.method ? -1 : 1));
  };
  const rows = await errors(['sign', 'ista', 'float']);
  assert.equal(rows, await errors(['float', 'sign', 'ista']));
  assert.equal(rows.map(({ floatNmseDb }) => floatNmseDb), [rows[0]!.nmseDb, null, rows[0]!.nmseDb]);
  assert.equal((await errors(['sign'])).map(({ floatNmseDb }) => floatNmseDb), [null]);
});

/** ISTA-Net with the tensor names of the released files. */
const { cases } = JSON.parse(readFileSync('test/fixtures/ista-net.json', 'utf8')) as
  { cases: { plus: boolean; tensors: Record<string, { shape: number[]; values: number[] }> }[] };
const weights = encodeSafetensors(Object.fromEntries(Object.entries(cases.find(({ plus }) => !plus)!.tensors).map(([name, { shape, values }]) =>
  [name, { dtype: 'F32' as const, shape, data: Float32Array.from(values) }])), {});
run('rows of a network trained elsewhere carry its own name', async () => {
  const { rows } = await evaluate(taskByName('mri'), { ...tiny, methods: ['linear', 'float'], weights, steps: 0 });
  assert.equal(rows.map(({ method, network, layers }) => ({ method, network, layers })),
    [{ method: 'linear', network: 'ista-net', layers: 0 }, { method: 'float', network: 'ista-net', layers: 2 }]);
});
run('weights that a task or network does not take are refused in one line', async () => {
  for (const [name, network, message] of [
    ['tomography', undefined, /^run: expected a task that takes --weights, got tomography$/],
    ['block-cs', 'learned-ista', /^run: expected --network ista-net-plus or ista-net with --weights, got learned-ista$/],
    ['mri', 'ista-net-plus', /^run: expected --weights of ista-net-plus, got those of ista-net$/],
  ] as const)
    try {
      await evaluate(taskByName(name), { ...tiny, methods: ['float'], weights, ...(network && { network }) });
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, message);
    }
});
run('a grid whose best value is an end is continued in its ratio, four times at most', async () => {
  const asked = async (grid: number[], best: number): Promise<number[]> => {
    const seen: number[] = [], found = await bestOnGrid(grid, value => (seen.push(value), -Math.abs(Math.log(value / best))));
    return [found, ...seen.slice(grid.length)];
  };
  assert.equal(await asked([0.01, 0.1, 1], 0.1), [0.1]);
  assert.equal(await asked([0.01, 0.1], 10), [10, 1, 10, 100]);
  assert.equal(await asked([0.03, 0.1, 0.3], 0.003), [0.0027, 0.009, 0.0027, 0.00081]);
  assert.equal(await asked([1, 2], 1e-9), [0.0625, 0.5, 0.25, 0.125, 0.0625]);
});
run('tuned solvers tell which scene they are at, and stop between two and within one', async () => {
  const image = sheppLogan(32), scenes = [1, 2, 3].map(i => imageScene(`phantom-${i}`, image, identity([32, 32]))), told: string[] = [];
  const abort = new AbortController();
  const both = parts('tv, seed 1', 3, {
    signal: abort.signal,
    onProgress({ phase, step, steps }) {
      told.push(`${phase}: ${step} of ${steps}`);
      if (step === 2) abort.abort();
    },
  });
  try {
    await solveScenes('tv', scenes, 0.05, both);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^tv, seed 1: interrupted$/);
  }
  assert.equal(told, ['tv, seed 1: 1 of 3', 'tv, seed 1: 2 of 3']);
  let asked = 0;
  const signal = { get aborted() { return ++asked === 4; } } as AbortSignal;
  try {
    await solveScenes('wavelet-ista', [imageScene('blurred', image, convolution(uniformKernel(5), [32, 32]))], 1e-4, parts('wavelet-ista', 3, { signal, onProgress: () => assert.unreachable() }));
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^wavelet-ista: interrupted$/);
  }
  assert.is(asked, 4);
});
run('projections weighted by the root of a ramp are what networks take, and their adjoint is filtered back-projection', () => {
  const { operator, scenes, signals, linear } = tomography.make({ variant: '45', seed: 1, network: 'ista-net-plus' });
  const [first] = scenes!(), seen = asNetworksSee(first!);
  assert.ok(seen.operator === operator && first!.operator !== operator && seen.truth === first!.truth);
  const ramp = rampFilter([45, 64]), raw = first!.operator, y = tensor(first!.y, raw.outShape), back = raw.adjoint(ramp.forward(y)).data;
  // Filtered back-projection up to the unit of the projections, and so in the unit of the image.
  const estimate = linear!(seen), unit = estimate.reduce((sum, value, i) => sum + value * back[i]!, 0) / back.reduce((sum, value) => sum + value * value, 0);
  assert.ok(relativeError(estimate, back.map(value => unit * value)) <= 1e-5);
  const fit = estimate.reduce((sum, value, i) => sum + value * first!.truth[i]!, 0) / estimate.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(fit - 1) <= 0.1, `best multiple of the estimate ${fit}`);
  // Noise of a hundredth of the raw projections' RMS, weighted.
  const x = signals.sample('train', 3), clean = operator.forward(x).data, noisy = clean.slice();
  signals.disturb!('train', 3, noisy);
  assert.ok(relativeError(noisy, clean) > 0.045 && relativeError(noisy, clean) < 0.06, String(relativeError(noisy, clean)));
});
run('noisy projections have the published level, 5 % of their mean', () => {
  const { scenes } = tomography.make({ variant: '30-noisy', seed: 1, network: 'ista-net-plus' });
  for (const { operator, truth, y } of scenes!()) {
    const clean = operator.forward(tensor(truth, operator.inShape)).data, mean = clean.reduce((sum, value) => sum + Math.abs(value), 0) / clean.length;
    const level = Math.sqrt(clean.reduce((sum, value, i) => sum + (y[i]! - value) ** 2, 0) / clean.length) / mean;
    // 1,920 numbers tell a deviation to 1.6 %.
    assert.ok(Math.abs(level - 0.05) < 4 * 0.016 * 0.05, String(level));
  }
});
run('tuned solvers stop where their answer settles, and after 500 iterations', () => {
  const image = sheppLogan(32), kept = imageScene('phantom', image, identity([32, 32]));
  for (const method of Object.keys(tuned)) {
    const { iterations, stopped } = solveScene(method, kept, 0.05);
    assert.ok(stopped === 'tolerance' && iterations < 100, `${method}: ${iterations}`);
  }
  const blurred = imageScene('phantom', image, convolution(gaussianKernel({ size: 9, sigma: 2 }), [32, 32]));
  assert.is(solveScene('wavelet-ista', blurred, 1e-6).iterations, 500);
});
run('images to tune on are the middle of the first two, whose sides allow wavelets', () => {
  const ramp = tensor(Float32Array.from({ length: 131 * 142 }, (_, i) => i), [131, 142]);
  const images = tuningImages(['a', 'b', 'c'].map(name => ({ name, image: ramp })));
  assert.equal(images.map(({ name, image }) => [name, ...image.shape, image.data[0], image.data.at(-1)]),
    ['a', 'b'].map(name => [name, 128, 128, 142 + 7, 128 * 142 + 7 + 127]));
  assert.is(sparsifyingProx(images[0]!.image.shape), 'wavelet-l1(db4,4,128x128)');
});
const data = process.env['SIGNFOLD_DATA'] ?? '';
if (existsSync(join(data, 'sparse/alista_D_250x500.npy'))) run('published D: norm, ALISTA objective and coherence are the published figures', () => {
  const D = matrix(publishedSparse(path => readFileSync(join(data, path))).D);
  assert.ok(Math.abs(norm(D) ** 2 - 5.679439737332048) < 1e-5);
  const { objective, coherence, diagonalError } = coherenceOf(D, analyticWeight(D));
  assert.ok(Math.abs(objective - 502.270929) < 1e-3 && Math.abs(coherence - 0.206865) < 1e-5 && diagonalError < 1e-6);
});
else run.skip('published D: norm, ALISTA objective and coherence (SIGNFOLD_DATA is not set)', () => {});
run.run();
