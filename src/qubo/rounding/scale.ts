import { largestScale } from './grid.js';
import { roundNeurons, type LayerProblem, type NeuronRun } from './layer.js';
import { kBestRounding } from './methods.js';

/** Halvings of the largest scale that are tried, in half steps; then eighths of an octave around the best. */
const octaves = 7, worseInARow = 3, refinements = [1 / 4, 1 / 8];
/** So many neurons, spread over the layer, stand for all. */
const scouted = 8;

/**
 * The scale with the least output error, found by a search over its logarithm with the run's method if that is fast, else with the
 * nearest plane and descent. Below the largest scale the largest weights are clipped.
 */
export async function searchedScale(problem: LayerProblem, { grid, method, onNeuron }: NeuronRun): Promise<number> {
  const { neurons, weights } = problem.layer, largest = largestScale(grid, weights), count = Math.min(neurons, scouted);
  const some = Array.from({ length: count }, (_, k) => Math.floor((k + 0.5) * neurons / count));
  const scout = { grid, method: method.fast ? method : kBestRounding({ keep: 1 }), ...(onNeuron && { onNeuron }) };
  const errorAt = async (exponent: number): Promise<number> =>
    (await roundNeurons(problem, scout, largest * 2 ** -exponent, some)).reduce((sum, { error }) => sum + error, 0);
  let best = 0, least = Infinity, worse = 0;
  for (let exponent = 0; exponent <= octaves && worse < worseInARow; exponent += 0.5) {
    const error = await errorAt(exponent);
    worse = error < least ? 0 : worse + 1;
    if (error < least) [best, least] = [exponent, error];
  }
  for (const by of refinements) {
    const around = best;
    for (const exponent of [around - by, around + by]) {
      const error = exponent < 0 ? Infinity : await errorAt(exponent);
      if (error < least) [best, least] = [exponent, error];
    }
  }
  return largest * 2 ** -best;
}

/**
 * The scale of the weights with the least output error for given codes, one for all neurons; `scale` where they have no output.
 * Biases are fitted or held as they are, whichever the problem says.
 */
export function leastSquaresScale({ layer, rounded }: LayerProblem, codes: readonly Float64Array[], scale: number): number {
  const { n, gram, cross, hasBias, inputScale } = rounded, { fanIn, biases } = layer;
  let match = 0, energy = 0;
  codes.forEach((v, l) => {
    const bias = hasBias ? biases[l]! : 0;
    for (let i = 0; i < fanIn; i++) {
      let own = 0;
      for (let j = 0; j < fanIn; j++) own += gram[i * n + j]! * v[j]!;
      energy += v[i]! * own;
      match += v[i]! * (cross[l * n + i]! - (hasBias ? bias * gram[i * n + fanIn]! : 0));
    }
  });
  return match > 0 && energy > 0 ? match / energy / inputScale : scale;
}
