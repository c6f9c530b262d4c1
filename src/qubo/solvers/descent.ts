import { random } from '../../core/random.js';
import { randomState, withIntegerForm, type IntegerForm } from './integer-form.js';
import { runReads, type Reads } from './reads.js';
import { descending } from './slices.js';
import type { SolveOptions, Solver } from './solver.js';

const defaultReads = 100, stream = 0x64657363;

function readsOf(form: IntegerForm, { seed = 1 }: SolveOptions): Reads {
  const { model, rounding } = form, walker = form.walker();
  return {
    rounding,
    start(r) {
      const rng = random(stream, seed, r);
      walker.start(model.linear, randomState(model.n, rng), [0, 1]);
      return {
        step: descending(walker, model.n),
        energy: () => form.energyOf(walker.bestEnergy()),
        sample: () => walker.best(),
        sweeps: () => 1,
      };
    },
    release: () => form.release(),
  };
}

/** Steepest descent from random states, a local minimum each. */
export const descent = (): Solver => ({
  name: 'descent', defaultReads,
  solve: (model, options = {}) =>
    runReads('descent', model, () => withIntegerForm(model, form => readsOf(form, options)), options, defaultReads),
});
