import type { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { sign } from '../src/binary/binarizers/index.js';
import { l1 } from '../src/core/prox.js';
import { pack } from '../src/packed/engine.js';
import { packParallel } from '../src/packed/parallel.js';
import { streamed } from '../src/packed/stream.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { gaussian, rademacher } from '../operators/index.js';
import { normalTensor } from './helpers.js';

const A = gaussian(20, 40, { seed: 1 });
const net = await sign().fit(learnedIsta({ operator: A, prox: l1() }, { layers: 4 }), sparseSpikes(40));

const threads = suite('threads and streams');
threads('two threads give the numbers of one', async () => {
  const one = pack(net), two = await packParallel(net, { threads: 2 });
  try {
    for (const batch of [1, 2, 8, 12, 16, 17, 128, 129]) {
      const y = normalTensor([batch, 20], batch);
      assert.equal((await two.reconstruct(y)).data, one.reconstruct(y).data);
    }
    assert.equal((await two.reconstruct(normalTensor([20], 1))).shape, [40]);
  } finally {
    await two.close();
  }
});
threads('two threads give the numbers of one, where products take 8 columns a look-up', async () => {
  const wide = await sign().fit(learnedIsta({ operator: rademacher(64, 2050, { seed: 1 }), prox: l1() }, { layers: 2 }), sparseSpikes(2050));
  const one = pack(wide), two = await packParallel(wide, { threads: 2 });
  try {
    for (const batch of [2, 12, 24, 48]) {
      const y = normalTensor([batch, 64], batch);
      assert.equal((await two.reconstruct(y)).data, one.reconstruct(y).data);
    }
  } finally {
    await two.close();
  }
});
threads('a thread that dies is an error, not a hang, and the next call works', async () => {
  const workers: Worker[] = [], seen = (worker: Worker): void => { workers.push(worker); };
  process.on('worker', seen);
  const engine = await packParallel(net, { threads: 1 }), y = normalTensor([8, 20], 1);
  try {
    await engine.reconstruct(y);
    const running = engine.reconstruct(normalTensor([20000, 20], 1)).then(() => 'done', () => 'failed');
    await workers[0]!.terminate();
    assert.is(await running, 'failed');
    assert.equal((await engine.reconstruct(y)).data, pack(net).reconstruct(y).data);
  } finally {
    process.off('worker', seen);
    await engine.close();
  }
});
threads('wrong requests are refused in one line', async () => {
  for (const count of [0, 1.5, 1000]) try {
    await packParallel(net, { threads: count });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /packParallel: expected 1 to 256 threads/);
  }
  const engine = await packParallel(net, { threads: 1 });
  try {
    await engine.reconstruct(normalTensor([19], 1));
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /reconstruct: expected/);
  } finally {
    await engine.close();
  }
});
threads('a stream keeps the order and comes in groups', async () => {
  const engine = pack(net), many = Array.from({ length: 130 }, (_, i) => normalTensor([20], i)), estimates = [];
  for await (const x of streamed(net, engine, many)) estimates.push(x);
  assert.is(estimates.length, 130);
  for (const [i, x] of estimates.entries()) {
    const alone = pack(net, { precision: 'exact' }).reconstruct(many[i]!);
    assert.equal(x.shape, [40]);
    assert.ok(Math.max(...x.data.map((value, k) => Math.abs(value - alone.data[k]!))) < 1e-3);
  }
});
threads('a bad measurement loses none before it', async () => {
  const good = Array.from({ length: 70 }, (_, i) => normalTensor([20], i)), bad = normalTensor([20], 99), estimates = [];
  bad.data[3] = NaN;
  try {
    for await (const x of streamed(net, pack(net), [...good, bad, ...good])) estimates.push(x);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /streamed: measurement 70/);
    assert.is(estimates.length, 70);
  }
});
threads('a source that fails loses none that it gave, and an engine that fails is asked once', async () => {
  async function* source() {
    for (let i = 0; i < 70; i++) yield normalTensor([20], i);
    throw new Error('the source is gone');
  }
  let got = 0, asked = 0;
  const drained = async (engine: Parameters<typeof streamed>[1]): Promise<string> => {
    try {
      for await (const _ of streamed(net, engine, source())) got++;
      return 'nothing';
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.is(await drained(pack(net)), 'the source is gone');
  assert.is(got, 70);
  assert.is(await drained({ reconstruct() { asked++; throw new Error('the engine is gone'); } }), 'the engine is gone');
  assert.is(asked, 1);
});
threads.run();
