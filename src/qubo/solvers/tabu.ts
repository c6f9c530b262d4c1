import { random } from '../../core/random.js';
import { tabuSearch, type TabuOptions } from '../../kernels/index.js';
import type { QuadraticModel } from '../model.js';
import { randomState, withIntegerForm, type IntegerForm } from './integer-form.js';
import { sweepsOf } from './lengths.js';
import { runReads, type Reads } from './reads.js';
import { sliced } from './slices.js';
import type { SolveOptions, Solver } from './solver.js';

/** What 32-bit counters of moves hold with room to spare. */
export const longestRead = 2 ** 30;
const defaultReads = 10, stream = 0x74616275;
const defaultMoves = (n: number): number => 20000 + 20 * n;

/** What was best on dense and on 10 % filled problems of 500 to 3000 variables; max-cut on sparse graphs asks for a longer tenure. */
const search = (n: number): TabuOptions => ({
  tenure: Math.min(Math.ceil(n / 4), 5 + Math.floor(n / 100)), spread: Math.min(10, Math.ceil(n / 2)),
  patience: 10 * n, shake: [Math.ceil(n / 10), Math.max(Math.min(10, n), Math.ceil(n / 4))],
});

function readsOf(form: IntegerForm, options: SolveOptions): Reads {
  const { model, rounding } = form, walker = form.walker(), tabu = tabuSearch(walker, model.n, search(model.n));
  return {
    rounding,
    start(r) {
      const rng = random(stream, options.seed ?? 1, r), moves = Math.min(longestRead, sweepsOf(r, options, defaultMoves(model.n)));
      let done = 0;
      walker.start(model.linear, randomState(model.n, rng), [rng.bits(), rng.bits()]);
      tabu.start();
      const work = sliced(count => tabu.moves(count));
      return {
        step() {
          done += work(moves - done);
          return done < moves;
        },
        energy: () => form.energyOf(walker.bestEnergy()),
        sample: () => walker.best(),
        sweeps: () => done,
      };
    },
    release() {
      tabu.release();
      form.release();
    },
  };
}

/** The reads of a tabu search: see `tabu`. */
export const tabuReads = (model: QuadraticModel, options: SolveOptions): Reads =>
  withIntegerForm(model, form => readsOf(form, options));

/**
 * Iterated tabu search (Palubeckis 2006): the best flip that is not held, a flipped variable being held for some moves; after 10 n
 * moves without a new low, n/10 to n/4 flips that are almost random. A sweep is one move, which looks at all n flips. The solver of
 * choice for dense problems. Throws a RangeError for reads of more than 2³⁰ sweeps.
 */
export const tabu = (): Solver => ({
  name: 'tabu', defaultReads,
  async solve(model, options = {}) {
    if (options.sweeps! > longestRead) throw new RangeError(`tabu: expected at most 2^30 sweeps a read, got ${options.sweeps}`);
    return runReads('tabu', model, () => tabuReads(model, options), options, defaultReads);
  },
});
