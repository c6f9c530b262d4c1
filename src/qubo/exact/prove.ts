import { enumeration } from '../../kernels/index.js';
import { toSpins } from '../convert.js';
import { eachNeighbour, energy, pairCount, type QuadraticModel, type Sample } from '../model.js';
import { branch, type Found } from './branch.js';
import { fixDominated } from './dominated.js';
import { addExactly, roundedDown } from './exact-sum.js';
import { oddness, partsOf } from './parts.js';
import { posiform } from './posiform.js';
import { relaxedBranch } from './relaxed-branch.js';
import { roofDual } from './roof-dual.js';
import { wholeNumbers } from './whole.js';

/** So many variables are enumerated: 2²⁶ states take about a tenth of a second. */
const enumerated = 26, flipsAtOnce = 2 ** 12;
/** So few are enumerated without roof duality, which asks for sums of fewer bits. */
const small = 16, smallBits = 51;
/** Beyond, a step of the relaxation takes longer than anyone waits for a signal. */
const mostRelaxed = 1000;
/** Gaps are sums of fewer numbers above 0 than this leaves room for. */
const upwards = 1 + 2 ** -30;

/** A search for the minimum of a model, a lower bound of all energies included. */
export interface Proof {
  /** Ends when all is proven. */
  readonly search: Generator<void>;
  /** Bits, for spins too. */
  sample(): Sample;
  energy(): number;
  nodes(): number;
  /** No energy, as a real number, is lower than this; −Infinity before the parts are known. */
  lower(): number;
}

/** What is left of a part, in whole numbers. */
interface Open {
  readonly model: QuadraticModel;
  readonly variables: Uint32Array;
  /** What a whole number stands for. */
  readonly size: number;
  readonly found: Found;
}

function* enumerate(model: QuadraticModel, found: Found): Generator<void> {
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
function* branchBoth(model: QuadraticModel, found: Found): Generator<void> {
  const nodes = model.n > mostRelaxed ? Infinity : Math.min(400, 10 + 2e6 / pairCount(model));
  if (!(yield* branch(model, found, nodes))) yield* relaxedBranch(model, found);
}

/** E(sample) − gap, both without rounding, rounded down. */
function below(model: QuadraticModel, sample: Sample, gap: number): number {
  const sum = [model.offset];
  for (let i = 0; i < model.n; i++) {
    if (sample[i] === 0) continue;
    addExactly(sum, sample[i]! * model.linear[i]!);
    eachNeighbour(model, i, (j, value) => { if (j < i && sample[j] !== 0) addExactly(sum, sample[i]! * sample[j]! * value); });
  }
  addExactly(sum, -gap * upwards);
  return roundedDown(sum);
}

/**
 * From a sample's bits: fixes what is better whatever the rest is and what roof duality fixes, and goes through all samples of what is
 * left that may be better, in parts that share no coupling. A part is searched in whole numbers, where sums are exact. Only what is
 * rounded for that stays open, relative to the coefficients of the part, and what bounds of numbers of many digits round.
 */
export function proof(model: QuadraticModel, bits: Sample): Proof {
  const own = (sample: Sample): Sample => (model.vartype === 'spin' ? toSpins(sample) : sample);
  const sample = bits.slice();
  let least: number | undefined, lost = 0, opened: readonly Open[] | undefined;

  function set(variables: ArrayLike<number>, values: Sample): void {
    for (let k = 0; k < variables.length; k++) if (values[k]! >= 0) sample[variables[k]!] = values[k]!;
    least = undefined;
  }

  function openOf(whole: QuadraticModel, variables: Uint32Array, size: number, lower: number): Open {
    const now = Int8Array.from(variables, i => sample[i]!), own = energy(whole, now);
    return { model: whole, variables, size, found: { sample: now, energy: own, lower: Math.min(lower, own), nodes: 0 } };
  }

  /** Of a sample and its complement that have the same energy, only the one like `sample` stays open. */
  function halved(part: Open, odd: number): Open[] {
    const fixed = new Int8Array(part.model.n).fill(-1);
    fixed[0] = part.found.sample[0]!;
    lost += part.size * odd;
    return partsOf(part.model, fixed).map(({ model: half, variables }) =>
      openOf(half, variables.map(k => part.variables[k]!), part.size, posiform(half).terms.constant));
  }

  function* parts(): Generator<void, Open[]> {
    const fixed = new Int8Array(model.n).fill(-1), done = new Uint8Array(model.n), all = Uint32Array.from(fixed, (_, i) => i);
    const open: Open[] = [];
    for (let more = true; more;) {
      more = false;
      yield* fixDominated(model, fixed);
      set(all, fixed);
      for (const { model: part, variables, doubt } of partsOf(model, fixed, done)) {
        const few = part.n <= small, { model: whole, size, spread } = wholeNumbers(part, doubt, few ? smallBits : undefined);
        if (!few) yield;
        const { form, terms } = posiform(whole);
        lost += spread;
        if (!few) yield* roofDual(form).raise(terms, Infinity);
        if (terms.free < whole.n) {
          more = true;
          variables.forEach((i, k) => { fixed[i] = terms.fixed[k]!; });
          continue;
        }
        for (const i of variables) done[i] = 1;
        if (!few) yield;
        const one = openOf(whole, variables, size, terms.constant), odd = oddness(whole);
        open.push(...(size * odd <= spread ? halved(one, odd) : [one]));
      }
    }
    return open.sort((a, b) => a.model.n - b.model.n);
  }

  function* search(): Generator<void> {
    opened = yield* parts();
    for (const { model: part, variables, found } of opened) {
      const own = part.n <= enumerated ? enumerate(part, found) : branchBoth(part, found);
      try {
        for (let before = found.energy, more = true; more;) {
          more = !own.next().done;
          if (found.energy < before) { before = found.energy; set(variables, found.sample); }
          if (more) yield;
        }
      } finally {
        own.return(undefined);
      }
    }
  }

  return {
    search: search(), sample: () => sample.slice(), energy: () => (least ??= energy(model, own(sample))),
    nodes: () => opened?.reduce((sum, { found }) => sum + found.nodes, 0) ?? 0,
    lower() {
      if (!opened) return -Infinity;
      // The last bit of the smallest numbers there are is all that a product of them can lack.
      const gapOf = ({ size, found: { energy: now, lower } }: Open): number => (now > lower ? size * (now - lower) + Number.MIN_VALUE : 0);
      return below(model, own(sample), opened.reduce((sum, part) => sum + gapOf(part), lost));
    },
  };
}
