import type { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deadLeaves, images, sparseSpikes } from '../datasets/index.js';
import { convolution, gaussian } from '../operators/index.js';
import { descent, straightThrough } from '../src/binary/binarizers/index.js';
import { cloneNetwork } from '../src/binary/one-bit-network.js';
import { linop } from '../src/core/linop.js';
import { tensor } from '../src/core/array.js';
import { l1 } from '../src/core/prox.js';
import { trainingThreads } from '../src/packed/parallel.js';
import { slidingDctL1 } from '../src/solvers/sliding-dct.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { lossAndGradient } from '../src/unrolled/loss.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { train, type TrainOptions } from '../src/unrolled/train.js';
import { used } from '../src/kernels/memory.js';
import type { Dataset, Tensor, UnrolledNetwork } from '../src/types.js';
import { memoryStore, normals, relativeError } from './helpers.js';

const side = 9, blur = [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]];
const coupled = (): UnrolledNetwork => learnedIsta({ operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, { layers: 3, coupling: 'coupled' });
const convolutional = (): UnrolledNetwork =>
  istaNet({ operator: convolution(blur, [side, side]), prox: l1() }, { layers: 2, features: 4, symmetry: 0.01, shape: [side, side] });
const windows = (): UnrolledNetwork =>
  learnedIsta({ operator: convolution(blur, [side, side]), prox: slidingDctL1([side, side], 4) }, { layers: 2, coupling: 'coupled' });
const patches = images([{ name: 'leaves', image: deadLeaves([32, 32], 1) }], { patch: side, augment: true, seed: 1 });
const cases = {
  coupled: [coupled, sparseSpikes(24, { density: 0.1, seed: 3 })],
  convolutional: [convolutional, patches],
  'thresholds of windows': [windows, patches],
} as const;
const values = (net: UnrolledNetwork): number[] => net.params.flatMap(({ value }) => [...value]);

async function assertRejects(work: Promise<unknown>, message: RegExp): Promise<void> {
  const told = await work.then(() => 'nothing', (error: Error) => error.message);
  assert.match(told, message);
}

const threads = suite('training on threads');
for (const [name, [fresh, data]] of Object.entries(cases)) {
  threads(`${name}: parts of a batch add up to the gradient of the whole, for what is learnt alone`, async () => {
    const batch = 5, net = fresh(), still = net.params[0]!, { operator } = net.problem, depth = net.layers.length;
    still.trainable = false;
    for (const param of net.params) if (param.name.startsWith('G.')) param.value.forEach((_, i) => { param.value[i] = 0.1 * Math.sin(i); });
    const x = normals(batch * operator.inShape.reduce((a, b) => a * b, 1), 1), y = new Float32Array(batch * operator.outShape.reduce((a, b) => a * b, 1));
    operator.apply(x, y, batch);
    // A signal of zeros alone in its part must not divide by its own energy.
    x.fill(0, x.length - x.length / batch);
    const loss = lossAndGradient(net, depth, x, y, batch), whole = net.params.map(({ grad }) => grad.slice());
    for (const count of [1, 2, 5, 7]) {
      for (const { grad } of net.params) grad.fill(0);
      const shared = trainingThreads(count).open(net, batch);
      try {
        assert.ok(Math.abs(await shared.lossAndGradient(depth, x, y) - loss) < 1e-5 * loss);
        net.params.forEach(({ grad, name: own }, i) => assert.ok(relativeError(grad, whole[i]!) < 2e-5, `${count} threads: ${own}`));
        assert.ok(still.grad.every(value => value === 0));
      } finally {
        await shared.close();
      }
    }
  });
  threads(`${name}: as without them but for rounding; the same number gives the same numbers to the bit, also resumed`, async () => {
    const trained = async (options: Partial<TrainOptions>): Promise<number[]> => {
      const net = fresh();
      await train(net, data, { steps: 12, batch: 4, learningRate: 1e-3, ...options });
      return values(net);
    };
    const two = trainingThreads(2), whole = await trained({ threads: two });
    assert.ok(relativeError(whole, await trained({})) < 1e-4);
    const store = memoryStore(), taken: Uint8Array[] = [];
    const again = await trained({ threads: two, checkpoint: { every: 5, store: { load: () => undefined, save: (_, bytes) => { taken.push(bytes.slice()); } } } });
    assert.equal(again, whole);
    store.files.set('train', taken[1]!);
    assert.equal(await trained({ threads: two, checkpoint: { every: 100, store } }), whole);
  });
}
threads('one-bit training takes them; a layer loss stays on one thread', async () => {
  const [fresh, data] = cases.coupled, options = { steps: 20, batch: 8 };
  const alone = await straightThrough().fit(fresh(), data, options), shared = await straightThrough().fit(fresh(), data, { ...options, threads: trainingThreads(2) });
  assert.ok(Math.abs(shared.scale - alone.scale) < 1e-4 * alone.scale);
  const own = descent(straightThrough());
  assert.equal(values(await own.fit(fresh(), data, { ...options, threads: trainingThreads(2) })), values(await own.fit(fresh(), data, options)));
});
threads('a thread that dies is an error, not a hang, and the network keeps its numbers', async () => {
  const workers: Worker[] = [], seen = (worker: Worker): void => { workers.push(worker); };
  process.on('worker', seen);
  const [fresh, data] = cases.coupled, net = fresh();
  // One that ends between two steps is replaced and nothing is lost: the newest is ended until it happens within one.
  const running = train(net, data, { steps: 20_000, batch: 8, threads: trainingThreads(2), onProgress: () => { void workers.at(-1)!.terminate(); } });
  try {
    await running;
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^a thread ended: /);
    assert.ok(values(net).every(Number.isFinite));
  } finally {
    process.off('worker', seen);
  }
});
threads('depth-wise stages, proximal data steps and batches smaller than the threads', async () => {
  const blurred = istaNet({ operator: convolution(blur, [side, side]), prox: l1() }, { layers: 2, features: 4, symmetry: 0, dataStep: 'proximal' });
  const trained = async (net: UnrolledNetwork, data: Dataset, options: TrainOptions): Promise<number[]> => {
    await train(net, data, options);
    return values(net);
  };
  const [fresh, data] = cases.coupled, layerwise = { schedule: 'depth-wise', steps: 4, batch: 3 } as const;
  assert.ok(relativeError(await trained(fresh(), data, { ...layerwise, threads: trainingThreads(4) }), await trained(fresh(), data, layerwise)) < 1e-4);
  const options = { steps: 4, batch: 2 }, alone = cloneNetwork(blurred);
  assert.ok(relativeError(await trained(blurred, cases.convolutional[1], { ...options, threads: trainingThreads(2) }),
    await trained(alone, cases.convolutional[1], options)) < 1e-4);
});
threads('an interrupted training resumes to the same numbers, and leaves no thread and no memory of kernels', async () => {
  const [, data] = cases.coupled, problem = { operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, alive = new Set<Worker>(), seen = (worker: Worker): void => {
    alive.add(worker);
    worker.on('exit', () => alive.delete(worker));
  };
  const fresh = (prox = problem.prox): UnrolledNetwork => learnedIsta({ ...problem, prox }, { layers: 3, coupling: 'coupled' });
  process.on('worker', seen);
  try {
    const store = memoryStore();
    const options = { steps: 2000, batch: 4, threads: trainingThreads(2) }, whole = fresh(), net = fresh(), stop = new AbortController();
    await train(whole, data, options);
    // The operator's own copy in the kernels' memory stays; there is one operator.
    const before = used();
    await assertRejects(train(fresh(), data, { ...options, checkpoint: { store, every: 1e6 }, signal: stop.signal, onProgress: () => stop.abort() }), /interrupted at step/);
    await train(net, data, { ...options, checkpoint: { store, every: 1e6 } });
    assert.equal(values(net), values(whole));

    const broken = fresh();
    broken.params[0]!.value[0] = NaN;
    await assertRejects(train(broken, data, options), /loss is NaN at step 0/);
    let drawn = 0;
    const torn: Dataset = { ...data, sample: (...args) => { if (++drawn > 10) throw new Error('torn file'); return data.sample(...args); } };
    await assertRejects(train(fresh(), torn, options), /^torn file$/);
    await train(fresh(), data, { ...options, threads: { open: () => { throw new Error('no step needs a thread'); } }, steps: 0 });
    await assertRejects(train(fresh({ ...l1(), name: 'mine' }), data, options), /cannot be rebuilt/);
    assert.ok(used() <= before, `${used()} after ${before}`);
    assert.is(alive.size, 0);
  } finally {
    process.off('worker', seen);
  }
});
threads('depth-wise one-bit training, whose frozen layers follow the scale, is that of one thread', async () => {
  const [fresh, data] = cases.coupled, options = { schedule: 'depth-wise', steps: 30, batch: 8, learningRate: 5e-3 } as const;
  const alone = await straightThrough().fit(fresh(), data, options), shared = await straightThrough().fit(fresh(), data, { ...options, threads: trainingThreads(2) });
  assert.ok(Math.abs(shared.scale - alone.scale) < 1e-3 * alone.scale, `${shared.scale} for ${alone.scale}`);
});
threads('validation between steps, which draws other signals: as one thread but for rounding', async () => {
  const [fresh, data] = cases.coupled, options = { steps: 40, batch: 4, earlyStop: { every: 3, patience: 2, signals: 5 } }, alone = fresh(), shared = fresh();
  await train(alone, data, options);
  await train(shared, data, { ...options, threads: trainingThreads(2) });
  assert.ok(relativeError(values(shared), values(alone)) < 1e-4);
});
threads('threads that die as they start are an error, not a hang', async () => {
  const [fresh, data] = cases.coupled, seen = (worker: Worker): void => { void worker.terminate(); };
  process.on('worker', seen);
  try {
    await assertRejects(train(fresh(), data, { steps: 10, batch: 4, threads: trainingThreads(2) }), /^a thread ended: /);
  } finally {
    process.off('worker', seen);
  }
});
threads('impossible numbers, and what cannot be described to a thread, are refused in one line', () => {
  for (const count of [0, 1.5, 1000]) assert.throws(() => trainingThreads(count), new RegExp(`^trainingThreads: expected 1 to 256 threads, got ${count}$`));
  const net = learnedIsta({ operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, { layers: 1 }), { operator, prox } = net.problem;
  const foreign = linop({ name: 'foreign', inShape: [4], outShape: [4], apply: (x, out) => { out.set(x); }, applyAdjoint: (y, out) => { out.set(y); } });
  for (const [other, message] of [
    [{ ...net, problem: { prox, operator: foreign } }, 'the operator foreign cannot'],
    [{ ...net, problem: { operator, prox: { ...prox, name: 'mine' } } }, 'learned-ista with the prox mine cannot'],
    [{ ...net, description: { ...net.description, preset: 'mine' } }, 'mine with the prox l1 cannot'],
    [{ ...net, description: { ...net.description, args: { layers: 2 } } }, 'learned-ista with the prox l1 cannot'],
    [{ ...net, forward: (y: Tensor) => net.forward(tensor(y.data.map((value: number) => 2 * value))) }, 'learned-ista with the prox l1 cannot'],
  ] as const) assert.throws(() => trainingThreads(2).open(other, 4),
    (error: Error) => error instanceof TypeError && error.message === `trainingThreads: ${message} be rebuilt in a thread; train without threads`);
});
threads.run();
