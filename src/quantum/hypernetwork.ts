import { adamSteps, type AdamSearchOptions } from '../core/adam.js';
import { lbfgsSteps, type Differentiable, type LbfgsOptions } from '../core/lbfgs.js';
import { random } from '../core/random.js';
import { completed, type Steps } from '../core/steps.js';
import { brick, type BrickOptions } from './circuit.js';
import { checkObjective, tableObjective, type Objective } from './objective.js';
import { logPrior } from './prior.js';
import { sampleOutcomes, simulator } from './simulator.js';

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

interface Found { readonly x: Float64Array; readonly value: number; readonly iterations: number }

/** Throws a RangeError for an unknown kind. */
export function searchAngles(f: Differentiable, start: Float64Array, options: AngleSearch = {}): Steps<Found> {
  const { kind = 'lbfgs' } = options;
  if (kind !== 'lbfgs' && kind !== 'adam')
    throw new RangeError(`hypernetwork: expected an optimizer of lbfgs, adam, got ${String(kind)}`);
  return options.kind === 'adam' ? adamSteps(f, start, options) : lbfgsSteps(f, start, options);
}

/** Where training begins: uniform angles. */
export const randomAngles = (count: number, ...seed: number[]): Float64Array => {
  const rng = random(stream, ...seed);
  return Float64Array.from({ length: count }, () => 2 * Math.PI * rng.uniform());
};

/** The cheapest outcome that flips of single bits lead to, steepest first. Throws a RangeError for an outcome outside the table. */
export function polish(costs: Float64Array, from: number): number {
  if (!Number.isSafeInteger(from) || from < 0 || from >= costs.length)
    throw new RangeError(`polish: expected an outcome from 0 to ${costs.length - 1}, got ${from}`);
  for (let at = from; ;) {
    let next = at;
    for (let bit = 1; bit < costs.length; bit *= 2) if (costs[at ^ bit]! < costs[next]!) next = at ^ bit;
    if (next === at) return at;
    at = next;
  }
}

/** As `hypernetwork`, evaluation by evaluation of the objective: for callers that let others run in between. */
export function* hypernetworkSteps(costs: Float64Array, options: HypernetworkOptions): Steps<Hypernetwork> {
  const qubits = Math.log2(costs.length), { objective, seed = 1, restarts = 1, draws = defaultDraws } = options;
  if (!Number.isInteger(qubits) || qubits < 1)
    throw new RangeError(`hypernetwork: expected costs of 2ⁿ outcomes, got ${costs.length}`);
  if (!Number.isSafeInteger(restarts) || restarts < 1)
    throw new RangeError(`hypernetwork: expected at least 1 restart, got ${restarts}`);
  if (!Number.isSafeInteger(draws) || draws < 0) throw new RangeError(`hypernetwork: expected 0 or more draws, got ${draws}`);
  if (!costs.every(Number.isFinite)) throw new RangeError('hypernetwork: expected finite costs, got others');
  checkObjective('hypernetwork', objective);
  const of = brick(qubits, options), logPi = logPrior(qubits, options.prior), p = new Float64Array(costs.length);
  const machine = simulator(of);
  try {
    const objectiveOf = tableObjective(machine, costs, objective, logPi), runs: Found[] = [];
    for (let r = 0; r < restarts; r++) {
      const run = yield* searchAngles(objectiveOf, randomAngles(of.angles, seed, r), options.optimizer);
      options.onRestart?.(r, run.value);
      runs.push(run);
    }
    const first = runs.reduce((a, b) => (b.value < a.value ? b : a));
    machine.probabilities(first.x, p);
    const { x: angles, value, iterations } = first, values = runs.map(run => run.value);
    return { ...outcomesOf(p, costs, qubits, draws, seed), angles, value, values, p, iterations };
  } finally {
    machine.release();
  }
}

/**
 * Trains a circuit whose measured bits are the unknowns: costs is C of all 2ⁿ outcomes, qubit 0 the most significant bit.
 * L-BFGS or Adam from uniform random angles; the best of all restarts is returned. Throws a RangeError for a table that is no
 * power of two or not finite, for fewer than one restart, and for impossible options.
 */
export const hypernetwork = (costs: Float64Array, options: HypernetworkOptions): Hypernetwork =>
  completed(hypernetworkSteps(costs, options));

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
