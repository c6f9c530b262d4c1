import { breathing } from '../../core/breathing.js';
import { portableLog, random } from '../../core/random.js';
import { networkState } from './forward.js';
import { biasOf, checkCount, checkProblem, lossOf, scored, type Trainer, type TrainingProblem } from './problem.js';

export interface CollapsedOptions {
  /** Sweeps (one attempted flip of every weight) of a read. */
  readonly sweeps?: number;
  readonly reads?: number;
}

/** Gains below this are the rounding of sums of biases. */
const stream = 0x636f6c6c, rounding = 1e-9;

/**
 * One wrong output is hot, or one in 64 samples where there are more; a fifth of one, two margins of γ or the median bias, whichever is
 * least, is cold.
 */
export function collapsedTemperatures({ samples, gamma = 0, biases = [] }: TrainingProblem): { hot: number; cold: number } {
  const sizes = Array.from(biases, Math.abs).filter(size => size > 0).sort((a, b) => a - b);
  return { hot: Math.max(1, samples.count / 64), cold: Math.min(0.2, gamma > 0 ? 2 * gamma : 1, sizes[sizes.length >> 1] ?? 1) };
}

/**
 * Simulated annealing of the QUBO by collapsed moves: a move flips one weight and sets every auxiliary variable to its one feasible
 * value by running what the weight reaches, so that all states are feasible, the energy is the true objective, and Λ plays no part.
 * This is annealing of the weights alone, incremental and 32 samples a word. Metropolis' rule, a fixed order, temperatures that fall
 * geometrically, the best state kept and descended from; ends at once where nothing is wrong and nothing else is asked for.
 */
export function collapsed({ sweeps = 500, reads = 20 }: CollapsedOptions = {}): Trainer {
  checkCount('collapsed', { sweeps, reads });
  return {
    name: 'collapsed',
    async train(problem, { seed = 1, signal } = {}) {
      checkProblem(problem);
      const { topology, samples, gamma = 0, biases } = problem, state = networkState(topology, samples);
      const { hot, cold } = collapsedTemperatures(problem);
      const target = gamma > 0 || biases ? -Infinity : 0, breathe = breathing('training');
      let best = new Uint8Array(topology.weights), lowest = Infinity;
      const keep = (value: number): void => { if (value < lowest) { lowest = value; best = state.weights.slice(); } };
      let bias = 0;
      /** Flips a weight, takes that back unless the gain is accepted, and returns the objective. */
      const attempt = (w: number, value: number, accepts: (gain: number) => boolean): number => {
        const change = biases ? (state.weights[w] ? -biases[w]! : biases[w]!) : 0;
        state.flip(w);
        const next = lossOf(problem, state) + bias + change;
        if (accepts(next - value)) { bias += change; return next; }
        state.flip(w);
        return value;
      };
      const begin = (weights: ArrayLike<number>): number => {
        state.load(weights);
        bias = biasOf(problem, weights);
        return lossOf(problem, state) + bias;
      };

      for (let r = 0; r < reads && lowest > target && !signal?.aborted; r++) {
        const rng = random(stream, seed, r);
        let value = begin(Uint8Array.from(best, () => rng.bits() >>> 31)), temperature = hot;
        const metropolis = (gain: number): boolean => gain <= 0 || gain < -temperature * portableLog(1 - rng.uniform());
        keep(value);
        for (let sweep = 0; sweep < sweeps && lowest > target && !signal?.aborted; sweep++) {
          temperature = hot * (cold / hot) ** (sweep / Math.max(1, sweeps - 1));
          for (let w = 0; w < topology.weights; w++) {
            value = attempt(w, value, metropolis);
            keep(value);
          }
          await breathe();
        }
      }
      let value = begin(best);
      for (let w = 0, since = 0; since < topology.weights; w = (w + 1) % topology.weights, since++) {
        const next = attempt(w, value, gain => gain < -rounding);
        if (next < value) { value = next; since = 0; }
      }
      return scored(problem, state.weights);
    },
  };
}
