import { toBinary } from '../convert.js';
import type { Found } from '../exact/branch.js';
import { prove } from '../exact/prove.js';
import { energy, pairCount, type QuadraticModel } from '../model.js';
import { runReads, type Reads } from './reads.js';
import type { SolveOptions, Solver } from './solver.js';
import { tabuReads } from './tabu.js';

const mostPairs = 2 ** 21, sliceMs = 4, defaultReads = 1;

function readsOf(given: QuadraticModel, options: SolveOptions): Reads {
  const model = toBinary(given), searches = tabuReads(model, options);
  let search: Generator<void> | undefined;
  return {
    start(r) {
      const first = searches.start(r);
      let found: Found | undefined, proven = false;
      return {
        step() {
          if (!found || !search) {
            if (first.step()) return true;
            const sample = first.sample();
            found = { sample, energy: energy(model, sample), lower: -Infinity, nodes: 0 };
            search = prove(model, found);
          }
          for (const began = performance.now(); !proven && performance.now() - began < sliceMs;) proven = search.next().done === true;
          return !proven;
        },
        energy: () => found?.energy ?? first.energy(),
        sample: () => found?.sample ?? first.sample(),
        sweeps: () => first.sweeps() + (found?.nodes ?? 0),
        proven: () => proven,
        lowerBound: () => found?.lower ?? -Infinity,
      };
    },
    release() {
      search?.return(undefined);
      searches.release();
    },
  };
}

/**
 * The proven minimum, up to 1e-11 of the sum of all coefficients: a tabu search for a good sample (of `sweeps` moves), variables fixed
 * by roof duality, then every part that shares no coupling with the rest on its own, up to 26 variables by going through all states
 * and beyond by branch and bound. Where time ends it, `info.lowerBound` says how far the best sample may be from the minimum. A sweep
 * is a move of the tabu search or a node. Throws a RangeError for more than two million couplings.
 */
export const exact = (): Solver => ({
  name: 'exact', defaultReads,
  async solve(model, options = {}) {
    const pairs = pairCount(model);
    if (pairs > mostPairs) throw new RangeError(`exact: expected at most ${mostPairs} couplings, got ${pairs}`);
    return runReads('exact', model, () => readsOf(model, options), options, defaultReads);
  },
});
