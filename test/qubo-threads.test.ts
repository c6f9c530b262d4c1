import type { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromTriplets, type QuadraticModel } from '../src/qubo/model.js';
import { palubeckis, palubeckisInstances } from '../src/qubo/palubeckis.js';
import { solveParallel } from '../src/qubo/parallel.js';
import { solverByName, solverNames } from '../src/qubo/solvers/index.js';
import type { SolveOptions, SolveResult } from '../src/qubo/solvers/solver.js';

/** ±1 on two cycles through n spins: many samples have the same energy. */
function ring(n: number): QuadraticModel {
  const at = Array.from({ length: 2 * n }, (_, k) => k >> 1);
  return fromTriplets(n, {
    rows: at, cols: at.map((i, k) => (i + (k % 2 ? 5 : 1)) % n), values: at.map((_, k) => ((k * k) % 7 < 3 ? 1 : -1)),
  }, { vartype: 'spin' });
}
const model = ring(60);

const told = ({ samples, energies, reads, best, info }: SolveResult) => ({
  samples: samples.map(sample => sample.join()), energies: [...energies], reads, best: { energy: best.energy, sample: best.sample.join() },
  info: { ...info, seconds: 0, secondsToBest: 0 },
});

const threads = suite('one search on threads');
for (const solver of solverNames) threads(`${solver}: two threads give the result of one, in its order`, async () => {
  const sweeps = solver === 'tabu' || solver === 'exact' ? 300 : 40;
  for (const options of [{ seed: 3, sweeps, reads: 7 }, { seed: 3, sweeps: 20 }] as SolveOptions[]) {
    const one = told(await solverByName(solver).solve(model, options));
    assert.equal(told(await solveParallel(model, { ...options, solver, threads: 2 })), one);
  }
});
threads('of equal energies the best thousand are those of one thread', async () => {
  const options = { reads: 2500, seed: 2 }, one = told(await solverByName('descent').solve(ring(12), options));
  const shared = told(await solveParallel(ring(12), { ...options, solver: 'descent', threads: 3 }));
  assert.is(shared.samples.length, 1000);
  assert.equal([shared.reads, shared.samples, shared.info.reads], [one.reads, one.samples, 2500]);
});

/** Threads that are there while `act` runs, and how many of them have not ended after it. */
async function threadsOf(act: () => Promise<unknown>): Promise<{ started: number; left: number }> {
  let started = 0, ended = 0;
  const seen = (worker: Worker): void => {
    started++;
    worker.on('exit', () => { ended++; });
  };
  process.on('worker', seen);
  try {
    await act();
  } finally {
    process.off('worker', seen);
  }
  return { started, left: started - ended };
}
threads('an onProgress that throws rejects, and no thread is left', async () => {
  let message = '';
  const { started, left } = await threadsOf(() => solveParallel(model, {
    solver: 'tabu', threads: 2, timeMs: 60_000, onProgress: () => { throw new Error('enough of it'); },
  }).catch((error: Error) => { message = error.message; }));
  assert.equal([message, started, left], ['enough of it', 2, 0]);
});
threads('threads that die as they start are an error, not a hang', async () => {
  const seen = (worker: Worker): void => { void worker.terminate(); };
  process.on('worker', seen);
  try {
    const told = await solveParallel(model, { solver: 'tabu', threads: 2, timeMs: 100 }).then(() => 'nothing', (error: Error) => error.message);
    assert.match(told, /^a thread ended: /);
  } finally {
    process.off('worker', seen);
  }
});
threads('a signal ends the start of the threads, with a sample', async () => {
  const abort = new AbortController(), signal = { aborted: true }, dense = palubeckis(palubeckisInstances[0]!);
  const { started } = await threadsOf(async () => {
    const { samples, info } = await solveParallel(model, { solver: 'tabu', threads: 2, timeMs: 60_000, signal });
    assert.equal([samples.length, info.stopped], [1, 'interrupted']);
  });
  assert.is(started, 0);
  setTimeout(() => abort.abort());
  const before = performance.now();
  const { left } = await threadsOf(async () => {
    const { samples, info } = await solveParallel(dense, { solver: 'tabu', threads: 16, timeMs: 60_000, signal: abort.signal });
    assert.equal([samples.length >= 1, info.stopped], [true, 'interrupted']);
  });
  // Sixteen threads on one core need several seconds to begin.
  assert.is(left, 0);
  assert.ok(performance.now() - before < 20_000);
});
threads('the time limit counts from the call, whatever the threads take to start', async () => {
  const alone = performance.now();
  await solveParallel(model, { solver: 'tabu', threads: 4, sweeps: 1, reads: 4 });
  const start = performance.now() - alone, before = performance.now(), timeMs = start + 500;
  const { info } = await solveParallel(model, { solver: 'tabu', threads: 4, timeMs });
  const took = performance.now() - before;
  assert.is(info.stopped, 'time');
  // Starting and then searching would take 2 start + 500 ms.
  assert.ok(took < timeMs + 0.6 * start + 200, `${took} of ${timeMs} ms, start ${start} ms`);
  assert.ok(info.secondsToBest <= info.seconds);
});
threads.run();
