import type { Differentiable } from '../core/lbfgs.js';
import { checkKernels, kullbackLeibler, maximumMeanDiscrepancy, type Divergence } from './divergences.js';
import type { Simulator } from './simulator.js';

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

export const defaultKernels: readonly number[] = [0.5];

/** What the divergence counts for; 0 without one. */
function factorOf(objective: Objective): number {
  if (objective.kind === 'mle') return 0;
  return objective.kind === 'elbo' ? objective.temperature ?? 1 : objective.weight;
}

/** Throws a RangeError for an unknown kind, a weight or temperature below 0 and kernels outside (0, 1). */
export function checkObjective(who: string, objective: Objective): void {
  const { kind } = objective, factor = factorOf(objective);
  if (kind !== 'mle' && kind !== 'elbo' && kind !== 'selbo')
    throw new RangeError(`${who}: expected an objective of mle, elbo, selbo, got ${String(kind)}`);
  if (!(factor >= 0 && factor < Infinity))
    throw new RangeError(`${who}: expected a weight of the divergence of at least 0, got ${factor}`);
  if (kind === 'selbo') checkKernels(objective.kernels ?? defaultKernels);
}

function divergenceOf(objective: Objective, logPi: Float64Array): Divergence | undefined {
  if (objective.kind === 'mle') return undefined;
  if (objective.kind === 'elbo') return kullbackLeibler(logPi);
  return maximumMeanDiscrepancy(logPi, objective.kernels ?? defaultKernels);
}

/** The objective over a circuit's angles. */
export function tableObjective(machine: Simulator, costs: Float64Array, objective: Objective, logPi: Float64Array): Differentiable {
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
