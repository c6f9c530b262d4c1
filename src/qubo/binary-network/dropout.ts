import { random } from '../../core/random.js';
import { checkCount, type Trainer, type TrainingProblem } from './problem.js';
import { topology, type NodeSpec, type Topology } from './topology.js';

export interface DropoutOptions {
  /** Trains the subnetworks; what trains the whole network unless given. */
  readonly parts?: Trainer;
  /** Subnetworks that are trained before the whole network. */
  readonly rounds?: number;
  /** Probability that a hidden neuron, or an input, is kept. */
  readonly keepNeurons?: number;
  readonly keepInputs?: number;
  /** Largest sum of all |biases|: below 1 they decide among equal numbers of wrong outputs and never outweigh one. */
  readonly strength?: number;
}

export interface Subnetwork {
  readonly topology: Topology;
  /** For each of its weights the number of that weight in the whole network. */
  readonly weights: Uint32Array;
  /** For each of its inputs the number of that input in the whole network. */
  readonly inputs: readonly number[];
}

/**
 * The network that the kept nodes induce, thresholds anew for the inputs that are left. Neurons that are left without inputs, and
 * hidden ones that nothing sums any more, are dropped as well; undefined where an output is.
 */
export function subnetwork(net: Topology, kept: ArrayLike<boolean>): Subnetwork | undefined {
  const alive = Array.from(kept), outputs = new Set(net.outputs.map(j => net.neurons[j]!.node));
  for (const { node, from } of net.neurons) alive[node] &&= from.some(source => alive[source]);
  for (const { node } of net.neurons.toReversed())
    alive[node] &&= outputs.has(node) || net.successors[node]!.some(j => alive[net.neurons[j]!.node]);
  if ([...outputs].some(node => !alive[node])) return undefined;
  const inputs = Array.from({ length: net.inputs }, (_, i) => i).filter(i => alive[i]), weights: number[] = [];
  const specs: NodeSpec[] = inputs.map(i => ({ name: net.names[i]! }));
  for (let i = net.inputs; i < net.inputs + net.biases; i++) if (alive[i]) specs.push({ name: net.names[i]!, bias: true });
  for (const { name, node, from, firstWeight } of net.neurons) {
    if (!alive[node]) continue;
    specs.push({ name, from: Array.from(from.filter(source => alive[source]), source => net.names[source]!) });
    from.forEach((source, i) => { if (alive[source]) weights.push(firstWeight + i); });
  }
  const sub = topology(specs, [...outputs].map(node => net.names[node]!));
  return { topology: sub, weights: Uint32Array.from(weights), inputs };
}

const stream = 0x64726f70;

/**
 * The dropout-like iteration: random subnetworks are trained, and each moves the linear coefficients of its weights towards what it
 * found (b_w −= α (2w − 1), as Sasdelli & Chin 2021 between batches); the whole network is trained with these coefficients last. With
 * α = strength / (rounds · weights) their sum stays below `strength`. No variables are added to the QUBO.
 */
export function dropout(whole: Trainer, options: DropoutOptions = {}): Trainer {
  const { parts = whole, rounds = 20, keepNeurons = 0.7, keepInputs = 1, strength = 0.5 } = options;
  checkCount('dropout', { rounds });
  for (const part of [keepNeurons, keepInputs])
    if (!(part > 0 && part <= 1)) throw new RangeError(`dropout: expected a probability above 0, got ${part}`);
  if (!(strength > 0)) throw new RangeError(`dropout: expected a strength above 0, got ${strength}`);
  return {
    name: `${whole.name}-dropout`,
    async train(problem, { seed = 1, signal } = {}) {
      const { topology: net, samples, gamma } = problem, rng = random(stream, seed), firstNeuron = net.inputs + net.biases;
      const outputs = new Set(net.outputs.map(j => net.neurons[j]!.node)), step = strength / (rounds * net.weights);
      const chanceOf = (node: number): number =>
        (node < net.inputs ? keepInputs : node < firstNeuron || outputs.has(node) ? 1 : keepNeurons);
      const biases = Float64Array.from({ length: net.weights }, (_, w) => problem.biases?.[w] ?? 0);
      for (let round = 0; round < rounds && !signal?.aborted; round++) {
        const sub = subnetwork(net, net.names.map((_, node) => rng.uniform() < chanceOf(node)));
        if (!sub) continue;
        const part: TrainingProblem = {
          topology: sub.topology, samples: { ...samples, inputs: sub.inputs.map(i => samples.inputs[i]!) },
          gamma, biases: Float64Array.from(sub.weights, w => biases[w]!),
        };
        const { weights } = await parts.train(part, { seed: rng.bits(), signal });
        sub.weights.forEach((w, at) => { biases[w]! -= step * (2 * weights[at]! - 1); });
      }
      return whole.train({ topology: net, samples, gamma, biases }, { seed, signal });
    },
  };
}
