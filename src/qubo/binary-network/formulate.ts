import { fromTriplets, type QuadraticModel, type Sample } from '../model.js';
import { checkWeights, networkState } from './forward.js';
import { objectiveRange } from './margins.js';
import { checkProblem, type TrainingProblem } from './problem.js';

export interface FormulateOptions {
  /** Λ, what a violated constraint costs at least; `tightPenalty` unless given. */
  readonly penalty?: number;
}

export interface TrainingModel {
  readonly model: QuadraticModel;
  readonly penalty: number;
  /** The variable of what neuron j gives on sample k. Weight w is variable w. */
  activation(j: number, k: number): number;
  /** The variable of bit b of the rest of its count. */
  slack(j: number, b: number, k: number): number;
  /** The variable of (weight and value) for a weight whose input is a neuron. */
  product(weight: number, k: number): number;
  /** Weights of a sample of the model. */
  decode(sample: ArrayLike<number>): Uint8Array;
  /** The one setting of all auxiliaries that violates nothing, by running the network: its energy is the objective of the weights. */
  complete(weights: ArrayLike<number>): Sample;
}

/** 1/1024 above the bound R: any Λ > R makes every minimum of the QUBO a minimum of the training problem. */
export const tightPenalty = ({ topology, gamma = 0 }: TrainingProblem): number => objectiveRange(topology, gamma) + 2 ** -10;

/** Linear expression constant + Σ coefficient · variable. */
interface Sum { constant: number; readonly variables: number[]; readonly coefficients: number[] }

/**
 * The compact QUBO of training a network of signs on any acyclic graph:
 *
 *   Σ_k Σ_o [a_o ≠ y_o] − γ Σ_k Σ_j m_j + Σ_w bias_w w
 *   + Λ Σ_k ( Σ_hidden edges (w a − 2 w z − 2 a z + 3 z) + Σ_j (c_j + δ_j − Σ_b 2^b s_b − 2^B a_j)² )
 *
 * with z = w a the only product variables, agreements c_j = Σ x or 1 − w of known inputs and 1 − w − a + 2 z of neurons, and margins
 * m_j = (2^B − 1) − S − (2^B − 1) a + 2 a S, S = Σ_b 2^b s_b. W + K (hidden edges + Σ_j (1 + B_j)) variables. Given the weights the
 * auxiliaries of a sample are unique and of samples independent, so that any Λ above the range R of one sample's objective is exact.
 */
export function formulate(problem: TrainingProblem, { penalty = tightPenalty(problem) }: FormulateOptions = {}): TrainingModel {
  checkProblem(problem);
  if (!(penalty > 0 && Number.isFinite(penalty))) throw new RangeError(`formulate: expected a penalty above 0, got ${penalty}`);
  const { topology: net, samples, gamma = 0, biases } = problem, { neurons } = net, firstNeuron = net.inputs + net.biases;
  const names = neurons.flatMap(({ name, from }) => Array.from(from, source => `w[${net.names[source]},${name}]`));
  // Places within the block of one sample: for each neuron its products, slack bits and activation.
  const productAt = new Int32Array(net.weights).fill(-1), slackAt: number[] = [], activationAt: number[] = [];
  const blockNames: string[] = [];
  for (const { name, from, firstWeight, bits } of neurons) {
    from.forEach((source, i) => {
      if (source < firstNeuron) return;
      productAt[firstWeight + i] = blockNames.push(`z[${net.names[source]},${name}]`) - 1;
    });
    slackAt.push(blockNames.length);
    for (let b = 0; b < bits; b++) blockNames.push(`s${b}[${name}]`);
    activationAt.push(blockNames.push(`a[${name}]`) - 1);
  }
  const block = blockNames.length, n = net.weights + samples.count * block, start = (k: number): number => net.weights + k * block;
  const activation = (j: number, k: number): number => start(k) + activationAt[j]!;
  const slack = (j: number, b: number, k: number): number => start(k) + slackAt[j]! + b;
  const product = (weight: number, k: number): number => {
    if (productAt[weight]! < 0) throw new RangeError(`formulate: expected a weight whose input is a neuron, got ${weight}`);
    return start(k) + productAt[weight]!;
  };
  for (let k = 0; k < samples.count; k++) for (const name of blockNames) names.push(name.replace(']', `;${k}]`));

  const linear = new Float64Array(n), rows: number[] = [], cols: number[] = [], values: number[] = [];
  let offset = 0;
  const pair = (i: number, j: number, value: number): void => { rows.push(i); cols.push(j); values.push(value); };
  function addSquare({ constant, variables, coefficients }: Sum): void {
    offset += penalty * constant ** 2;
    variables.forEach((i, p) => {
      const a = coefficients[p]!;
      linear[i]! += penalty * a * (a + 2 * constant);
      for (let q = 0; q < p; q++) pair(i, variables[q]!, 2 * penalty * a * coefficients[q]!);
    });
  }
  for (let w = 0; biases && w < net.weights; w++) linear[w]! += biases[w]!;
  for (let k = 0; k < samples.count; k++) {
    const bitOf = (plane: Int32Array): number => (plane[k >> 5]! >>> (k & 31)) & 1;
    neurons.forEach(({ from, firstWeight, bits, shift }, j) => {
      const sum: Sum = { constant: shift, variables: [], coefficients: [] };
      const add = (variable: number, coefficient: number): void => {
        sum.variables.push(variable);
        sum.coefficients.push(coefficient);
      };
      from.forEach((source, i) => {
        const w = firstWeight + i;
        if (source < firstNeuron) {
          const agrees = source >= net.inputs || bitOf(samples.inputs[source]!) ? 1 : -1;
          if (agrees < 0) sum.constant++;
          add(w, agrees);
          return;
        }
        const a = activation(source - firstNeuron, k), z = product(w, k);
        sum.constant++;
        add(w, -1); add(a, -1); add(z, 2);
        pair(w, a, penalty); pair(w, z, -2 * penalty); pair(a, z, -2 * penalty);
        linear[z]! += 3 * penalty;
      });
      const a = activation(j, k), most = 2 ** bits - 1;
      for (let b = 0; b < bits; b++) {
        add(slack(j, b, k), -(2 ** b));
        linear[slack(j, b, k)]! += gamma * 2 ** b;
        pair(a, slack(j, b, k), -2 * gamma * 2 ** b);
      }
      offset -= gamma * most;
      linear[a]! += gamma * most;
      add(a, -(2 ** bits));
      addSquare(sum);
    });
    net.outputs.forEach((j, o) => {
      const label = bitOf(samples.labels[o]!);
      offset += label;
      linear[activation(j, k)]! += label ? -1 : 1;
    });
  }
  return {
    model: fromTriplets(n, { rows, cols, values }, { linear, offset, names }), penalty, activation, slack, product,
    decode: sample => Uint8Array.from({ length: net.weights }, (_, w) => sample[w]!),
    complete(weights) {
      checkWeights(net, weights);
      const state = networkState(net, samples), sample = new Int8Array(n);
      state.load(weights);
      sample.set(state.weights);
      for (let k = 0; k < samples.count; k++)
        neurons.forEach(({ node, from, firstWeight, bits }, j) => {
          sample[activation(j, k)] = state.value(node, k);
          for (let b = 0; b < bits; b++) sample[slack(j, b, k)] = state.slack(j, b, k);
          from.forEach((source, i) => {
            if (source >= firstNeuron) sample[product(firstWeight + i, k)] = weights[firstWeight + i]! & state.value(source, k);
          });
        });
      return sample;
    },
  };
}
