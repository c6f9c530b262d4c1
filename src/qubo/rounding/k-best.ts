import type { GramFactor } from './factor.js';
import { outputError, type NeuronProblem } from './problem.js';

export interface KBestOptions {
  /** Partial roundings that are kept at every place. */
  readonly keep: number;
  /** Any code of the grid instead of the two around each weight. */
  readonly whole?: boolean;
}

/** So many of the last kept are compared by the output error itself, which the ridge is no part of. */
const finalists = 4;

/** L⁻¹ of the right-hand side: Lᵀv* for the real-valued minimiser v* of the damped problem. */
function target({ n, ridge, order, L }: GramFactor, { cross, scale, real }: NeuronProblem): Float64Array {
  const b = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const variable = order[i]!;
    let sum = cross[variable]! / scale + ridge * real[variable]!;
    for (let j = 0, at = i * n; j < i; j++) sum -= L[at + j]! * b[j]!;
    b[i] = sum / L[i * n + i]!;
  }
  return b;
}

function subtract(b: Float64Array, code: number, row: Float64Array, out: Float64Array): void {
  for (let j = 0; j < b.length; j++) out[j] = b[j]! - code * row[j]!;
}

/** The code nearest to a centre, and the next nearest one: what a place is tried with. */
function children(problem: NeuronProblem, variable: number, centre: number, whole: boolean): [number, number] {
  const step = problem.step[variable]!, low = whole ? problem.min[variable]! : problem.low[variable]!;
  const high = whole ? problem.max[variable]! : low + step;
  const nearest = Math.max(low, Math.min(high, low + step * Math.floor((centre - low) / step + 0.5)));
  const other = nearest + (centre >= nearest ? step : -step);
  return [nearest, other > high ? nearest - step : other < low ? nearest + step : other];
}

/**
 * Decides one variable after the other and keeps the `keep` partial roundings that are best when the rest is real-valued:
 * ‖Lᵀ(v − v*)‖² over the places decided. With one kept this is Babai's nearest plane, which is GPTQ (Frantar et al. 2023); with more the K-best
 * sphere decoder (Guo & Nilsson 2006). Minimises the output error plus ridge ‖v − real‖²; of the best few, that of the least
 * output error is returned.
 */
export function kBest(problem: NeuronProblem, factor: GramFactor, { keep, whole = false }: KBestOptions): Float64Array {
  if (!Number.isSafeInteger(keep) || keep < 1) throw new RangeError(`kBest: expected to keep 1 or more, got ${keep}`);
  const { n, order, L } = factor;
  let state = new Float64Array(keep * n), next = new Float64Array(keep * n), costs = new Float64Array(keep), count = 1;
  const parents = new Uint32Array(n * keep), codes = new Float64Array(n * keep);
  const childCosts = new Float64Array(2 * keep), childCodes = new Float64Array(2 * keep);
  state.set(target(factor, problem));
  for (let place = n - 1; place >= 0; place--) {
    const pivot = L[place * n + place]!, row = L.subarray(place * n, place * n + place);
    for (let c = 0; c < count; c++) {
      const b = state[c * n + place]!;
      children(problem, order[place]!, b / pivot, whole).forEach((code, k) => {
        childCodes[2 * c + k] = code;
        childCosts[2 * c + k] = costs[c]! + (b - pivot * code) ** 2;
      });
    }
    const all = Array.from({ length: 2 * count }, (_, k) => k);
    const kept = (keep === 1 ? all.slice(0, 1) : all.sort((a, b) => childCosts[a]! - childCosts[b]! || a - b)).slice(0, keep);
    const kinds = new Float64Array(keep);
    kept.forEach((child, c) => {
      const parent = child >> 1, code = childCodes[child]!;
      parents[place * keep + c] = parent;
      codes[place * keep + c] = code;
      kinds[c] = childCosts[child]!;
      subtract(state.subarray(parent * n, parent * n + place), code, row, next.subarray(c * n, c * n + place));
    });
    [state, next, costs, count] = [next, state, kinds, kept.length];
  }
  let best: Float64Array | undefined, least = Infinity;
  for (let c = 0; c < Math.min(count, finalists); c++) {
    const found = traced(c), error = outputError(problem, found);
    if (best === undefined || error < least) [best, least] = [found, error];
  }
  return best!;

  function traced(last: number): Float64Array {
    const out = new Float64Array(n);
    for (let place = 0, c = last; place < n; place++) {
      out[order[place]!] = codes[place * keep + c]!;
      c = parents[place * keep + c]!;
    }
    return out;
  }
}
