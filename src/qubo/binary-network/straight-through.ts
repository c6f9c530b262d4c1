import { breathing } from '../../core/breathing.js';
import { random } from '../../core/random.js';
import type { Samples } from './forward.js';
import { checkCount, checkProblem, scored, type Trained, type Trainer } from './problem.js';
import type { Topology } from './topology.js';

export interface StraightThroughOptions {
  /** Steps of each start, on all samples at once. */
  readonly steps?: number;
  readonly rate?: number;
  /** Beginnings from other latent weights, as long as something is wrong. */
  readonly starts?: number;
}

const stream = 0x73747468, momentum = 0.9, inertia = 0.999, tiny = 1e-8;

/** Writes the mean gradient of (1 − y u/√n)₊² over samples and outputs, passed through every sign where |u|/√n ≤ 1. */
function hingeGradient(net: Topology, samples: Samples): (latent: Float64Array, gradient: Float64Array) => void {
  const values = new Float64Array(net.names.length).fill(1), slopes = new Float64Array(net.names.length);
  const sums = new Float64Array(net.neurons.length), outputOf = net.neurons.map((_, j) => net.outputs.indexOf(j));
  const spin = (plane: Int32Array, k: number): number => ((plane[k >> 5]! >>> (k & 31)) & 1 ? 1 : -1);
  return (latent, gradient) => {
    gradient.fill(0);
    for (let k = 0; k < samples.count; k++) {
      samples.inputs.forEach((plane, i) => { values[i] = spin(plane, k); });
      net.neurons.forEach(({ node, from, firstWeight }, j) => {
        let sum = 0;
        for (let i = 0; i < from.length; i++) sum += latent[firstWeight + i]! > 0 ? values[from[i]!]! : -values[from[i]!]!;
        sums[j] = sum / Math.sqrt(from.length);
        values[node] = sum > 0 ? 1 : -1;
      });
      slopes.fill(0);
      for (let j = net.neurons.length - 1; j >= 0; j--) {
        const { node, from, firstWeight } = net.neurons[j]!, u = sums[j]!;
        let slope = Math.abs(u) <= 1 ? slopes[node]! : 0;
        if (outputOf[j]! >= 0) {
          const y = spin(samples.labels[outputOf[j]!]!, k);
          slope -= 2 * y * Math.max(0, 1 - y * u);
        }
        slope /= Math.sqrt(from.length) * samples.count;
        for (let i = 0; slope !== 0 && i < from.length; i++) {
          gradient[firstWeight + i]! += slope * values[from[i]!]!;
          slopes[from[i]!]! += samples.count * (latent[firstWeight + i]! > 0 ? slope : -slope);
        }
      }
    }
  };
}

/**
 * The usual way to train signs (Hubara et al. 2016): latent weights in [−1, 1] whose signs the network runs with, gradients straight
 * through every sign, Adam. Of all steps the weights with the best objective are returned; the steps themselves know nothing of
 * margins and biases.
 */
export function straightThrough({ steps = 500, rate = 0.02, starts = 1 }: StraightThroughOptions = {}): Trainer {
  checkCount('straightThrough', { steps, starts });
  if (!(rate > 0)) throw new RangeError(`straightThrough: expected a rate above 0, got ${rate}`);
  return {
    name: 'straight-through',
    async train(problem, { seed = 1, signal } = {}) {
      checkProblem(problem);
      const { topology: net, samples, gamma = 0, biases } = problem, descend = hingeGradient(net, samples), breathe = breathing('training');
      const gradient = new Float64Array(net.weights);
      let best: Trained | undefined;
      const ended = (): boolean => signal?.aborted || (best?.errors === 0 && gamma === 0 && !biases);
      for (let start = 0; start < starts && !(best && ended()); start++) {
        const rng = random(stream, seed, start), latent = Float64Array.from(gradient, () => 2 * rng.uniform() - 1);
        const mean = new Float64Array(net.weights), square = new Float64Array(net.weights);
        for (let step = 1; step <= steps; step++) {
          const run = scored(problem, Uint8Array.from(latent, value => (value > 0 ? 1 : 0)));
          if (!best || run.objective < best.objective) best = run;
          if (ended()) break;
          descend(latent, gradient);
          gradient.forEach((g, w) => {
            mean[w] = momentum * mean[w]! + (1 - momentum) * g;
            square[w] = inertia * square[w]! + (1 - inertia) * g * g;
            const size = Math.sqrt(square[w]! / (1 - inertia ** step)) + tiny;
            latent[w] = Math.max(-1, Math.min(1, latent[w]! - rate * mean[w]! / (1 - momentum ** step) / size));
          });
          await breathe();
        }
      }
      return best!;
    },
  };
}
