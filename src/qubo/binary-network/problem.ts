import { checkWeights, networkState, type NetworkState, type Samples } from './forward.js';
import type { Topology } from './topology.js';

/** Minimise wrong outputs − γ Σ margins + Σ_w bias_w over the weights that are 1 (+1). */
export interface TrainingProblem {
  readonly topology: Topology;
  readonly samples: Samples;
  /** Weight γ of the margins of all neurons on all samples; 0 unless given. */
  readonly gamma?: number;
  /** A linear coefficient for each weight; 0 unless given. */
  readonly biases?: ArrayLike<number>;
}

export interface TrainOptions {
  readonly seed?: number;
  /** Ends early with the best weights so far; never rejects. */
  readonly signal?: AbortSignal;
}

export interface Trained {
  /** Bits: 1 stands for +1. */
  readonly weights: Uint8Array;
  /** Of these weights, by running the network. */
  readonly objective: number;
  /** Wrong output bits over all samples. */
  readonly errors: number;
  /** The lowest energy that a solver found on the QUBO itself, where one was asked. */
  readonly energy?: number;
  /** Nothing is better: the search was exhaustive. */
  readonly proven?: boolean;
}

/** A way to train binary networks; a pure function of problem and seed. */
export interface Trainer {
  readonly name: string;
  train(problem: TrainingProblem, options?: TrainOptions): Promise<Trained>;
}

export function checkProblem({ topology, samples, gamma = 0, biases }: TrainingProblem): void {
  if (samples.inputs.length !== topology.inputs || samples.labels.length !== topology.outputs.length)
    throw new RangeError(`training: expected samples of ${topology.inputs} inputs and ${topology.outputs.length} labels, ` +
      `got ${samples.inputs.length} and ${samples.labels.length}`);
  if (!(gamma >= 0 && Number.isFinite(gamma))) throw new RangeError(`training: expected gamma of 0 or more, got ${gamma}`);
  if (biases && (biases.length !== topology.weights || !Array.from(biases).every(Number.isFinite)))
    throw new RangeError(`training: expected ${topology.weights} finite biases, got ${biases.length}`);
}

export function checkCount(who: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${who}: expected ${name} to be an integer of at least 1, got ${value}`);
}

/** Wrong outputs − γ Σ margins of what a state holds; the margins add up as integers. */
export function lossOf({ topology, gamma = 0 }: TrainingProblem, state: NetworkState): number {
  let margin = 0;
  if (gamma > 0) for (let j = 0; j < topology.neurons.length; j++) margin += state.margin(j);
  return state.errors() - gamma * margin;
}

/** Σ of the biases of the weights that are 1. */
export function biasOf({ biases }: TrainingProblem, weights: ArrayLike<number>): number {
  let sum = 0;
  if (biases) for (let w = 0; w < weights.length; w++) if (weights[w]) sum += biases[w]!;
  return sum;
}

/** Runs the network with these weights: what every search ends with. */
export function scored(
  problem: TrainingProblem, weights: ArrayLike<number>, found: Pick<Trained, 'energy' | 'proven'> = {},
): Trained {
  checkWeights(problem.topology, weights);
  const state = networkState(problem.topology, problem.samples);
  state.load(weights);
  const objective = lossOf(problem, state) + biasOf(problem, weights);
  return { weights: Uint8Array.from(weights), objective, errors: state.errors(), ...found };
}
