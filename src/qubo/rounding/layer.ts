import type { Couplings } from '../model.js';
import { withoutBias, type Statistics } from './calibration.js';
import { gramFactor, type GramFactor } from './factor.js';
import type { WeightGrid } from './grid.js';
import { neuronProblem, outputError, sharedCouplings, type LayerWeights, type NeuronProblem } from './problem.js';
import type { Rounded, RoundingMethod } from './methods.js';

/** A layer and what calibration says about it. */
export interface LayerProblem {
  readonly layer: LayerWeights;
  /** With the bias as a variable. */
  readonly statistics: Statistics;
  /** Of the variables that are rounded: without the bias where it is fitted. */
  readonly rounded: Statistics;
  factor(): GramFactor;
}

export interface LayerProblemOptions {
  /**
   * 'rounded': to one of the two integers around the float bias, a variable like the weights. 'fitted': the integer that is best for
   * the codes that the weights have got.
   */
  readonly bias?: 'rounded' | 'fitted';
}

/** The Gram matrix is factored once, for all neurons, widths and scales. */
export function layerProblem(layer: LayerWeights, statistics: Statistics, options: LayerProblemOptions = {}): LayerProblem {
  const { fanIn, neurons, weights, biases } = layer, { bias = 'rounded' } = options;
  if (weights.length !== fanIn * neurons || biases.length !== neurons)
    throw new RangeError(`layer: expected ${neurons} × ${fanIn} weights and ${neurons} biases, ` +
      `got ${weights.length} and ${biases.length}`);
  if (!statistics.hasBias || statistics.n !== fanIn + 1 || statistics.neurons !== neurons)
    throw new RangeError(`layer: expected statistics of ${neurons} × ${fanIn} weights, ` +
      `got ${statistics.neurons} × ${statistics.n - 1}`);
  const rounded = bias === 'fitted' ? withoutBias(statistics) : statistics;
  let known: GramFactor | undefined;
  return { layer, statistics, rounded, factor: () => (known ??= gramFactor(rounded)) };
}

export interface NeuronRun {
  readonly grid: WeightGrid;
  readonly method: RoundingMethod;
  /** Called after each neuron, awaited; what it throws ends the run. */
  readonly onNeuron?: () => Promise<void> | void;
}

/** With the output error on the statistics that were rounded by. */
type Measured = Rounded & { readonly error: number };

/** The codes of some of a layer's neurons at a scale. */
export async function roundNeurons(problem: LayerProblem, run: NeuronRun, scale: number, neurons: readonly number[]): Promise<Measured[]> {
  const { layer, rounded } = problem, { grid, method, onNeuron } = run, found: Measured[] = [];
  let known: Couplings | undefined;
  const shared = { factor: () => problem.factor(), couplings: (one: NeuronProblem) => (known ??= sharedCouplings(one)) };
  for (const neuron of neurons) {
    const one = neuronProblem(layer, rounded, grid, scale, neuron), result = await method.round(one, shared);
    found.push({ ...result, error: outputError(one, result.codes) });
    await onNeuron?.();
  }
  return found;
}
