import { eachNeighbour, energy, field, type QuadraticModel, type Sample } from '../model.js';

export interface Polished {
  readonly sample: Sample;
  /** In f64, as `energy` sums it up. */
  readonly energy: number;
}

/**
 * First-improvement descent in f64: what is left to do where coefficients differ by more than the 30 bits of a search, which rounds
 * small ones away, and where a search was stopped on its way. The sample itself where no flip lowers its energy. It takes as long as
 * a few products with the couplings.
 */
export function polished(model: QuadraticModel, sample: Sample): Polished {
  const { n, vartype, linear, offset } = model, state = sample.slice();
  const fields = Float64Array.from({ length: n }, (_, i) => field(model, state, i));
  let twice = 0, flips = 0;
  for (let i = 0; i < n; i++) if (sample[i] !== 0) twice += sample[i]! * (linear[i]! + fields[i]!);
  const given = offset + twice / 2;
  for (let before = -1; flips > before && flips < 4 * n;) {
    before = flips;
    for (let i = 0; i < n; i++) {
      const step = vartype === 'binary' ? 1 - 2 * state[i]! : -2 * state[i]!;
      if (!(step * fields[i]! < 0)) continue;
      state[i]! += step;
      eachNeighbour(model, i, (j, value) => { fields[j]! += step * value; });
      flips++;
    }
  }
  if (!flips) return { sample, energy: given };
  // Fields that were summed up in another order can call a rounding error a gain.
  const found = energy(model, state);
  return found < given ? { sample: state, energy: found } : { sample, energy: given };
}
