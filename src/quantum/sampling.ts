import { adamSteps, type AdamSearchOptions } from '../core/adam.js';
import { random } from '../core/random.js';
import { completed, type Steps } from '../core/steps.js';
import { brick, type BrickOptions } from './circuit.js';
import { popcount } from './divergences.js';
import { randomAngles } from './hypernetwork.js';
import { checkObjective, defaultKernels, type Objective } from './objective.js';
import { priorChances } from './prior.js';
import { sampleOutcomes, simulator } from './simulator.js';

export interface SampledOptions extends BrickOptions {
  /** mle or selbo: elbo and gibbs need the probabilities of outcomes. */
  readonly objective: Objective;
  /** P(bit = 1) of the prior; ½ unless given. */
  readonly prior?: readonly number[] | number;
  readonly seed?: number;
  /** Outcomes that are drawn from each circuit, and from the trained one. */
  readonly samples?: number;
  readonly optimizer?: AdamSearchOptions;
}

export interface SampledHypernetwork {
  readonly angles: Float64Array;
  /** What was drawn from the trained circuit: its distribution as far as samples tell. */
  readonly outcomes: Uint32Array;
  /** Mean cost, P(bit q = 1) and the most frequent string among them. */
  readonly expectedCost: number;
  readonly marginals: Float64Array;
  readonly argmax: number;
  /** The cheapest string that training drew or flips of single bits lead to from it, from the argmax and from the last outcomes. */
  readonly best: number;
  readonly bestCost: number;
  /** Different strings whose cost was asked for, and circuits that were run. */
  readonly evaluations: number;
  readonly circuits: number;
}

/** Of an outcome. */
type Cost = (w: number) => number;

const stream = 0x71687300, defaultSamples = 64, defaultIterations = 200;

/** E k(w, v) over v of the prior, k = a^Hamming: a product over bits. */
const priorKernel = (chances: readonly number[], a: number) => (w: number): number =>
  chances.reduce((product, one, q) => {
    const same = (w >>> (chances.length - 1 - q)) & 1 ? one : 1 - one;
    return product * (same + a * (1 - same));
  }, 1);

/**
 * Σ over outcomes of each shifted circuit, plus minus minus, of what a single outcome adds to ∂/∂angle: half its cost, and of the
 * discrepancy its mean kernel with outcomes of the circuit itself less that with the prior. All are drawn apart, so that the
 * derivative has no bias.
 */
function sampledShare(cost: Cost, objective: Objective, chances: readonly number[], centre: Uint32Array): Cost {
  if (objective.kind !== 'selbo') return w => cost(w) / 2;
  const kernels = objective.kernels ?? defaultKernels, known = new Map<number, number>();
  const expected = kernels.map(a => priorKernel(chances, a));
  const witness = (w: number): number => kernels.reduce((sum, a, k) =>
    sum + centre.reduce((total, v) => total + a ** popcount(v ^ w), 0) / centre.length - expected[k]!(w), 0) / kernels.length;
  return w => {
    let value = known.get(w);
    if (value === undefined) known.set(w, value = witness(w));
    return cost(w) / 2 + objective.weight * value;
  };
}

const mean = (outcomes: Uint32Array, of: Cost): number => outcomes.reduce((sum, w) => sum + of(w), 0) / outcomes.length;

/** The mean cost at some angles, with an estimate of the derivatives of the objective written into `gradient`. */
export function sampledGradient(
  draw: (angles: Float64Array) => Uint32Array, at: Float64Array, cost: Cost, objective: Objective,
  chances: readonly number[], gradient: Float64Array,
): number {
  const centre = draw(at), share = sampledShare(cost, objective, chances, centre), moved = at.slice();
  const shifted = (k: number, by: number): number => {
    moved[k] = at[k]! + by;
    return mean(draw(moved), share);
  };
  for (let k = 0; k < gradient.length; k++) {
    gradient[k] = shifted(k, Math.PI / 2) - shifted(k, -Math.PI / 2);
    moved[k] = at[k]!;
  }
  return mean(centre, cost);
}

/** Called with a string of `qubits` bits, qubit 0 the most significant; asked once a string. */
function remembered(cost: Cost) {
  const known = new Map<number, number>();
  return {
    known,
    cost(w: number): number {
      let value = known.get(w);
      if (value === undefined) {
        value = cost(w);
        if (!Number.isFinite(value))
          throw new RangeError(`sampledHypernetwork: expected finite costs, got ${value} of outcome ${w}`);
        known.set(w, value);
      }
      return value;
    },
  };
}

function checked({ objective, samples = defaultSamples }: SampledOptions): void {
  if (objective.kind === 'elbo' || objective.kind === 'gibbs')
    throw new RangeError(`sampledHypernetwork: expected an objective of mle or selbo, got ${objective.kind}, which needs probabilities`);
  checkObjective('sampledHypernetwork', objective);
  if (!Number.isSafeInteger(samples) || samples < 1)
    throw new RangeError(`sampledHypernetwork: expected at least 1 sample, got ${samples}`);
}

/** As `sampledHypernetwork`, gradient by gradient: for callers that let others run in between. */
export function* sampledHypernetworkSteps(qubits: number, cost: Cost, options: SampledOptions): Steps<SampledHypernetwork> {
  checked(options);
  const { objective, seed = 1, samples = defaultSamples, optimizer } = options;
  const of = brick(qubits, options), chances = priorChances(qubits, options.prior), { known, cost: priced } = remembered(cost);
  const machine = simulator(of), p = new Float64Array(2 ** qubits), rng = random(stream, seed);
  let circuits = 0;
  const draw = (angles: Float64Array): Uint32Array => {
    circuits++;
    return sampleOutcomes(machine.probabilities(angles, p), samples, rng);
  };
  try {
    const { x: angles } = yield* adamSteps((at, gradient) => sampledGradient(draw, at, priced, objective, chances, gradient),
      randomAngles(of.angles, seed, 0), { iterations: defaultIterations, ...optimizer });
    const outcomes = draw(angles), marginals = new Float64Array(qubits), counts = new Map<number, number>();
    for (const w of outcomes) {
      counts.set(w, (counts.get(w) ?? 0) + 1);
      for (let q = 0; q < qubits; q++) marginals[q]! += ((w >>> (qubits - 1 - q)) & 1) / samples;
    }
    const argmax = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0], expectedCost = mean(outcomes, priced);
    const cheapest = [...known].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
    const ends = [cheapest, ...counts.keys()].map(w => polished(qubits, priced, w));
    const best = ends.reduce((a, b) => (priced(b) < priced(a) ? b : a));
    return { angles, outcomes, expectedCost, marginals, argmax, best, bestCost: priced(best), evaluations: known.size, circuits };
  } finally {
    machine.release();
  }
}

/**
 * Trains a circuit on a cost that is asked for string by string, from samples alone, as hardware would: parameter shift of
 * the expected cost, and of the discrepancy of the surrogate ELBO (E k(w₊, w) − E k(w₋, w) less the same with the prior), by
 * Adam. Two circuits an angle and one more for each step; costs are remembered. Throws a RangeError for elbo and gibbs, costs that
 * are not finite, fewer than one sample, and impossible options.
 */
export const sampledHypernetwork = (qubits: number, cost: Cost, options: SampledOptions): SampledHypernetwork =>
  completed(sampledHypernetworkSteps(qubits, cost, options));

/** As `polish`, on a cost. */
function polished(qubits: number, cost: Cost, from: number): number {
  for (let at = from; ;) {
    let next = at;
    for (let q = 0; q < qubits; q++) if (cost(at ^ (1 << q)) < cost(next)) next = at ^ (1 << q);
    if (next === at) return at;
    at = next;
  }
}
