// One thread of solveParallel.
import type { ThreadTask } from './parallel.js';
import { solverByName } from './solvers/index.js';
import type { SolveResult } from './solvers/solver.js';

export default function solve({ solver, model, options, thread, progress, stop }: ThreadTask): Promise<SolveResult> {
  const signal = { get aborted() { return Atomics.load(stop, 0) === 1; } };
  return solverByName(solver).solve(model, {
    ...options, signal,
    onProgress({ done, bestEnergy }) {
      progress[2 * thread] = bestEnergy;
      progress[2 * thread + 1] = done;
    },
  });
}
