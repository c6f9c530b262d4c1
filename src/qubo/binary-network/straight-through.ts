import { random } from '../../core/random.js';
import { checkCount, checkProblem, scored, type Trainer } from './problem.js';

export interface StraightThroughOptions {
  readonly steps?: number;
  readonly rate?: number;
}

const stream = 0x73747468, momentum = 0.9, inertia = 0.999, tiny = 1e-8;

/**
 * The usual way to train signs (Hubara et al. 2016): latent weights in [−1, 1] whose signs the network runs with, the gradient of a
 * squared hinge on u/√n of each output passed through every sign where |u|/√n ≤ 1, Adam on all samples at once. The weights with the
 * best objective of all steps are returned.
 */
export function straightThrough({ steps = 500, rate = 0.02 }: StraightThroughOptions = {}): Trainer {
  checkCount('straightThrough', { steps });
  if (!(rate > 0)) throw new RangeError(`straightThrough: expected a rate above 0, got ${rate}`);
  return {
    name: 'straight-through',
    async train(problem, { seed = 1, signal } = {}) {
      checkProblem(problem);
      const { topology: net, samples } = problem, { count } = samples, rng = random(stream, seed);
      const latent = Float64Array.from({ length: net.weights }, () => 2 * rng.uniform() - 1);
      const mean = new Float64Array(net.weights), square = new Float64Array(net.weights), gradient = new Float64Array(net.weights);
      const spin = (plane: Int32Array, k: number): number => ((plane[k >> 5]! >>> (k & 31)) & 1 ? 1 : -1);
      const values = new Float64Array(net.names.length).fill(1), slopes = new Float64Array(net.names.length);
      const sums = new Float64Array(net.neurons.length);
      let best: ReturnType<typeof scored> | undefined;
      for (let step = 1; step <= steps; step++) {
        const run = scored(problem, Uint8Array.from(latent, value => (value > 0 ? 1 : 0)));
        if (!best || run.objective < best.objective) best = run;
        if (signal?.aborted || (best.errors === 0 && !problem.gamma && !problem.biases)) break;
        gradient.fill(0);
        for (let k = 0; k < count; k++) {
          samples.inputs.forEach((plane, i) => { values[i] = spin(plane, k); });
          for (let j = 0; j < net.neurons.length; j++) {
            const { node, from, firstWeight } = net.neurons[j]!;
            let sum = 0;
            for (let i = 0; i < from.length; i++) sum += latent[firstWeight + i]! > 0 ? values[from[i]!]! : -values[from[i]!]!;
            sums[j] = sum / Math.sqrt(from.length);
            values[node] = sum > 0 ? 1 : -1;
          }
          slopes.fill(0);
          for (let j = net.neurons.length - 1; j >= 0; j--) {
            const { node, from, firstWeight } = net.neurons[j]!, output = net.outputs.indexOf(j), u = sums[j]!;
            let slope = Math.abs(u) <= 1 ? slopes[node]! : 0;
            const y = output < 0 ? 0 : spin(samples.labels[output]!, k);
            slope -= 2 * y * Math.max(0, 1 - y * u);
            slope /= Math.sqrt(from.length);
            for (let i = 0; slope !== 0 && i < from.length; i++) {
              gradient[firstWeight + i]! += slope * values[from[i]!]!;
              slopes[from[i]!]! += latent[firstWeight + i]! > 0 ? slope : -slope;
            }
          }
        }
        for (let w = 0; w < net.weights; w++) {
          const g = gradient[w]! / count;
          mean[w] = momentum * mean[w]! + (1 - momentum) * g;
          square[w] = inertia * square[w]! + (1 - inertia) * g * g;
          const size = Math.sqrt(square[w]! / (1 - inertia ** step)) + tiny;
          latent[w] = Math.max(-1, Math.min(1, latent[w]! - rate * mean[w]! / (1 - momentum ** step) / size));
        }
      }
      return best!;
    },
  };
}
