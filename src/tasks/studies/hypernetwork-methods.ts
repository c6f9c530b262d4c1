import type { LbfgsOptions } from '../../core/lbfgs.js';
import { random } from '../../core/random.js';
import { paced } from '../../core/steps.js';
import { hypernetworkSteps, polish, type BrickOptions, type Objective } from '../../quantum/index.js';

/** What a method makes of a table of costs: a distribution over its strings, and the string to use. */
export interface Trained {
  readonly p: Float64Array;
  readonly best: number;
}

export interface TableProblem {
  /** Mean negative log-likelihood of all 2ⁿ strings; qubit 0 is the most significant bit. */
  readonly costs: Float64Array;
  /** Samples that it is the mean over: what the prior is weighed against. */
  readonly samples: number;
  readonly depth: number;
  /** Of the surrogate's discrepancy, against the mean cost. */
  readonly weight: number;
  readonly seed: number;
  readonly optimizer: LbfgsOptions;
}

/** Pauses after each evaluation of an objective. */
type Method = (problem: TableProblem, pause: () => Promise<void>) => Trained | Promise<Trained>;

/** Costs this close count as the same: the tolerance of the published runs. */
export const tolerance = 5e-5;

const greedyStream = 0x67726479;

const trained = (objective: (problem: TableProblem) => Objective, ansatz?: BrickOptions): Method => (problem, pause) =>
  paced(hypernetworkSteps(problem.costs, { ...problem, ...ansatz, objective: objective(problem) }), pause);

function certain(costs: Float64Array, best: number): Trained {
  const p = new Float64Array(costs.length);
  p[best] = 1;
  return { p, best };
}

export const leastOf = (costs: Float64Array): number => costs.reduce((least, cost, w) => (cost < costs[least]! ? w : least), 0);

/** At this temperature that of the mean cost is the evidence of the whole sample. */
const gibbs = ({ samples }: TableProblem): Objective => ({ kind: 'gibbs', temperature: 1 / samples });
const withoutEntanglers: BrickOptions = { depth: 1, entangler: 'none' };

/**
 * The objectives of hypernetworks; without entanglers, where one Ry a qubit is all that matters; the steepest single flips from one
 * random string; and the least cost of the table that all of them are given.
 */
export const tableMethods: Readonly<Record<string, Method>> = {
  'hypernetwork-mle': trained(() => ({ kind: 'mle' })),
  'hypernetwork-elbo': trained(({ samples }) => ({ kind: 'elbo', temperature: 1 / samples })),
  'hypernetwork-selbo': trained(({ weight }) => ({ kind: 'selbo', weight })),
  'hypernetwork-gibbs': trained(gibbs),
  product: trained(() => ({ kind: 'mle' }), withoutEntanglers),
  'product-gibbs': trained(gibbs, withoutEntanglers),
  greedy: ({ costs, seed }) => certain(costs, polish(costs, random(greedyStream, seed).integer(costs.length))),
  exhaustive: ({ costs }) => certain(costs, leastOf(costs)),
};

/** How the table was searched, as a study's columns. */
export function tableColumns(costs: Float64Array, { p, best }: Trained) {
  const least = costs[leastOf(costs)]!;
  let expectedCost = 0, optimal = 0;
  for (let w = 0; w < p.length; w++) {
    expectedCost += p[w]! * costs[w]!;
    if (costs[w]! <= least + tolerance) optimal += p[w]!;
  }
  return {
    expectedCost, bestCost: costs[best]!, found: costs[best]! <= least + tolerance ? 1 : 0,
    expectedFound: expectedCost <= least + tolerance ? 1 : 0, optimal,
  };
}

export const searchColumns = [
  { key: 'expectedCost', title: 'expected cost', digits: 6 },
  { key: 'bestCost', title: 'best cost', digits: 6 },
  { key: 'found', title: 'optimum found', digits: 2 },
  { key: 'expectedFound', title: 'expected cost at it', digits: 2 },
  { key: 'optimal', title: 'P(optimum)', digits: 3 },
] as const;
