import type { Solver, SolveOptions } from '../solvers/solver.js';
import { formulate, type FormulateOptions } from './formulate.js';
import { scored, type Trainer } from './problem.js';

/**
 * Training by any solver on the global QUBO. The weights of every sample that it returns are decoded and the network is run with
 * them; the best of these count, whatever the auxiliaries say.
 */
export function byQubo(
  solver: Solver, options: Omit<SolveOptions, 'seed' | 'signal'> = {}, formulation: FormulateOptions = {},
): Trainer {
  return {
    name: `qubo-${solver.name}`,
    async train(problem, { seed = 1, signal } = {}) {
      const { model, decode } = formulate(problem, formulation);
      const { samples, best, info } = await solver.solve(model, { ...options, seed, ...(signal && { signal }) });
      const runs = samples.map(sample => scored(problem, decode(sample), { energy: best.energy, proven: info.proven }));
      return runs.reduce((lowest, run) => (run.objective < lowest.objective ? run : lowest));
    },
  };
}
