import { descendTogether, improveSigns, type RowMethod, type RowSearch } from '../../qubo/sign-rows.js';
import { annealing } from '../../qubo/solvers/annealing.js';
import type { Solver } from '../../qubo/solvers/solver.js';
import type { Binarizer } from '../binarizer.js';
import { postTraining, type PostTrainingOptions } from '../post-training.js';

export interface QuboOptions extends PostTrainingOptions {
  /** Solves each row beside the descents; annealing unless given. */
  readonly solver?: Solver;
  /** Sweeps and reads of the solver for each row. */
  readonly sweeps?: number;
  readonly reads?: number;
}

/** The best of descents and, where there is one, of a solver; rows whose errors meet in one place then descend together. */
export const searchedRows = (search?: RowSearch): RowMethod => async (rows, scale, { signs, seed, metric }) => {
  const own = search && { ...search, options: { ...search.options, seed } };
  const found = await improveSigns(rows, scale, signs, own), shared = metric?.();
  if (shared) descendTogether(rows, shared, scale, found);
  return found;
};

/**
 * Post-training binarization: the signs of every row solve a QUBO, whose energy is the squared error of the row's products on
 * calibration data (arXiv 2510.16075, for signs under a mask with one scale); those of convolutions then descend on what errors of
 * their channels do together. Then the signs stay, and scale, steps and thresholds are trained for the steps of the options, or not
 * at all for 0.
 */
export const qubo = ({ solver = annealing(), sweeps = 200, reads = 1, ...options }: QuboOptions = {}): Binarizer =>
  postTraining('qubo', { method: searchedRows(), last: searchedRows({ solver, options: { sweeps, reads } }) }, options);
