import { spinRelaxation } from '../../kernels/index.js';
import { random } from '../../core/random.js';
import { toBits, toSpin } from '../convert.js';
import { eachNeighbour, energy, type QuadraticModel } from '../model.js';
import type { Found } from './branch.js';
import { cutBound, noCuts, placed, unplaced, type Cuts } from './triangles.js';

const stream = 0x72656c61, nodeSweeps = 40, settledSweeps = 200, sweepsPerTest = 4;
/** Rounds of cuts and the rate that they begin with, in units of the mean weight of a vector, at the root and below. */
const rootRounds = 60, rootRate = 0.03, nodeRounds = 15, nodeRate = 0.004;
/** The rate after a round that lowered the bound, and after one that raised it. */
const slower = 0.5, faster = 1.1;
/** Bounds that round by less decide about whole numbers. */
const exactSlack = 0.5;

interface Node {
  /** −1 and +1 of the spins that are fixed, else 0. */
  readonly spins: Int8Array;
  /** Of all spins, where the search of the node above left them. */
  readonly vectors: Float32Array;
  readonly cuts: Cuts;
}

/** E = offset + Σ_ij C_ij s_i s_j over spins of which spin 0 is +1; n + 1 rows. */
function matrixOf(binary: QuadraticModel): { C: Float64Array; N: number; offset: number } {
  const spin = toSpin(binary), N = spin.n + 1, C = new Float64Array(N * N);
  spin.linear.forEach((value, i) => { C[i + 1] = C[(i + 1) * N] = value / 2; });
  for (let i = 0; i < spin.n; i++) eachNeighbour(spin, i, (j, value) => { C[(i + 1) * N + j + 1] = value / 2; });
  return { C, N, offset: spin.offset };
}

/**
 * As `branch`, with the semidefinite relaxation and triangle inequalities as a bound (Rendl, Rinaldi & Wiegele 2010), far better where
 * couplings are dense. The relaxation is solved by vectors; each node begins with the vectors and cuts of the one above. Of at most
 * 1022 variables. Where the bounds round by less than half, the best energy is the minimum; else `found.lower` stays below it by
 * twice what the worst bound rounds.
 */
export function* relaxedBranch(model: QuadraticModel, found: Found): Generator<void> {
  const { C, N, offset } = matrixOf(model), relaxation = spinRelaxation(N), { width } = relaxation, bound = cutBound(relaxation);
  const size = C.reduce((sum, value) => sum + Math.abs(value), 0);
  let missed = 0;
  /** Where a bound that may be `slack` too high leaves nothing better: energies are whole, or, where that is too fine, up to 2 slack. */
  const limit = (slack: number): number => found.energy - (slack < exactSlack ? 1 - 2 * slack : slack);

  /** Fixes spins whose field has one sign whatever the free ones do; the places of those left, spin 0 first. */
  function reduce(spins: Int8Array): number[] {
    for (;;) {
      const free: number[] = [];
      for (let i = 0; i < N; i++) if (i === 0 || spins[i] === 0) free.push(i);
      let fixed = false;
      for (const i of free) {
        if (i === 0) continue;
        let own = 0, others = 0;
        for (let j = 0, at = i * N; j < N; j++) {
          if (spins[j] !== 0) own += C[at + j]! * spins[j]!;
          else others += Math.abs(C[at + j]!);
        }
        if (Math.abs(own) < others) continue;
        spins[i] = own > 0 ? -1 : 1;
        fixed = true;
      }
      if (!fixed) return free;
    }
  }

  /** Hands couplings of the free spins to the relaxation; the energy of the fixed ones. All sums are exact. */
  function load(spins: Int8Array, free: readonly number[]): number {
    const m = free.length, own = new Float64Array(m), row = new Float64Array(m), fixed: number[] = [];
    for (let i = 1; i < N; i++) if (spins[i] !== 0) fixed.push(i);
    let constant = offset;
    for (const i of fixed) {
      constant += 2 * C[i]! * spins[i]!;
      for (const j of fixed) constant += C[i * N + j]! * spins[i]! * spins[j]!;
    }
    relaxation.size(m);
    for (let a = 0; a < m; a++) {
      const from = free[a]! * N;
      for (let b = 1; b < m; b++) row[b] = C[from + free[b]!]!;
      let sum = C[from]!;
      for (const j of fixed) sum += C[from + j]! * spins[j]!;
      own[a] = row[0] = sum;
      if (a > 0) relaxation.setRow(a, row);
    }
    own[0] = 0;
    relaxation.setRow(0, own);
    return constant;
  }

  /** The spin least decided, weighed by its couplings, and where its vector leans. */
  function chooseSpin(free: readonly number[]): { spin: number; lean: number } {
    const { vectors } = relaxation;
    let chosen = { spin: free[1]!, lean: 0 }, most = -1;
    for (let a = 1; a < free.length; a++) {
      let lean = 0, weight = 0;
      for (let k = 0; k < width; k++) lean += vectors[k]! * vectors[a * width + k]!;
      for (const j of free) weight += Math.abs(C[free[a]! * N + j]!);
      if (weight * (1 - Math.abs(lean)) > most) { most = weight * (1 - Math.abs(lean)); chosen = { spin: free[a]!, lean }; }
    }
    return chosen;
  }

  /** Whether the bound, with cuts and weights as they are, reaches the limit: first as C is after many changes, then with C made anew. */
  function* reaches(spins: Int8Array, free: readonly number[], constant: number): Generator<void, boolean> {
    const n = free.length;
    for (let k = 1; k <= nodeSweeps; k++) {
      const value = constant + bound.sweep(), most = bound.meanWeight(n), slack = bound.slack(n, most, size), goal = limit(slack);
      if (k > 1 && value < goal) return false;
      if (k % sweepsPerTest === 0) {
        if (relaxation.holds(Math.min(most, (value - goal) / n))) {
          yield;
          load(spins, free);
          const anew = constant + bound.renew();
          if (relaxation.holds(Math.min(most, (anew - goal) / n))) {
            if (slack >= exactSlack) missed = Math.max(missed, 2 * slack);
            return true;
          }
        }
        yield;
      }
    }
    return false;
  }

  /** The bound itself, to a hundredth of what its shift costs. */
  function* settled(spins: Int8Array, free: readonly number[], constant: number): Generator<void, number> {
    const n = free.length;
    load(spins, free);
    bound.renew();
    let value = bound.sweep();
    for (let k = 0, before = -Infinity; k < settledSweeps && Math.abs(value - before) > 1e-6 * Math.abs(value); k++) {
      before = value;
      value = bound.sweep();
      yield;
    }
    let little = 0, enough = 1e-8 * (1 + Math.abs(value)) / n;
    for (; !relaxation.holds(enough); enough *= 4) { little = enough; yield; }
    for (let k = 0; k < 8; k++) {
      const middle = (little + enough) / 2;
      if (relaxation.holds(middle)) enough = middle; else little = middle;
      yield;
    }
    return Math.min(found.energy, constant + value - n * enough - bound.slack(n, enough, size));
  }

  /** Cuts until the limit is reached; below the root, as long as it seems within reach. */
  function* tighten(spins: Int8Array, free: readonly number[], constant: number, root: boolean): Generator<void, boolean> {
    const n = free.length, rounds = root ? rootRounds : nodeRounds;
    let before = constant + bound.sweep(), rate = (root ? rootRate : nodeRate) * Math.abs(before - constant) / n;
    for (let k = 0; k < rounds; k++) {
      yield* bound.round(n, rate);
      const value = constant + bound.sweep(), rise = value - before, goal = limit(bound.slack(n, bound.meanWeight(n), size));
      if (value >= goal) {
        if (yield* reaches(spins, free, constant)) return true;
      } else if (!root && k > 1 && value + 2 * Math.max(0, rise) * (rounds - k) < goal) return false;
      rate *= rise < 0 ? slower : faster;
      before = value;
    }
    return false;
  }

  try {
    const rng = random(stream, N), stack: Node[] = [{
      spins: Int8Array.from({ length: N }, (_, i) => (i === 0 ? 1 : 0)),
      vectors: Float32Array.from({ length: N * width }, () => rng.normal() / Math.sqrt(width)), cuts: noCuts,
    }];
    for (let root = true; stack.length; root = false) {
      const node = stack.pop()!, { spins } = node, free = reduce(spins), n = free.length;
      found.nodes++;
      if (n === 1) {
        const sample = toBits(spins.subarray(1)), value = energy(model, sample);
        if (value < found.energy) { found.energy = value; found.sample = sample; }
        continue;
      }
      const constant = load(spins, free), places = new Uint16Array(N);
      free.forEach((i, a) => {
        places[i] = a;
        relaxation.vectors.set(node.vectors.subarray(i * width, (i + 1) * width), a * width);
      });
      bound.begin(placed(node.cuts, places, spins));
      if (root) found.lower = Math.max(found.lower, yield* settled(spins, free, constant));
      if ((yield* reaches(spins, free, constant)) || (yield* tighten(spins, free, constant, root))) continue;
      if (root) found.lower = Math.max(found.lower, yield* settled(spins, free, constant));
      const { spin, lean } = chooseSpin(free), vectors = node.vectors.slice(), likely = lean > 0 ? 1 : -1, cuts = unplaced(bound.cuts(), free);
      free.forEach((i, a) => vectors.set(relaxation.vectors.subarray(a * width, (a + 1) * width), i * width));
      for (const sign of [-likely, likely]) {
        const next = spins.slice();
        next[spin] = sign;
        stack.push({ spins: next, vectors, cuts });
      }
      yield;
    }
    found.lower = found.energy - missed;
  } finally {
    relaxation.release();
  }
}
