import { threadPool } from '../core/thread-pool.js';
import { checkThreads } from '../core/threads.js';
import type { QuadraticModel } from './model.js';
import { clock, type ThreadTask } from './parallel-worker.js';
import { checkOptions, kept } from './solvers/reads.js';
import { solverByName } from './solvers/index.js';
import type { SolveOptions, SolveResult, Stopped } from './solvers/solver.js';

export interface ParallelSolveOptions extends Omit<SolveOptions, 'firstRead' | 'readStep'> {
  /** A name that `solverByName` knows; its defaults apply. */
  readonly solver: string;
  readonly threads: number;
}

const pollMs = 100;

const flags = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

/** With coefficients that threads read where they are, instead of a copy for each. */
function shared(model: QuadraticModel): QuadraticModel {
  const { linear, couplings } = model;
  const reals = (values: Float64Array): Float64Array => {
    const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
    copy.set(values);
    return copy;
  };
  return { ...model, linear: reals(linear), couplings: { ...couplings, values: reals(couplings.values) } };
}

/** In the order of one thread: by energy, then by the number of the read. */
function merge(solver: string, results: readonly SolveResult[], seconds: number): SolveResult {
  const all = results.flatMap(({ samples, energies, reads, info }) =>
    samples.map((sample, k) => ({ sample, energy: energies[k]!, read: reads![k]!, secondsToBest: info.secondsToBest })));
  all.sort((a, b) => a.energy - b.energy || a.read - b.read).length = Math.min(all.length, kept);
  const bounds = results.flatMap(({ info }) => info.lowerBound ?? []), reasons = results.map(({ info }) => info.stopped);
  const { sample, energy, secondsToBest } = all[0]!, lowerBound = Math.max(...bounds), proven = results.some(({ info }) => info.proven);
  return {
    samples: all.map(one => one.sample), energies: Float64Array.from(all, one => one.energy), reads: all.map(({ read }) => read),
    best: { sample, energy },
    info: {
      solver, seconds, secondsToBest, proven,
      stopped: (['target', 'proven', 'interrupted', 'time', 'done'] satisfies Stopped[]).find(reason => reasons.includes(reason))!,
      reads: results.reduce((sum, { info }) => sum + info.reads, 0), sweeps: results.reduce((sum, { info }) => sum + info.sweeps, 0),
      ...(bounds.length && { lowerBound }), ...(proven && { tolerance: Math.max(0, energy - lowerBound) }),
    },
  };
}

/**
 * Reads of a solver shared between threads, thread t taking reads t, t + threads, …: with `sweeps` and `reads` alone the result is that
 * of one thread, samples and their order included. `timeMs` counts from the call: what the threads take to start, some tenths of a
 * second each where they share a core, is time that they do not search. A signal ends the start too; where no thread has begun by
 * then, the result is that of one thread that is stopped at once. Imported from `signfold/qubo/parallel`, for Node alone. Rejects
 * where a thread died or `onProgress` throws, with all threads ended.
 */
export async function solveParallel(model: QuadraticModel, { solver, threads, signal, onProgress, ...options }: ParallelSolveOptions): Promise<SolveResult> {
  checkThreads('solveParallel', threads);
  const chosen = solverByName(solver), { timeMs, target } = options;
  checkOptions(options);
  if (signal?.aborted) return chosen.solve(model, { ...options, signal });
  const called = clock(), seconds = (): number => (clock() - called) / 1000;
  const reads = options.reads ?? (timeMs === undefined ? chosen.defaultReads : undefined), count = Math.min(threads, reads ?? threads);
  const progress = new Float64Array(new SharedArrayBuffer(16 * count)), begun = flags(count), stop = flags(count);
  for (let t = 0; t < count; t++) progress[2 * t] = Infinity;
  const end = (from: number): void => { for (let t = from; t < count; t++) Atomics.store(stop, t, 1); };
  const common = shared(model), inOrder = timeMs === undefined && target === undefined;

  const pool = threadPool<ThreadTask, SolveResult>(new URL('./parallel-worker.js', import.meta.url), undefined, count);
  let watch: ReturnType<typeof setInterval> | undefined;
  const interrupted = new Promise<void>((resolve, reject) => {
    watch = setInterval(() => {
      try {
        if (signal?.aborted) { end(0); resolve(); }
        const parts = Array.from({ length: count }, (_, t) => ({ best: progress[2 * t]!, done: progress[2 * t + 1]! }));
        onProgress?.({ done: Math.min(...parts.map(({ done }) => done)), bestEnergy: Math.min(...parts.map(({ best }) => best)), seconds: seconds() });
      } catch (error) {
        reject(error);
      }
    }, pollMs);
  });
  const solveOn = (thread: number): Promise<SolveResult | undefined> => {
    const own = { ...options, firstRead: thread, readStep: count, ...(reads !== undefined && { reads: Math.ceil((reads - thread) / count) }) };
    const running = pool.run({ solver, model: common, options: own, thread, called, progress, begun, stop }).then(result => {
      // A proof is one of the first read. The reads before it go on where the samples are to be those of one thread.
      if (result.info.stopped === 'target') end(0);
      if (result.info.stopped === 'proven') end(inOrder ? thread + 1 : 0);
      return result;
    });
    return Promise.race([running, interrupted.then(() => (Atomics.load(begun, thread) ? running : undefined))]);
  };
  try {
    const ended = await Promise.all(Array.from({ length: count }, (_, thread) => solveOn(thread)));
    const results = ended.filter(result => result !== undefined), proof = inOrder ? results.findIndex(({ info }) => info.proven) : -1;
    if (results.length) return merge(solver, proof < 0 ? results : results.slice(0, proof + 1), seconds());
  } finally {
    clearInterval(watch);
    await pool.close();
  }
  return chosen.solve(model, { ...options, signal: { aborted: true } });
}
