import type { Couplings, QuadraticModel } from '../model.js';
import { lowerCode, type WeightGrid } from './grid.js';
import type { Statistics } from './calibration.js';

/** Weights of a layer, neurons × fanIn, row-major. */
export interface LayerWeights {
  readonly fanIn: number;
  readonly neurons: number;
  readonly weights: ArrayLike<number>;
  readonly biases: ArrayLike<number>;
}

/**
 * One neuron: codes v that minimise E(v) = Σ_t (s x̂_tᵀv − y_t)² / N over `low` + {0, `step`} (the choice of rounding) or over all
 * codes from `min` to `max`. The Gram matrix is that of the layer.
 */
export interface NeuronProblem {
  readonly n: number;
  readonly samples: number;
  readonly gram: Float64Array;
  /** X̂ᵀy and Σ y². */
  readonly cross: Float64Array;
  readonly square: number;
  /** s: the scale of the weights times that of the inputs. */
  readonly scale: number;
  /** The float weights (and bias) over their scale. */
  readonly real: Float64Array;
  readonly low: Float64Array;
  readonly step: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** A bias is an integer in units of s; its two choices are the integers around it. */
export function neuronProblem(
  layer: LayerWeights, statistics: Statistics, grid: WeightGrid, weightScale: number, neuron: number,
): NeuronProblem {
  const { n, samples, gram, hasBias } = statistics, { fanIn } = layer, scale = weightScale * statistics.inputScale;
  const of = (): Float64Array => new Float64Array(n), [real, low, step, min, max] = [of(), of(), of(), of(), of()];
  for (let i = 0; i < fanIn; i++) {
    real[i] = layer.weights[neuron * fanIn + i]! / weightScale;
    low[i] = lowerCode(grid, real[i]!);
    step[i] = grid.step;
    min[i] = grid.min;
    max[i] = grid.max;
  }
  if (hasBias) {
    real[fanIn] = layer.biases[neuron]! / scale;
    low[fanIn] = min[fanIn] = Math.floor(real[fanIn]!);
    step[fanIn] = 1;
    max[fanIn] = low[fanIn]! + 1;
  }
  return {
    n, samples, gram, cross: statistics.cross.subarray(neuron * n, (neuron + 1) * n), square: statistics.squares[neuron]!,
    scale, real, low, step, min, max,
  };
}

/** s (X̂ᵀX̂ v)_i − (X̂ᵀy)_i: half the derivative of N E by v_i, over s. */
export function residuals({ n, gram, cross, scale }: NeuronProblem, codes: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0, at = i * n; j < n; j++) sum += gram[at + j]! * codes[j]!;
    out[i] = scale * sum - cross[i]!;
  }
  return out;
}

/** E(v) in f64. */
export function outputError(problem: NeuronProblem, codes: Float64Array): number {
  const { n, samples, cross, square, scale } = problem, half = residuals(problem, codes);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += codes[i]! * (half[i]! - cross[i]!);
  return (scale * sum + square) / samples;
}

/**
 * 2 s² step_i step_j (X̂ᵀX̂)_ij / N without its diagonal: the couplings of every neuron of a layer. Large; made once and shared.
 */
export function sharedCouplings({ n, samples, gram, scale, step }: NeuronProblem): Couplings {
  const values = new Float64Array(n * n), factor = 2 * scale * scale / samples;
  for (let i = 0; i < n; i++)
    for (let j = 0, at = i * n; j < n; j++) if (j !== i) values[at + j] = factor * step[i]! * step[j]! * gram[at + j]!;
  return { kind: 'dense', values };
}

/** The QUBO over the choices r, whose energy is the output error at low + step · r: arXiv 2510.16075, one neuron of it. */
export function roundingModel(problem: NeuronProblem, couplings: Couplings = sharedCouplings(problem)): QuadraticModel {
  const { n, samples, gram, scale, low, step } = problem, half = residuals(problem, low);
  const linear = step.map((d, i) => scale * d * (scale * d * gram[i * n + i]! + 2 * half[i]!) / samples);
  return { vartype: 'binary', n, linear, couplings, offset: outputError(problem, low) };
}

export const codesOf = ({ low, step }: NeuronProblem, bits: ArrayLike<number>): Float64Array =>
  low.map((code, i) => code + step[i]! * bits[i]!);
