import { adamSearch, type AdamSearchOptions } from '../core/adam.js';
import { lbfgs, type Differentiable, type LbfgsOptions } from '../core/lbfgs.js';
import { random } from '../core/random.js';
import { brick, type BrickOptions } from './circuit.js';
import { kullbackLeibler, maximumMeanDiscrepancy, type Divergence } from './divergences.js';
import { logPrior } from './prior.js';
import { sampleOutcomes, simulator, type Simulator } from './simulator.js';

/**
 * What is minimised over the circuit's angles, p being the distribution of its outcomes and C the cost of one:
 * - mle: Σ p C, the expected cost (Carrasquilla et al. 2023);
 * - elbo: Σ p C + temperature · KL(p ‖ π), the negative evidence lower bound at temperature 1 where C is a negative log-likelihood;
 * - selbo: Σ p C + weight · MMD²(p, π), which samples alone can tell (Nepote et al. 2025; weights and kernels are our choice).
 */
export type Objective =
  | { readonly kind: 'mle' }
  | { readonly kind: 'elbo'; readonly temperature?: number }
  | { readonly kind: 'selbo'; readonly weight: number; readonly kernels?: readonly number[] };

/** L-BFGS unless told otherwise. */
export type AngleSearch = ({ readonly kind?: 'lbfgs' } & LbfgsOptions) | ({ readonly kind: 'adam' } & AdamSearchOptions);

export interface HypernetworkOptions extends BrickOptions {
  readonly objective: Objective;
  /** P(bit = 1) of the prior; ½ unless given. */
  readonly prior?: readonly number[] | number;
  readonly seed?: number;
  readonly restarts?: number;
  readonly optimizer?: AngleSearch;
  /** Outcomes drawn from the trained circuit. */
  readonly draws?: number;
  readonly onRestart?: (restart: number, value: number) => void;
}

export interface Hypernetwork {
  readonly angles: Float64Array;
  /** The objective reached, and those of all restarts. */
  readonly value: number;
  readonly values: readonly number[];
  /** Σ p C. */
  readonly expectedCost: number;
  readonly p: Float64Array;
  /** The likeliest outcome, and the cheapest of those drawn after flips of single bits have lowered it as far as they do. */
  readonly argmax: number;
  readonly best: number;
  /** P(bit q = 1) under p. */
  readonly marginals: Float64Array;
  readonly iterations: number;
}

const stream = 0x71686e00, defaultDraws = 100;
export const defaultKernels: readonly number[] = [0.5];

function divergenceOf(objective: Objective, logPi: Float64Array): { factor: number; divergence?: Divergence } {
  if (objective.kind === 'mle') return { factor: 0 };
  const factor = objective.kind === 'elbo' ? objective.temperature ?? 1 : objective.weight;
  if (!(factor >= 0)) throw new RangeError(`hypernetwork: expected a weight of the divergence of at least 0, got ${factor}`);
  return { factor, divergence: objective.kind === 'elbo' ? kullbackLeibler(logPi) : maximumMeanDiscrepancy(logPi, objective.kernels ?? defaultKernels) };
}

/** The objective over a circuit's angles. */
export function tableObjective(machine: Simulator, costs: Float64Array, objective: Objective, logPi: Float64Array): Differentiable {
  const { factor, divergence } = divergenceOf(objective, logPi), p = new Float64Array(costs.length), slope = new Float64Array(costs.length);
  return (angles, gradient) => {
    machine.probabilities(angles, p);
    slope.fill(0);
    const extra = divergence ? factor * divergence(p, slope) : 0;
    let expected = 0;
    for (let w = 0; w < p.length; w++) {
      expected += p[w]! * costs[w]!;
      slope[w] = costs[w]! + factor * slope[w]!;
    }
    machine.pullback(slope, gradient);
    return expected + extra;
  };
}

export const searchAngles = (f: Differentiable, start: Float64Array, options: AngleSearch = {}) =>
  (options.kind === 'adam' ? adamSearch(f, start, options) : lbfgs(f, start, options));

/** Where training begins: uniform angles. */
export const randomAngles = (count: number, ...seed: number[]): Float64Array => {
  const rng = random(stream, ...seed);
  return Float64Array.from({ length: count }, () => 2 * Math.PI * rng.uniform());
};

/** The cheapest outcome that flips of single bits lead to, steepest first. */
export function polish(costs: Float64Array, from: number): number {
  for (let at = from; ;) {
    let next = at;
    for (let bit = 1; bit < costs.length; bit *= 2) if (costs[at ^ bit]! < costs[next]!) next = at ^ bit;
    if (next === at) return at;
    at = next;
  }
}

/**
 * Trains a circuit whose measured bits are the unknowns: costs is C of all 2ⁿ outcomes, qubit 0 the most significant bit. L-BFGS or
 * Adam from uniform random angles; the best of all restarts is returned. Throws a RangeError for a table that is no power of two or
 * not finite, and for fewer than one restart.
 */
export function hypernetwork(costs: Float64Array, options: HypernetworkOptions): Hypernetwork {
  const qubits = Math.log2(costs.length), { objective, seed = 1, restarts = 1, draws = defaultDraws } = options;
  if (!Number.isInteger(qubits) || qubits < 1) throw new RangeError(`hypernetwork: expected costs of 2ⁿ outcomes, got ${costs.length}`);
  if (!Number.isSafeInteger(restarts) || restarts < 1) throw new RangeError(`hypernetwork: expected at least 1 restart, got ${restarts}`);
  if (!costs.every(Number.isFinite)) throw new RangeError('hypernetwork: expected finite costs, got others');
  const of = brick(qubits, options), machine = simulator(of), p = new Float64Array(costs.length);
  try {
    const value = tableObjective(machine, costs, objective, logPrior(qubits, options.prior));
    const runs = Array.from({ length: restarts }, (_, r) => {
      const run = searchAngles(value, randomAngles(of.angles, seed, r), options.optimizer);
      options.onRestart?.(r, run.value);
      return run;
    });
    const first = runs.reduce((a, b) => (b.value < a.value ? b : a));
    machine.probabilities(first.x, p);
    const { x: angles, value: reached, iterations } = first, values = runs.map(run => run.value);
    return { ...outcomesOf(p, costs, qubits, draws, seed), angles, value: reached, values, p, iterations };
  } finally {
    machine.release();
  }
}

function outcomesOf(p: Float64Array, costs: Float64Array, qubits: number, draws: number, seed: number) {
  const marginals = new Float64Array(qubits);
  let expectedCost = 0, argmax = 0;
  for (let w = 0; w < p.length; w++) {
    expectedCost += p[w]! * costs[w]!;
    if (p[w]! > p[argmax]!) argmax = w;
    for (let q = 0; q < qubits; q++) if ((w >>> (qubits - 1 - q)) & 1) marginals[q]! += p[w]!;
  }
  const drawn = sampleOutcomes(p, draws, random(stream, seed, -1));
  const best = [argmax, ...drawn].map(w => polish(costs, w)).reduce((a, b) => (costs[b]! < costs[a]! ? b : a));
  return { expectedCost, argmax, marginals, best };
}
