import { enumeration } from '../../kernels/index.js';
import { toBinary } from '../convert.js';
import { branch, type Found } from '../exact/branch.js';
import { partsOf, type Part } from '../exact/parts.js';
import { posiform } from '../exact/posiform.js';
import { precisionOf } from '../exact/precision.js';
import { roofDual } from '../exact/roof-dual.js';
import { eachNeighbour, energy, pairCount, type QuadraticModel } from '../model.js';
import { runReads, type Reads } from './reads.js';
import type { SolveOptions, Solver } from './solver.js';
import { tabuReads } from './tabu.js';

/** So many variables are enumerated: 2²⁶ states take about a tenth of a second, as branch and bound does for dense ones. */
const enumerated = 26, mostPairs = 2 ** 21, sliceMs = 4, flipsAtOnce = 2 ** 12;

function* enumerate({ model }: Part, found: Found): Generator<void> {
  const { n } = model, couplings = new Float64Array(n * n);
  for (let i = 0; i < n; i++) eachNeighbour(model, i, (j, value) => { couplings[i * n + j] = value; });
  const all = enumeration(n, model.linear, couplings);
  try {
    all.run(0);
    for (let left = all.flips; left > 0; left -= flipsAtOnce) {
      all.run(Math.min(left, flipsAtOnce));
      yield;
    }
    const sample = all.state(), least = energy(model, sample);
    if (least < found.energy) { found.energy = least; found.sample = sample; }
    found.lower = found.energy;
  } finally {
    all.release();
  }
}

/** The search for the minimum: `found` gets better, for the whole model, until all is proven. */
function* prove(model: QuadraticModel, found: Found): Generator<void> {
  const precision = precisionOf(model), { form, terms } = posiform(model);
  yield* roofDual(form, precision.rounding / 64).raise(terms, Infinity);
  found.lower = Math.min(terms.constant, found.energy);
  const sample = found.sample.map((bit, i) => (terms.fixed[i]! < 0 ? bit : terms.fixed[i]!)), value = energy(model, sample);
  if (value < found.energy) { found.energy = value; found.sample = sample; }
  const parts = partsOf(model, terms.fixed).map(part => {
    const own = Int8Array.from(part.variables, i => found.sample[i]!);
    return { part, found: { sample: own, energy: energy(part.model, own), lower: posiform(part.model).terms.constant, nodes: 0 } };
  });
  const base = found.energy - parts.reduce((sum, one) => sum + one.found.energy, 0);
  for (const { part, found: own } of parts) {
    const search = part.model.n <= enumerated ? enumerate(part, own) : branch(part.model, own, precision);
    for (let before = own.energy, more = true; more;) {
      more = !search.next().done;
      if (own.energy < before) {
        before = own.energy;
        found.sample = found.sample.slice();
        part.variables.forEach((i, k) => { found.sample[i] = own.sample[k]!; });
        found.energy = energy(model, found.sample);
      }
      found.lower = Math.min(found.energy, Math.max(found.lower, parts.reduce((sum, one) => sum + one.found.lower, base)));
      found.nodes = parts.reduce((sum, one) => sum + one.found.nodes, 0);
      if (more) yield;
    }
  }
  found.lower = found.energy;
}

function readsOf(given: QuadraticModel, options: SolveOptions): Reads {
  const model = toBinary(given), searches = tabuReads(model, options);
  return {
    start(r) {
      const first = searches.start(r);
      let found: Found | undefined, search: Generator<void> | undefined, proven = false;
      return {
        step() {
          if (!search) {
            if (first.step()) return true;
            const sample = first.sample();
            found = { sample, energy: energy(model, sample), lower: -Infinity, nodes: 0 };
            search = prove(model, found);
          }
          for (const began = performance.now(); !proven && performance.now() - began < sliceMs;) proven = search.next().done === true;
          return !proven;
        },
        energy: () => found?.energy ?? first.energy(),
        sample: () => found?.sample ?? first.sample(),
        sweeps: () => first.sweeps() + (found?.nodes ?? 0),
        proven: () => proven,
        lowerBound: () => found?.lower ?? -Infinity,
      };
    },
    release: () => searches.release(),
  };
}

/**
 * The proven minimum, up to 1e-11 of the sum of all coefficients: a tabu search for a good sample (of `sweeps` moves), variables fixed
 * by roof duality, then every part that shares no coupling with the rest on its own, up to 26 variables by going through all states
 * and beyond by branch and bound. `info.lowerBound` says how far it came where time ended it. A sweep is a move of the tabu search or
 * a node. Throws a RangeError for more than two million couplings.
 */
export const exact = (): Solver => ({
  name: 'exact',
  async solve(model, options = {}) {
    const pairs = pairCount(model);
    if (pairs > mostPairs) throw new RangeError(`exact: expected at most ${mostPairs} couplings, got ${pairs}`);
    return runReads('exact', model, () => readsOf(model, options), options, 1);
  },
});
