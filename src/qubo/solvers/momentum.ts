import { momentumSearch, type MomentumSearch, type MomentumStep } from '../../kernels/index.js';
import { random } from '../../core/random.js';
import { randomState, withIntegerForm, type IntegerForm } from './integer-form.js';
import { sweepsOf } from './lengths.js';
import { runReads, type Reads } from './reads.js';
import { extremes, selfCouplings } from './self-couplings.js';
import { descending, sliced } from './slices.js';
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
 * Made in parts, which take time where couplings are many.
 */
function* planOf(form: IntegerForm): Generator<void, Plan> {
  const { model, system: { scale } } = form, { hot, cold } = automaticTemperatures(form), ends = yield* extremes(model);
  const ratio = ends.ofNegative > 0 ? Math.max(1, ends.largest / ends.ofNegative) : 1, least = 1 - 1 / ratio, first = hot * (1 + ratio) / 2;
  return {
    // J of spins is a quarter of that of bits.
    self: (yield* selfCouplings(model, ends)).map(value => scale * value / 2),
    step: part => ({
      temperature: first * (cold / first) ** part,
      drop: (1 - least) * firstDrop * (1 - part),
      strength: least + (1 - least) * Math.sqrt(part),
    }),
  };
}

function readsOf(form: IntegerForm, options: SolveOptions): Reads {
  const { seed = 1 } = options, { model, rounding } = form, walker = form.walker();
  let planned: { plan: Plan; search: MomentumSearch } | undefined;
  return {
    rounding,
    start(r) {
      const rng = random(stream, seed, r), sweeps = sweepsOf(r, options, defaultSweeps);
      let done = 0;
      walker.start(model.linear, randomState(model.n, rng), [rng.bits(), rng.bits()]);
      const part = (k: number): number => (sweeps === 1 ? 1 : k / (sweeps - 1));
      function* slices(): Generator<void> {
        if (!planned) {
          const plan = yield* planOf(form);
          planned = { plan, search: momentumSearch(walker, plan.self) };
        }
        const { plan, search } = planned;
        search.start();
        const work = sliced(count => search.run(Array.from({ length: count }, (_, k) => plan.step(part(done + k)))));
        for (; done < sweeps; done += work(sweeps - done)) yield;
        walker.start(model.linear, walker.best(), [0, 1]);
        for (const descend = descending(walker, model.n); descend();) yield;
      }
      const rest = slices();
      return {
        step: () => !rest.next().done,
        energy: () => form.energyOf(walker.bestEnergy()),
        sample: () => walker.best(),
        sweeps: () => done,
      };
    },
    release() {
      planned?.search.release();
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
  solve: (model, options = {}) =>
    runReads('momentum', model, () => withIntegerForm(model, form => readsOf(form, options)), options, defaultReads),
});
