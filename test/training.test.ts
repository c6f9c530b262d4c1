import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { piecewise, sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian } from '../operators/index.js';
import { float, straightThrough } from '../src/binary/binarizers/index.js';
import { l1 } from '../src/core/prox.js';
import { latentWeights } from '../src/binary/latent.js';
import { signs } from '../src/binary/codes.js';
import type { CheckpointStore } from '../src/unrolled/checkpoint.js';
import { measured } from '../src/unrolled/batches.js';
import { distilled } from '../src/unrolled/distilled.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { lossOf } from '../src/unrolled/loss.js';
import { adam, sgd } from '../src/unrolled/optimizer.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { train, type TrainOptions } from '../src/unrolled/train.js';
import type { UnrolledNetwork } from '../src/types.js';
import { memoryStore } from './helpers.js';

const data = sparseSpikes(24, { density: 0.1, seed: 3 });
const fresh = (): UnrolledNetwork => learnedIsta({ operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, { layers: 3, coupling: 'tied' });
const values = (net: UnrolledNetwork): number[] => net.params.flatMap(({ value }) => [...value]);
async function trained(options: TrainOptions): Promise<UnrolledNetwork> {
  const net = fresh();
  await train(net, data, options);
  return net;
}
/** NMSE in dB on 100 test signals. */
function score(net: UnrolledNetwork): number {
  let error = 0, energy = 0;
  for (let i = 0; i < 100; i++) {
    const x = data.sample('test', i), estimate = net.forward(net.problem.operator.forward(x));
    for (let j = 0; j < 24; j++) { error += (estimate.data[j]! - x.data[j]!) ** 2; energy += x.data[j]! ** 2; }
  }
  return 10 * Math.log10(error / energy);
}

const training = suite('training');
for (const [name, options] of Object.entries<TrainOptions>({
  joint: { steps: 60, batch: 8, learningRate: 1e-2 },
  'depth-wise': { schedule: 'depth-wise', steps: 20, batch: 8, learningRate: 1e-2 },
  'noisy with early stop': { steps: 60, batch: 8, learningRate: 1e-2, snrDb: 20, earlyStop: { every: 5, patience: 2, signals: 16 } },
})) {
  training(`${name}: the same seed gives the same numbers to the bit, another seed does not`, async () => {
    const one = values(await trained(options));
    assert.equal(values(await trained(options)), one);
    assert.not.equal(values(await trained({ ...options, seed: 2 })), one);
  });
  training(`${name}: resumed from any checkpoint it ends at the same numbers`, async () => {
    const store = memoryStore(), snapshots: Uint8Array[] = [];
    const whole = values(await trained({ ...options, checkpoint: { every: 7, store: { load: () => undefined, save: (_, bytes) => { snapshots.push(bytes.slice()); } } } }));
    for (const snapshot of snapshots) {
      store.files.set('train', snapshot);
      assert.equal(values(await trained({ ...options, checkpoint: { store, every: 1000 } })), whole);
    }
    assert.ok(snapshots.length > 2);
  });
}
training('Adam and SGD both lower the error of the untrained network', async () => {
  const before = score(fresh());
  assert.ok(score(await trained({ steps: 300, learningRate: 1e-2 })) < before - 2);
  assert.ok(score(await trained({ steps: 300, learningRate: 3e-2, optimizer: sgd(), clip: 1 })) < before - 0.5);
});
training('latent weights resume to the bit as well', async () => {
  const run = async (store: CheckpointStore): Promise<number[]> => {
    const net = fresh(), reparametrisation = latentWeights(net, { encode: () => signs, scales: 'global', mixing: 0.5, bound: 2 });
    await train(net, data, { steps: 40, batch: 8, reparametrisation, checkpoint: { store, every: 15 } });
    return values(net);
  };
  const saved: Uint8Array[] = [];
  const whole = await run({ load: () => undefined, save: (_, bytes) => { saved.push(bytes.slice()); } });
  assert.equal(await run({ load: () => saved[1], save: () => {} }), whole);
});
training('an abort saves a checkpoint and says where it stopped', async () => {
  const store = memoryStore(), abort = new AbortController();
  try {
    await trained({ steps: 1e6, batch: 8, checkpoint: { store, every: 1e6 }, signal: abort.signal, onProgress: () => abort.abort() });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).name, 'AbortError');
    assert.match((error as Error).message, /interrupted at step \d+ of 1000000/);
  }
  assert.ok(store.files.has('train'));
});
training('a network that was left in the middle goes on in place, to the numbers of one training', async () => {
  const whole = values(await trained({ steps: 40, batch: 8 })), store = memoryStore(), net = fresh();
  const options = { steps: 40, batch: 8, checkpoint: { store, every: 7 } };
  const full: CheckpointStore = {
    load: store.load,
    save(key, bytes) {
      store.save(key, bytes);
      throw new Error('no room on the disk');
    },
  };
  try {
    await train(net, data, { ...options, checkpoint: { store: full, every: 7 } });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'no room on the disk');
  }
  assert.not.equal(values(net), values(fresh()));
  await train(net, data, options);
  assert.equal(values(net), whole);
  await train(net, data, options);
  assert.equal(values(net), whole);
});
training('a checkpoint of other settings or a damaged one is refused with one line', async () => {
  const store = memoryStore();
  await trained({ steps: 10, checkpoint: { store, every: 5 } });
  const refused = async (options: TrainOptions, message: RegExp): Promise<void> => {
    try {
      await trained({ ...options, checkpoint: { store, every: 5 } });
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, message);
    }
  };
  const others = /^checkpoint: it belongs to a training with other settings, physics or data; [^\n]+$/;
  await refused({ steps: 11 }, others);
  const other = fresh(), flipped = fresh(), elsewhere = learnedIsta({ operator: gaussian(12, 24, { seed: 2 }), prox: l1() }, { layers: 3, coupling: 'tied' });
  other.params[0]!.value[0]! += 1e-3;
  for (const i of [3, 40]) flipped.params[0]!.value[i]! *= -1;
  const start = /^checkpoint: it belongs to a training that started from other weights; [^\n]+$/;
  for (const [net, signals, message] of [
    [other, data, start], [flipped, data, start], [elsewhere, data, others], [fresh(), sparseSpikes(24, { density: 0.1, seed: 4 }), others],
  ] as const)
    try {
      await train(net, signals, { steps: 10, checkpoint: { store, every: 5 } });
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, message);
    }
  store.files.set('train', store.files.get('train')!.subarray(0, 100));
  await refused({ steps: 10 }, /^safetensors: [^\n]+$/);
});
training('a checkpoint of an optimizer with other settings is refused', async () => {
  const store = memoryStore(), checkpoint = { store, every: 2 };
  await trained({ steps: 4, optimizer: adam({ beta1: 0.9 }), checkpoint });
  try {
    await trained({ steps: 4, optimizer: adam({ beta1: 0.1 }), checkpoint });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^checkpoint: it belongs to a training with other settings/);
  }
});
training('options that would train nothing, or something else, are refused', async () => {
  const early = { every: 1, patience: 1, signals: 4 }, checkpoint = { store: memoryStore(), every: 0 };
  for (const [options, message] of [
    [{ batch: 0 }, 'train: expected batch >= 1, got 0'], [{ clip: -1 }, 'train: expected clip > 0, got -1'], [{ clip: 0 }, 'train: expected clip > 0, got 0'], [{ clip: NaN }, 'train: expected clip > 0, got NaN'],
    [{ decay: 'linear' as never }, 'train: expected decay cosine or none, got linear'], [{ checkpoint }, 'train: expected checkpoint.every >= 1, got 0'],
    [{ earlyStop: { ...early, every: 0 } }, 'train: expected earlyStop.every >= 1, got 0'], [{ earlyStop: { ...early, patience: -1 } }, 'train: expected earlyStop.patience >= 0, got -1'],
    [{ earlyStop: { ...early, signals: 0 } }, 'train: expected earlyStop.signals >= 1, got 0'],
  ] as [Partial<TrainOptions>, string][])
    try {
      await trained({ steps: 2, ...options });
      assert.unreachable(message);
    } catch (error) {
      assert.is((error as Error).message, message);
    }
  assert.throws(() => adam({ beta1: 2 }), 'adam: expected beta1 from 0 to below 1, got 2');
  assert.throws(() => adam({ epsilon: 0 }), 'adam: expected epsilon > 0, got 0');
  assert.throws(() => sgd({ momentum: -5 }), 'sgd: expected momentum from 0 to below 1, got -5');
});
training('a batch of signals that are all 0 teaches nothing and ends nothing', async () => {
  const sparse = sparseSpikes(24, { density: 0.02, seed: 1 }), net = fresh(), before = values(net);
  assert.ok(Array.from({ length: 20 }, (_, i) => sparse.sample('train', i).data.every(value => value === 0)).includes(true));
  await train(net, sparse, { steps: 40, batch: 1 });
  assert.ok(values(net).every(Number.isFinite));
  assert.not.equal(values(net), before);
});
training('a loss that stops being finite is a diagnosis', async () => {
  try {
    await trained({ steps: 400, learningRate: 1e6, decay: 'none' });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /train: loss is (NaN|Infinity) at step \d+; lower the learning rate/);
  }
});
training('killed in the middle and resumed, it ends at the same numbers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signfold-train-')), file = join(folder, 'checkpoint');
  const options = { steps: 3000, batch: 8, learningRate: 1e-2 };
  const script = `
    import { writeFileSync, renameSync } from 'node:fs';
    const at = path => new URL(path, 'file://${process.cwd()}/dist/');
    const { train } = await import(at('src/unrolled/train.js')), { learnedIsta } = await import(at('src/unrolled/presets.js'));
    const { gaussian } = await import(at('operators/index.js')), { sparseSpikes } = await import(at('datasets/index.js'));
    const { l1 } = await import(at('src/core/prox.js'));
    const net = learnedIsta({ operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, { layers: 3, coupling: 'tied' });
    const store = { load: () => undefined, save: (_, bytes) => { writeFileSync('${file}.new', bytes); renameSync('${file}.new', '${file}'); } };
    await train(net, sparseSpikes(24, { density: 0.1, seed: 3 }), { ...${JSON.stringify(options)}, checkpoint: { store, every: 50 } });`;
  try {
    writeFileSync(join(folder, 'child.mjs'), script);
    const child = spawn(process.execPath, [join(folder, 'child.mjs')], { stdio: 'inherit' });
    while (!existsSync(file) && child.exitCode === null) await new Promise(resolve => { setTimeout(resolve, 5); });
    child.kill('SIGKILL');
    await new Promise(resolve => { child.on('exit', resolve); });
    const bytes = readFileSync(file);
    const resumed = await trained({ ...options, checkpoint: { store: { load: () => bytes, save: () => {} }, every: 1e6 } });
    assert.equal(values(resumed), values(await trained(options)));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
training('distilled signals are what the teacher makes of their measurements, and it has nothing more to learn', async () => {
  const teacher = fresh(), A = teacher.problem.operator, taught = distilled(data, teacher);
  await train(teacher, data, { steps: 20, batch: 8 });
  const source = measured(A, taught, { seed: 1, validation: 0 }), x = new Float32Array(3 * 24), y = new Float32Array(3 * 12);
  source.fill('train', [5, 9, 5], x, y);
  for (const [b, index] of [5, 9, 5].entries()) {
    const expected = A.forward(data.sample('train', index));
    assert.equal(y.slice(b * 12, (b + 1) * 12), expected.data);
    assert.equal(x.slice(b * 24, (b + 1) * 24), teacher.forward(expected).data);
  }
  assert.equal(taught.sample('test', 3).data, data.sample('test', 3).data);
  assert.is(lossOf(teacher, teacher.layers.length, x, y, 3), 0);
});
training('the last steps can be taken on an operator of another size', async () => {
  const kernel = [0.2, 0.5, 0.3], small = convolution(kernel, [16]), large = convolution(kernel, [40]), piecesOf = (n: number) => piecewise(n, { jumps: 2, seed: 1 });
  const net = istaNet({ operator: small, prox: l1() }, { layers: 2, features: 3, symmetry: 0, seed: 1 });
  const finish = { operator: large, data: piecesOf(40), steps: 6, learningRate: 1e-3 };
  for (const binarizer of [float(), straightThrough(), straightThrough({ reading: 'one-bit-first' })]) {
    const trained = await binarizer.fit(net, piecesOf(16), { steps: 6, batch: 2, finish });
    assert.equal(trained.problem.operator.inShape, [40]);
    assert.is(trained.binarizer, binarizer.name);
    const one = await binarizer.fit(net, piecesOf(16), { steps: 6, batch: 2 });
    assert.not.equal(trained.params.map(({ value }) => [...value]), one.params.map(({ value }) => [...value]));
    if (binarizer.name !== 'float')
      for (const param of trained.params.filter(({ oneBit }) => oneBit)) assert.ok(param.value.every(w => Math.abs(Math.abs(w) - trained.scale) < 1e-6));
  }
});
training.run();
