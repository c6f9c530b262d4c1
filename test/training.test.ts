import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { gaussian } from '../operators/index.js';
import { l1 } from '../src/core/prox.js';
import { latentWeights } from '../src/binary/latent.js';
import { signs } from '../src/binary/codes.js';
import type { CheckpointStore } from '../src/unrolled/checkpoint.js';
import { sgd } from '../src/unrolled/optimizer.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { train, type TrainOptions } from '../src/unrolled/train.js';
import type { UnrolledNetwork } from '../src/types.js';

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
function memoryStore(): CheckpointStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return { files, load: key => files.get(key), save: (key, bytes) => { files.set(key, bytes.slice()); } };
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
  await refused({ steps: 11 }, /^checkpoint: it belongs to a training with other settings[^\n]*$/);
  store.files.set('train', store.files.get('train')!.subarray(0, 100));
  await refused({ steps: 10 }, /^safetensors: [^\n]+$/);
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
training.run();
