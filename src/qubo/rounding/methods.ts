import type { Couplings } from '../model.js';
import type { SolveOptions, Solver } from '../solvers/solver.js';
import { descend } from './descent.js';
import type { GramFactor } from './factor.js';
import { kBest, type KBestOptions } from './k-best.js';
import { codesOf, outputError, roundingModel, type NeuronProblem } from './problem.js';
import { exactRounding } from './sphere.js';

/** What the neurons of a layer have in common, made when it is first asked for. */
export interface Shared {
  factor(): GramFactor;
  couplings(problem: NeuronProblem): Couplings;
}

export interface Rounded {
  readonly codes: Float64Array;
  /** The method that found it. */
  readonly by: string;
  /** No choice of rounding has a smaller error. */
  readonly proven: boolean;
}

/** A way to choose the codes of one neuron. */
export interface RoundingMethod {
  readonly name: string;
  /** Fast enough to be run at every scale that is tried. */
  readonly fast: boolean;
  round(problem: NeuronProblem, shared: Shared): Rounded | Promise<Rounded>;
}

const nearestCodes = ({ real, step, min, max }: NeuronProblem): Float64Array =>
  real.map((u, i) => Math.max(min[i]!, Math.min(max[i]!, min[i]! + step[i]! * Math.floor((u - min[i]!) / step[i]! + 0.5))));

const method = (name: string, fast: boolean, codes: (problem: NeuronProblem, shared: Shared) => Float64Array): RoundingMethod =>
  ({ name, fast, round: (problem, shared) => ({ codes: codes(problem, shared), by: name, proven: false }) });

/** Round to nearest, clipped; halves go up. */
export const nearest = (): RoundingMethod => method('nearest', true, nearestCodes);

/** Steepest 1-flip descent from round to nearest. */
export const greedy = (): RoundingMethod => method('greedy', true, problem => descend(problem, nearestCodes(problem)));

/** GPTQ (Frantar et al. 2023) over the whole grid, inputs in order of their energy, diagonal damped by 1 %. */
export const gptq = (): RoundingMethod =>
  method('gptq', true, (problem, shared) => kBest(problem, shared.factor(), { keep: 1, whole: true }));

/** The K-best sphere decoder over the two choices of each weight, then 1-flip descent. */
export const kBestRounding = ({ keep = 32 }: Partial<KBestOptions> = {}): RoundingMethod =>
  method(`${keep}-best`, keep === 1, (problem, shared) => descend(problem, kBest(problem, shared.factor(), { keep })));

/** The least error of all choices where the search ends within so many nodes. */
export const exact = (options: { readonly nodes?: number } = {}): RoundingMethod => ({
  name: 'exact', fast: false,
  round(problem, shared) {
    const start = descend(problem, kBest(problem, shared.factor(), { keep: 32 }));
    return { ...exactRounding(problem, start, options), by: 'exact' };
  },
});

/** The neuron's QUBO by a solver, the best of its reads. */
export const bySolver = (solver: Solver, options: SolveOptions = {}): RoundingMethod => ({
  name: solver.name, fast: false,
  async round(problem, shared) {
    const { best, info } = await solver.solve(roundingModel(problem, shared.couplings(problem)), options);
    return { codes: codesOf(problem, best.sample), by: solver.name, proven: info.proven };
  },
});

/** The least output error of several methods; the first of equals. */
export const bestOf = (methods: readonly RoundingMethod[]): RoundingMethod => ({
  name: 'best', fast: methods.every(({ fast }) => fast),
  async round(problem, shared) {
    let best: Rounded | undefined, least = Infinity;
    for (const one of methods) {
      const found = await one.round(problem, shared), error = outputError(problem, found.codes);
      if (best === undefined || error < least) [best, least] = [{ ...found, proven: found.proven || best?.proven === true }, error];
      else if (found.proven) best = { ...best, proven: true };
    }
    if (best === undefined) throw new RangeError('bestOf: expected methods, got none');
    return best;
  },
});

/** `quboRounding` as it is meant: never worse than round to nearest, greedy descent or the decoder, whatever the solver finds. */
export const quboMethod = (solver: Solver, options: SolveOptions = {}): RoundingMethod =>
  ({ ...bestOf([nearest(), greedy(), kBestRounding(), bySolver(solver, options)]), name: 'qubo' });
