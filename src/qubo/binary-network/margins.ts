import { networkState, type Samples } from './forward.js';
import type { Topology } from './topology.js';

/**
 * The integer margin of a neuron on a sample says how many more inputs could disagree without a change of its sign: c − τ where it
 * gives +1, τ − 1 − c where it gives −1, with c agreements and threshold τ. The sum in spins is u = 2c − n, so that for odd n
 * |u| = 2 margin + 1.
 */
export const largestMargins = (net: Topology): number => net.neurons.reduce((sum, { bits }) => sum + 2 ** bits - 1, 0);

/** R: what one sample's part of the objective, wrong outputs − γ margins, ranges over whatever its auxiliaries are. */
export const objectiveRange = (net: Topology, gamma = 0): number => net.outputs.length + gamma * largestMargins(net);

/** Margins never outweigh a wrong output over `count` samples while γ is below this. */
export const lexicographicGamma = (net: Topology, count: number): number => 1 / (count * Math.max(1, largestMargins(net)));

/** Integer margins of every neuron, summed over all samples. */
export function margins(net: Topology, samples: Samples, weights: ArrayLike<number>): number[] {
  const state = networkState(net, samples);
  state.load(weights);
  return net.neurons.map((_, j) => state.margin(j));
}
