import { random } from '../../core/random.js';
import { integerForm, randomState } from './integer-form.js';
import { runReads } from './reads.js';
import type { Solver } from './solver.js';

const defaultReads = 100, stream = 0x64657363;

/** Steepest descent from random states, a local minimum each. */
export const descent = (): Solver => ({
  name: 'descent', defaultReads,
  solve: (given, options = {}) => runReads('descent', given, () => {
    const form = integerForm(given), { model } = form, walker = form.walker();
    return {
      start(r) {
        const rng = random(stream, options.seed ?? 1, r);
        walker.start(model.linear, randomState(model.n, rng), [0, 1]);
        return {
          step() {
            walker.descend();
            return false;
          },
          energy: () => form.energyOf(walker.bestEnergy()),
          sample: () => walker.best(),
          sweeps: () => 1,
        };
      },
      release: () => form.release(),
    };
  }, options, defaultReads),
});
