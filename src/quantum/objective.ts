import type { Differentiable } from '../core/lbfgs.js';
import { checkKernels, kullbackLeibler, maximumMeanDiscrepancy, type Divergence } from './divergences.js';
import type { Simulator } from './simulator.js';

/**
 * What is minimised over the circuit's angles, p being the distribution of its outcomes and C the cost of one:
 * - mle: Σ p C, the expected cost (Carrasquilla et al. 2023);
 * - elbo: Σ p C + temperature · KL(p ‖ π), the negative evidence lower bound at temperature 1 where C is a negative log-likelihood;
 * - selbo: Σ p C + weight · MMD²(p, π), which samples alone can tell (Nepote et al. 2025; weights and kernels are our choice);
 * - gibbs: −log Σ p exp((C* − C) / temperature), C* the least cost (Li et al. 2020, Phys. Rev. Research 2, 023074): the negative log
 *   evidence under p as the prior, up to C*, at temperature 1 where C is a negative log-likelihood. The lower the temperature, the more
 *   it asks for the probability of the best strings alone, which the table of all costs must have told. No other prior counts.
 */
export type Objective =
  | { readonly kind: 'mle' }
  | { readonly kind: 'elbo'; readonly temperature?: number }
  | { readonly kind: 'selbo'; readonly weight: number; readonly kernels?: readonly number[] }
  | { readonly kind: 'gibbs'; readonly temperature?: number };

export const defaultKernels: readonly number[] = [0.5];

/** What the divergence counts for, 0 without one; of gibbs the temperature. */
function factorOf(objective: Objective): number {
  if (objective.kind === 'mle') return 0;
  return objective.kind === 'selbo' ? objective.weight : objective.temperature ?? 1;
}

/** Throws a RangeError for an unknown kind, a weight or temperature below 0 (of gibbs: at 0) and kernels outside (0, 1). */
export function checkObjective(who: string, objective: Objective): void {
  const { kind } = objective, factor = factorOf(objective);
  if (kind !== 'mle' && kind !== 'elbo' && kind !== 'selbo' && kind !== 'gibbs')
    throw new RangeError(`${who}: expected an objective of mle, elbo, selbo, gibbs, got ${String(kind)}`);
  if (kind === 'gibbs' && !(factor > 0 && factor < Infinity)) throw new RangeError(`${who}: expected a finite temperature above 0, got ${factor}`);
  if (!(factor >= 0 && factor < Infinity))
    throw new RangeError(`${who}: expected a weight of the divergence of at least 0, got ${factor}`);
  if (kind === 'selbo') checkKernels(objective.kernels ?? defaultKernels);
}

function divergenceOf(objective: Exclude<Objective, { kind: 'gibbs' }>, logPi: Float64Array): Divergence | undefined {
  if (objective.kind === 'mle') return undefined;
  if (objective.kind === 'elbo') return kullbackLeibler(logPi);
  return maximumMeanDiscrepancy(logPi, objective.kernels ?? defaultKernels);
}

function gibbsObjective(machine: Simulator, costs: Float64Array, temperature: number): Differentiable {
  const least = costs.reduce((a, b) => Math.min(a, b), Infinity), factors = costs.map(cost => Math.exp((least - cost) / temperature));
  const p = new Float64Array(costs.length), slope = new Float64Array(costs.length);
  return (angles, gradient) => {
    machine.probabilities(angles, p);
    const mean = p.reduce((sum, chance, w) => sum + chance * factors[w]!, 0);
    for (let w = 0; w < slope.length; w++) slope[w] = -factors[w]! / mean;
    machine.pullback(slope, gradient);
    return -Math.log(mean);
  };
}

/** The objective over a circuit's angles. */
export function tableObjective(machine: Simulator, costs: Float64Array, objective: Objective, logPi: Float64Array): Differentiable {
  if (objective.kind === 'gibbs') return gibbsObjective(machine, costs, factorOf(objective));
  const factor = factorOf(objective), divergence = divergenceOf(objective, logPi);
  const p = new Float64Array(costs.length), slope = new Float64Array(costs.length);
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
