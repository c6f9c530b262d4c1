import { random } from '../../core/random.js';
import type { QuadraticModel } from '../model.js';
import { randomState, withIntegerForm, type IntegerForm } from './integer-form.js';
import { sweepsOf } from './lengths.js';
import { runReads, type Reads } from './reads.js';
import { descending, sliced } from './slices.js';
import type { SolveOptions, Solver } from './solver.js';
import { automaticTemperatures, checkRange, geometric, type Range } from './temperatures.js';

/** First and last temperature, in units of energy; chosen from the model's gains unless given. */
export type AnnealingOptions = Partial<Range>;

const defaultSweeps = 1000, defaultReads = 10, stream = 0x616e6e65;

function readsOf(form: IntegerForm, options: SolveOptions, own: AnnealingOptions): Reads {
  const { seed = 1 } = options, { model, rounding } = form, walker = form.walker(), automatic = automaticTemperatures(form);
  const cold = own.cold === undefined ? automatic.cold : form.countOf(own.cold);
  const range = { hot: Math.max(cold, own.hot === undefined ? automatic.hot : form.countOf(own.hot)), cold };
  return {
    rounding,
    start(r) {
      const rng = random(stream, seed, r), sweeps = sweepsOf(r, options, defaultSweeps);
      let done = 0;
      walker.start(model.linear, randomState(model.n, rng), [rng.bits(), rng.bits()]);
      const work = sliced(count => walker.anneal(geometric(range, sweeps, done, count)));
      const descend = descending(walker, model.n);
      return {
        step() {
          if (done === sweeps) return descend();
          done += work(sweeps - done);
          return true;
        },
        energy: () => form.energyOf(walker.bestEnergy()),
        sample: () => walker.best(),
        sweeps: () => done,
      };
    },
    release: () => form.release(),
  };
}

/** The reads of annealing: see `annealing`. */
export const annealingReads = (model: QuadraticModel, options: SolveOptions, own: AnnealingOptions = {}): Reads =>
  withIntegerForm(model, form => readsOf(form, options, own));

/**
 * Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983): sweeps in a fixed order by Metropolis' rule, temperatures falling
 * geometrically, the best state of every sweep kept, steepest descent at the end. Where `timeMs` alone bounds it, reads grow longer.
 * Throws a RangeError for options out of range.
 */
export function annealing(own: AnnealingOptions = {}): Solver {
  checkRange('annealing', own);
  return {
    name: 'annealing', defaultReads,
    solve: (model, options = {}) =>
      runReads('annealing', model, () => annealingReads(model, options, own), options, defaultReads),
  };
}
