export {
  type Couplings, type ModelParts, type QuadraticModel, type Sample, type Triplets, type Vartype,
  energy, field, flipGain, fromMatrix, fromTriplets,
} from './model.js';
export { negated, toBinary, toBits, toSpin, toSpins } from './convert.js';
export type { SolveInfo, SolveOptions, SolveProgress, SolveResult, Solver } from './solvers/solver.js';
export { annealing, type AnnealingOptions } from './solvers/annealing.js';
export { descent } from './solvers/descent.js';
export { solverByName, solverNames } from './solvers/index.js';
export { bestKnown } from './best-known.js';
export { palubeckis, palubeckisInstances, type PalubeckisInstance } from './palubeckis.js';
