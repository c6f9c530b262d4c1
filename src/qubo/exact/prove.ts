import { enumeration } from '../../kernels/index.js';
import { eachNeighbour, energy, pairCount, type QuadraticModel, type Sample } from '../model.js';
import { branch, type Found, type Precision } from './branch.js';
import { isSymmetric, partsOf, type Part } from './parts.js';
import { posiform } from './posiform.js';
import { precisionOf } from './precision.js';
import { relaxedBranch } from './relaxed-branch.js';
import { roofDual } from './roof-dual.js';

/** So many variables are enumerated: 2²⁶ states take about a tenth of a second. */
const enumerated = 26, flipsAtOnce = 2 ** 12;
/** Beyond, a step of the relaxation takes longer than anyone waits for a signal. */
const mostRelaxed = 1000;

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

/** By roof duality where that is quick, as it is for sparse couplings; else by the semidefinite relaxation. */
function* branchBoth({ model }: Part, found: Found, precision: Precision): Generator<void> {
  const nodes = model.n > mostRelaxed ? Infinity : Math.min(400, 10 + 2e6 / pairCount(model));
  if (!(yield* branch(model, found, precision, nodes))) yield* relaxedBranch(model, found, precision);
}

/** Free parts of a model; of a sample and its complement that have the same energy, only the one like `sample`. */
function freeParts(model: QuadraticModel, fixed: Sample, sample: Sample, rounding: number): Part[] {
  for (const { model: own, variables } of partsOf(model, fixed)) if (isSymmetric(own, rounding)) fixed[variables[0]!] = sample[variables[0]!]!;
  return partsOf(model, fixed);
}

/** Goes through all samples of a binary model that may be better than `found`, which it improves; all is proven when it returns. */
export function* prove(model: QuadraticModel, found: Found): Generator<void> {
  const precision = precisionOf(model), { form, terms } = posiform(model), { fixed } = terms;
  yield* roofDual(form, precision.rounding / 64).raise(terms, Infinity);
  found.sample = found.sample.map((bit, i) => (fixed[i]! < 0 ? bit : fixed[i]!));
  found.energy = energy(model, found.sample);
  found.lower = Math.min(terms.constant, found.energy);
  const parts = freeParts(model, fixed, found.sample, precision.rounding).map(part => {
    const sample = Int8Array.from(part.variables, i => found.sample[i]!);
    return { part, own: { sample, energy: energy(part.model, sample), lower: posiform(part.model).terms.constant, nodes: 0 } };
  });
  const base = found.energy - parts.reduce((sum, { own }) => sum + own.energy, 0);
  for (const { part, own } of parts) {
    const search = part.model.n <= enumerated ? enumerate(part, own) : branchBoth(part, own, precision);
    try {
      for (let before = own.energy, more = true; more;) {
        more = !search.next().done;
        if (own.energy < before) {
          before = own.energy;
          found.sample = found.sample.slice();
          part.variables.forEach((i, k) => { found.sample[i] = own.sample[k]!; });
          found.energy = energy(model, found.sample);
        }
        const lower = parts.reduce((sum, one) => sum + one.own.lower, base);
        found.lower = Math.min(found.energy, Math.max(found.lower, lower));
        found.nodes = parts.reduce((sum, one) => sum + one.own.nodes, 0);
        if (more) yield;
      }
    } finally {
      search.return(undefined);
    }
  }
  found.lower = found.energy;
}
