import type { OneBitNetwork, UnrolledNetwork } from '../../types.js';
import { breathing } from '../../core/breathing.js';
import { paced } from '../../core/steps.js';
import { blockHypernetworkSteps, type BlocksOptions } from '../../quantum/index.js';
import { energy } from '../../qubo/model.js';
import { descendTogether, improveSigns, signModels, type RowMethod } from '../../qubo/sign-rows.js';
import type { Binarizer, FitOptions } from '../binarizer.js';
import { calibrationMeasurements, ownProducts, trajectory, type MatrixRows } from '../calibration.js';
import { cloneToBinarize, oneBitParams } from '../one-bit-network.js';
import { inputsPerSign, postTraining, signalsFor, type PostTrainingOptions } from '../post-training.js';
import type { BayesianNetwork } from './bayes.js';
import { searchedRows } from './qubo.js';

export interface HypernetworkBinarizerOptions extends PostTrainingOptions {
  /** Qubits of a circuit, one a sign, 1 … 10. */
  readonly block?: number;
  /** Sub-layers of a circuit. */
  readonly depth?: number;
  /**
   * Of the posterior: 1 takes the error that is left for noise of independent inputs, as many for each sign as calibration
   * aims at.
   */
  readonly temperature?: number;
}

/** The most signs of all matrices together: each has a share of a circuit, which is trained many times. */
export const hypernetworkSigns = 2 ** 15;
const mostQubits = 10;
/** A circuit meets its table again in each round: no visit has to end at a minimum. */
const visit = { iterations: 30, gradient: 1e-6, decrease: 1e-4 }, rounds = 4;

type Pause = () => Promise<void>;

/**
 * The best of descents, and of circuits in blocks that begin at it; rows whose errors meet in one place then descend
 * together. Pauses after each evaluation of a circuit.
 */
export const circuitRows = (options: BlocksOptions, pause: Pause): RowMethod => async (rows, scale, { signs, seed, metric }) => {
  const found = await improveSigns(rows, scale, signs);
  for (const [r, model] of signModels(rows, scale).entries()) {
    const { best } = await paced(blockHypernetworkSteps(model, { ...options, seed: seed + r, start: found[r]! }), pause);
    if (energy(model, best) < energy(model, found[r]!)) found[r] = best;
  }
  const shared = metric?.();
  if (shared) descendTogether(rows, shared, scale, found);
  return found;
};

/** P(+1) of one matrix’s signs: circuits in blocks at the temperature of what error is left, beginning at the signs of `codes`. */
async function posteriorOf(
  { param, groups, energy: whole }: MatrixRows, codes: Float32Array, scale: number, temperature: number, options: BlocksOptions,
  pause: Pause,
): Promise<Float32Array> {
  const rows = groups.flatMap(({ places, ...group }) => signModels(group, scale).map((model, r) => {
    const own = places[r]!;
    return { model, own, start: Int8Array.from(own, place => (codes[place]! < 0 ? -1 : 1)) };
  }));
  const left = rows.reduce((sum, { model, start }) => sum + energy(model, start), whole);
  const chances = new Float32Array(param.value.length);
  const warmth = Math.max(0, (2 * temperature * left) / (inputsPerSign * param.value.length));
  for (const [r, { model, own, start }] of rows.entries()) {
    const settings = { ...options, temperature: warmth, start, seed: (options.seed ?? 1) + r };
    const { marginals } = await paced(blockHypernetworkSteps(model, settings), pause);
    own.forEach((place, k) => { chances[place] = marginals[k]!; });
  }
  return chances;
}

function checked(net: UnrolledNetwork, { block = 8, depth = 2, temperature = 1 }: HypernetworkBinarizerOptions) {
  if (!Number.isSafeInteger(block) || block < 1 || block > mostQubits)
    throw new RangeError(`hypernetwork: expected blocks of 1 to ${mostQubits} qubits, got ${block}`);
  if (!(temperature >= 0)) throw new RangeError(`hypernetwork: expected a temperature of at least 0, got ${temperature}`);
  const signs = oneBitParams(net).reduce((sum, { value }) => sum + value.length, 0);
  if (signs > hypernetworkSigns)
    throw new RangeError(`hypernetwork: expected at most ${hypernetworkSigns} signs, got ${signs}`);
  return { block, depth, temperature };
}

/**
 * Post-training binarization by quantum hypernetworks, simulated (Carrasquilla et al. 2023, arXiv 2301.08292, whose costs are
 * tables of all weights; here rows in blocks): the signs of every row solve the QUBO of `qubo`, by circuits of a few qubits
 * that are independent of each other (mean field between blocks, see `blockHypernetwork`) beside the descents; scale and
 * thresholds are trained after. The circuits, trained once more as an ELBO on the final signs’ errors, give P(+1) of every
 * sign, from which `drawn` samples networks. Throws a RangeError for more than 32,768 signs.
 */
export const hypernetwork = (options: HypernetworkBinarizerOptions = {}): Binarizer => ({
  name: 'hypernetwork',
  async fit(net, data, fitting: FitOptions = {}): Promise<BayesianNetwork> {
    const { block, depth, temperature } = checked(net, options), circuits = { block, depth, rounds, optimizer: visit };
    const pause = breathing(fitting.phase ?? 'hypernetwork', fitting.signal);
    const search = postTraining('hypernetwork', { method: searchedRows(), last: circuitRows(circuits, pause) }, options);
    const fit: OneBitNetwork = await search.fit(net, data, fitting), float = cloneToBinarize('hypernetwork', net);
    const y = calibrationMeasurements(float, data, options.signals ?? signalsFor(float), fitting), values = oneBitParams(fit);
    const posterior = new Map<string, Float32Array>(), settings = { ...circuits, seed: fitting.seed ?? 1 };
    for (const [i, matrix] of ownProducts(trajectory(float, y), oneBitParams(float)).entries())
      posterior.set(values[i]!.name, await posteriorOf(matrix, values[i]!.value, fit.scale, temperature, settings, pause));
    return { ...fit, posterior };
  },
});
