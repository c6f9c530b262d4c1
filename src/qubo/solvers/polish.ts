import { eachNeighbour, energy, field, type QuadraticModel, type Sample } from '../model.js';

/**
 * Steepest descent in f64: what is left to do where coefficients differ by more than the 30 bits of a search, whose small ones it
 * rounds away. The sample itself where no flip lowers its energy.
 */
export function polished(model: QuadraticModel, sample: Sample): Sample {
  const { n, vartype } = model, state = sample.slice(), fields = Float64Array.from({ length: n }, (_, i) => field(model, state, i));
  const stepOf = (i: number): number => (vartype === 'binary' ? 1 - 2 * state[i]! : -2 * state[i]!);
  for (let flips = 0; flips < 4 * n; flips++) {
    let gain = 0, chosen = -1;
    for (let i = 0; i < n; i++) {
      const change = stepOf(i) * fields[i]!;
      if (change < gain) { gain = change; chosen = i; }
    }
    if (chosen < 0) break;
    const step = stepOf(chosen);
    state[chosen]! += step;
    eachNeighbour(model, chosen, (j, value) => { fields[j]! += step * value; });
  }
  // Fields that were summed up in another order can call a rounding error a gain.
  return energy(model, state) < energy(model, sample) ? state : sample;
}
