import { fittedBias } from './calibration.js';
import { largestScale, type WeightGrid } from './grid.js';
import { roundNeurons, type LayerProblem, type NeuronRun } from './layer.js';
import type { Rounded } from './methods.js';
import { neuronProblem, outputError } from './problem.js';
import { leastSquaresScale, searchedScale } from './scale.js';

export interface QuboRoundingOptions extends NeuronRun {
  /** 'largest': max|W| / 2^(b−1). 'fitted': searched for the least output error, then codes and scale in turn. Or a number. */
  readonly scale?: 'largest' | 'fitted' | number;
}

export interface RoundedLayer {
  readonly grid: WeightGrid;
  /** One for all weights: W ≈ scale · code; biases are in units of scale · inputScale. */
  readonly scale: number;
  readonly inputScale: number;
  /** neurons × fanIn. */
  readonly codes: Int8Array;
  readonly biases: Int32Array;
  /** Mean squared output error of each neuron on the calibration data. */
  readonly errors: Float64Array;
  /** The method that found each neuron's codes. */
  readonly by: readonly string[];
  /** Neurons whose choice of rounding is proven to be the best. */
  readonly proven: number;
}

/** Rounds of codes ↔ scale, and the part of the error that one must gain to be followed by another. */
const rounds = 4, worthwhile = 0.01;

/**
 * Post-training quantization of one layer by minimising its output error on calibration data: one QUBO for each neuron, exactly, all
 * with the couplings of one Gram matrix (arXiv 2510.16075), codes kept inside the grid. Throws a RangeError for biases beyond int32.
 */
export async function quboRounding(problem: LayerProblem, options: QuboRoundingOptions): Promise<RoundedLayer> {
  const { grid, scale: asked = 'largest' } = options, all = Array.from({ length: problem.layer.neurons }, (_, l) => l);
  const total = (found: readonly { readonly error: number }[]): number => found.reduce((sum, { error }) => sum + error, 0);
  let scale = typeof asked === 'number' ? asked
    : asked === 'largest' ? largestScale(grid, problem.layer.weights) : await searchedScale(problem, options);
  if (!(scale > 0 && Number.isFinite(scale))) throw new RangeError(`quboRounding: expected a scale above 0, got ${scale}`);
  let found = await roundNeurons(problem, options, scale, all);
  for (let round = 1; asked === 'fitted' && round < rounds; round++) {
    const next = leastSquaresScale(problem, found.map(({ codes }) => codes), scale);
    const better = await roundNeurons(problem, options, next, all), gained = total(found) - total(better);
    if (gained <= 0) break;
    [scale, found] = [next, better];
    if (gained < worthwhile * total(found)) break;
  }
  return finished(problem, grid, scale, found);
}

/** Biases to integers, and the error that is measured with them. */
function finished(problem: LayerProblem, grid: WeightGrid, scale: number, found: readonly Rounded[]): RoundedLayer {
  const { layer, statistics, rounded } = problem, { fanIn, neurons } = layer;
  const codes = new Int8Array(neurons * fanIn), biases = new Int32Array(neurons), errors = new Float64Array(neurons);
  found.forEach((one, l) => {
    const bias = rounded.hasBias ? one.codes[fanIn]! : Math.floor(fittedBias(statistics, l, one.codes, scale) + 0.5);
    if (Math.abs(bias) >= 2 ** 31) throw new RangeError(`quboRounding: expected a bias within int32, got ${bias} in neuron ${l}`);
    codes.set(one.codes.subarray(0, fanIn), l * fanIn);
    biases[l] = bias;
    const whole = Float64Array.of(...one.codes.subarray(0, fanIn), bias);
    errors[l] = outputError(neuronProblem(layer, statistics, grid, scale, l), whole);
  });
  return {
    grid, scale, inputScale: statistics.inputScale, codes, biases, errors,
    by: found.map(({ by }) => by), proven: found.filter(({ proven }) => proven).length,
  };
}
