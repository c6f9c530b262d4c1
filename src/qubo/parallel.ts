import { Piscina } from 'piscina';
import type { QuadraticModel, Sample } from './model.js';
import { checkOptions } from './solvers/reads.js';
import { solverByName } from './solvers/index.js';
import type { SolveOptions, SolveResult, Stopped } from './solvers/solver.js';

/** What one thread is told; `progress` holds each thread's best energy and done part, `stop` a 1 when all shall end. */
export interface ThreadTask {
  readonly solver: string;
  readonly model: QuadraticModel;
  readonly options: Omit<SolveOptions, 'onProgress' | 'signal'>;
  readonly thread: number;
  readonly progress: Float64Array;
  readonly stop: Int32Array;
}

export interface ParallelSolveOptions extends Omit<SolveOptions, 'firstRead' | 'readStep'> {
  /** A name that `solverByName` knows; its defaults apply. */
  readonly solver: string;
  readonly threads: number;
}

const pollMs = 100, defaultReads = 10;

/** Best first; equal ones in the order of the threads. */
function merge(solver: string, results: readonly SolveResult[], seconds: number, stopped: Stopped): SolveResult {
  const all = results.flatMap(({ samples, energies }) => samples.map((sample: Sample, k) => ({ sample, energy: energies[k]! })));
  all.sort((a, b) => a.energy - b.energy);
  const first = results.reduce((a, b) => (b.best.energy < a.best.energy ? b : a));
  const bounds = results.flatMap(({ info }) => info.lowerBound ?? []);
  return {
    samples: all.map(({ sample }) => sample), energies: Float64Array.from(all, ({ energy }) => energy), best: first.best,
    info: {
      solver, seconds, stopped, secondsToBest: first.info.secondsToBest, proven: results.some(({ info }) => info.proven),
      reads: results.reduce((sum, { info }) => sum + info.reads, 0), sweeps: results.reduce((sum, { info }) => sum + info.sweeps, 0),
      ...(bounds.length && { lowerBound: Math.max(...bounds) }),
    },
  };
}

/**
 * Reads of a solver shared between threads, thread t taking reads t, t + threads, …: with `sweeps` and `reads` the samples are
 * those of one thread. For Node alone. Rejects where a thread died.
 */
export async function solveParallel(model: QuadraticModel, { solver, threads, signal, onProgress, ...options }: ParallelSolveOptions): Promise<SolveResult> {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > 256)
    throw new RangeError(`solveParallel: expected 1 to 256 threads, got ${threads}`);
  solverByName(solver);
  checkOptions(options);
  const reads = options.reads ?? (options.timeMs === undefined ? defaultReads : undefined);
  const count = Math.min(threads, reads ?? threads), began = performance.now(), seconds = (): number => (performance.now() - began) / 1000;
  const progress = new Float64Array(new SharedArrayBuffer(16 * count)), stop = new Int32Array(new SharedArrayBuffer(4));
  for (let t = 0; t < count; t++) progress[2 * t] = Infinity;
  const pool = new Piscina<ThreadTask, SolveResult>({
    filename: new URL('./parallel-worker.js', import.meta.url).href, minThreads: count, maxThreads: count,
  });
  const watch = setInterval(() => {
    if (signal?.aborted) Atomics.store(stop, 0, 1);
    const parts = Array.from({ length: count }, (_, t) => ({ best: progress[2 * t]!, done: progress[2 * t + 1]! }));
    onProgress?.({ done: Math.min(...parts.map(({ done }) => done)), bestEnergy: Math.min(...parts.map(({ best }) => best)), seconds: seconds() });
  }, pollMs);
  try {
    const results = await Promise.all(Array.from({ length: count }, (_, thread) => {
      const own = { ...options, firstRead: thread, readStep: count, ...(reads !== undefined && { reads: Math.ceil((reads - thread) / count) }) };
      return pool.run({ solver, model, options: own, thread, progress, stop }).then(result => {
        // One that is done for good ends the others; one whose reads are over does not.
        if (result.info.stopped === 'target' || result.info.stopped === 'proven') Atomics.store(stop, 0, 1);
        return result;
      });
    }));
    const reasons = results.map(({ info }) => info.stopped);
    const stopped = (['target', 'proven', 'interrupted', 'time', 'done'] as const).find(reason => reasons.includes(reason))!;
    return merge(solver, results, seconds(), stopped);
  } finally {
    clearInterval(watch);
    await pool.destroy();
  }
}
