import { proof, type Proof } from '../exact/prove.js';
import { pairCount, type QuadraticModel } from '../model.js';
import { annealingReads } from './annealing.js';
import { runReads, type Reads } from './reads.js';
import type { SolveOptions, Solver } from './solver.js';
import { tabuReads } from './tabu.js';

const mostPairs = 2 ** 21, sliceMs = 4, defaultReads = 1;
/** A move of the tabu search looks at all variables: beyond so many it would take longer than most proofs. */
const mostByTabu = 2 ** 13, annealingSweeps = 200;

function readsOf(model: QuadraticModel, options: SolveOptions): Reads {
  const searches = model.n <= mostByTabu ? tabuReads(model, options)
    : annealingReads(model, { ...options, sweeps: options.sweeps ?? annealingSweeps });
  let proving: Proof | undefined;
  return {
    start(r) {
      const first = searches.start(r);
      let own: Proof | undefined, proven = false;
      return {
        step() {
          if (!own) {
            if (first.step()) return true;
            own = proving = proof(model, first.sample());
          }
          for (const began = performance.now(); !proven && performance.now() - began < sliceMs;) proven = own.search.next().done === true;
          return !proven;
        },
        energy: () => own?.energy() ?? first.energy(),
        sample: () => own?.sample() ?? first.sample(),
        sweeps: () => first.sweeps() + (own?.nodes() ?? 0),
        proven: () => proven,
        lowerBound: () => own?.lower() ?? -Infinity,
      };
    },
    release() {
      proving?.search.return(undefined);
      searches.release();
    },
  };
}

/**
 * The proven minimum. First a search for a good sample, of `sweeps` moves by tabu, or of `sweeps` sweeps by annealing for more than
 * 8192 variables; then variables are fixed by what their fields can be and by roof duality, and every part that shares no coupling with
 * the rest is searched on its own, up to 26 variables by going through all states and beyond by branch and bound. Exact where
 * coefficients of a part are multiples of one number, 2⁻⁴⁷ of the sum of their sizes or more (2⁻⁴⁵ for spins); elsewhere they are
 * rounded to that, and `info.tolerance` says what it can amount to. `info.lowerBound` is below all energies as real numbers, proven or
 * where time ends it; `energy` itself rounds. `info.sweeps` counts moves or sweeps of the first search, and nodes. Throws a RangeError
 * for more than two million couplings.
 */
export const exact = (): Solver => ({
  name: 'exact', defaultReads,
  async solve(model, options = {}) {
    const pairs = pairCount(model);
    if (pairs > mostPairs) throw new RangeError(`exact: expected at most ${mostPairs} couplings, got ${pairs}`);
    return runReads('exact', model, () => readsOf(model, options), options, defaultReads);
  },
});
