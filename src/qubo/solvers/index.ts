import { annealing } from './annealing.js';
import { bifurcation } from './bifurcation.js';
import { descent } from './descent.js';
import { exact } from './exact.js';
import { momentum } from './momentum.js';
import type { Solver } from './solver.js';
import { tabu } from './tabu.js';
import { tempering } from './tempering.js';

const solvers = {
  annealing, tabu, tempering, exact, descent, momentum,
  bifurcation: () => bifurcation(),
  'bifurcation-discrete': () => bifurcation({ mode: 'discrete' }),
} satisfies Record<string, () => Solver>;

/** What `solverByName` takes. */
export const solverNames: readonly string[] = Object.keys(solvers);

/** A solver with its defaults. Throws a RangeError naming the solvers there are. */
export function solverByName(name: string): Solver {
  if (!Object.hasOwn(solvers, name)) throw new RangeError(`solver: expected ${solverNames.join(', ')}, got ${name}`);
  return solvers[name as keyof typeof solvers]();
}
