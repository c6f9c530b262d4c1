// One thread of solveParallel.
import type { QuadraticModel } from './model.js';
import { solverByName } from './solvers/index.js';
import type { SolveOptions, SolveResult } from './solvers/solver.js';

/** What one thread is told; the arrays are shared and have a place for each thread. */
export interface ThreadTask {
  readonly solver: string;
  readonly model: QuadraticModel;
  readonly options: Omit<SolveOptions, 'onProgress' | 'signal'>;
  readonly thread: number;
  /** When solveParallel was called, by `clock`. */
  readonly called: number;
  /** Best energy and done part of each. */
  readonly progress: Float64Array;
  /** 1 once a thread has begun, and once it shall end. */
  readonly begun: Int32Array;
  readonly stop: Int32Array;
}

const leastMs = 1;

/** Milliseconds that all threads count alike. */
export const clock = (): number => performance.timeOrigin + performance.now();

export default async function solve(task: ThreadTask): Promise<SolveResult> {
  const { solver, model, options, thread, called, progress, begun, stop } = task, late = clock() - called;
  Atomics.store(begun, thread, 1);
  const { info, ...found } = await solverByName(solver).solve(model, {
    ...options, ...(options.timeMs !== undefined && { timeMs: Math.max(leastMs, options.timeMs - late) }),
    signal: { get aborted() { return Atomics.load(stop, thread) === 1; } },
    onProgress({ done, bestEnergy }) {
      progress[2 * thread] = bestEnergy;
      progress[2 * thread + 1] = done;
    },
  });
  return { ...found, info: { ...info, secondsToBest: info.secondsToBest + late / 1000 } };
}
