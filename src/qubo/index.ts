export {
  type Couplings, type ModelParts, type QuadraticModel, type Sample, type Triplets, type Vartype,
  energy, field, flipGain, fromMatrix, fromTriplets,
} from './model.js';
export { negated, toBinary, toBits, toSpin, toSpins } from './convert.js';
export { decode, modelBuilder, type ModelBuilder, type NamedTerm } from './builder.js';
export type { SolveInfo, SolveOptions, SolveProgress, SolveResult, Solver } from './solvers/solver.js';
export { annealing, type AnnealingOptions } from './solvers/annealing.js';
export { bifurcation, type BifurcationOptions } from './solvers/bifurcation.js';
export { descent } from './solvers/descent.js';
export { exact } from './solvers/exact.js';
export { momentum } from './solvers/momentum.js';
export { tabu } from './solvers/tabu.js';
export { tempering, type TemperingOptions } from './solvers/tempering.js';
export { solverByName, solverNames } from './solvers/index.js';
export { bestKnown } from './best-known.js';
export { palubeckis, palubeckisInstances, type PalubeckisInstance } from './palubeckis.js';
export {
  formats, guessFormat, readSamples, writeBqp, type Conventions, type Format, type FormatName, type FormatOptions, type OutsideSamples, type Problem,
} from './formats/index.js';
export { trainHeadByQubo, trainHeadExactly, type HeadTraining, type QuboHeadTraining, type TrainedHead } from './head-training.js';
export { quboRounding } from './rounding/index.js';
export * as rounding from './rounding/index.js';
export * as coherence from './coherence/index.js';
export * as binaryNetwork from './binary-network/index.js';
