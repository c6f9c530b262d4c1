import { momentumSearch, type MomentumStep } from '../../kernels/index.js';
import { random } from '../../core/random.js';
import type { QuadraticModel } from '../model.js';
import { integerForm, randomState, type IntegerForm } from './integer-form.js';
import { sweepsOf } from './lengths.js';
import { runReads, type Reads } from './reads.js';
import { extremes, selfCouplings } from './self-couplings.js';
import { sliced } from './slices.js';
import type { SolveOptions, Solver } from './solver.js';
import { automaticTemperatures } from './temperatures.js';

const defaultSweeps = 1000, defaultReads = 10, stream = 0x6d6f6d65, firstDrop = 0.5;

interface Plan {
  /** Twice the self-coupling of each spin. */
  readonly self: Float64Array;
  /** What a part of the schedule, 0 to 1, does, in units of 1/scale. */
  step(part: number): MomentumStep;
}

/**
 * Temperatures of annealing, falling geometrically; self-couplings that grow to their whole strength, and are left out by a chance that
 * falls to 0. They begin at the strength 1 − μ/λ, with λ and μ the largest eigenvalues of J and −J: below it two opposite copies
 * are ordered before two like ones are, and remain. The self-couplings order copies at a higher temperature, ½(1 + λ/μ) times.
 */
function planOf(form: IntegerForm): Plan {
  const { model, system: { scale } } = form, { hot, cold } = automaticTemperatures(form), ends = extremes(model);
  const ratio = ends.ofNegative > 0 ? Math.max(1, ends.largest / ends.ofNegative) : 1, least = 1 - 1 / ratio, first = hot * (1 + ratio) / 2;
  return {
    // J of spins is a quarter of that of bits.
    self: selfCouplings(model, ends).map(value => scale * value / 2),
    step: part => ({
      temperature: scale * first * (cold / first) ** part,
      drop: (1 - least) * firstDrop * (1 - part),
      strength: least + (1 - least) * Math.sqrt(part),
    }),
  };
}

function readsOf(given: QuadraticModel, options: SolveOptions): Reads {
  const { seed = 1 } = options, form = integerForm(given), { model } = form, plan = planOf(form);
  const walker = form.walker(), search = momentumSearch(walker, plan.self);
  return {
    start(r) {
      const rng = random(stream, seed, r), sweeps = sweepsOf(r, options, defaultSweeps);
      let done = 0;
      walker.start(model.linear, randomState(model.n, rng), [rng.bits(), rng.bits()]);
      search.start();
      const part = (k: number): number => (sweeps === 1 ? 1 : k / (sweeps - 1));
      const work = sliced(count => search.run(Array.from({ length: count }, (_, k) => plan.step(part(done + k)))));
      return {
        step() {
          done += work(sweeps - done);
          if (done < sweeps) return true;
          walker.start(model.linear, walker.best(), [0, 1]);
          walker.descend();
          return false;
        },
        energy: () => form.energyOf(walker.bestEnergy()),
        sample: () => walker.best(),
        sweeps: () => done,
      };
    },
    release() {
      search.release();
      form.release();
    },
  };
}

/**
 * Momentum annealing (Okuyama, Sonobe, Kawarabayashi & Yamaoka 2019): all spins at once, each drawn given the state before and, by
 * Metropolis' rule, the one before that. A sweep draws every spin once; the best state of all is kept and descended from at the end.
 */
export const momentum = (): Solver => ({
  name: 'momentum', defaultReads,
  solve: (model, options = {}) => runReads('momentum', model, () => readsOf(model, options), options, defaultReads),
});
