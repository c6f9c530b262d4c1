import { completed, type Steps } from '../core/steps.js';
import { mostQubits } from '../kernels/index.js';
import { checkSample, field, flipGain, type QuadraticModel, type Sample } from '../qubo/model.js';
import { brick, type BrickOptions } from './circuit.js';
import { randomAngles, searchAngles, type AngleSearch } from './hypernetwork.js';
import { tableObjective, type Objective } from './objective.js';
import { kullbackLeibler } from './divergences.js';
import { logPrior } from './prior.js';
import { simulator, type Simulator } from './simulator.js';

export interface BlocksOptions extends BrickOptions {
  /** Qubits of a circuit, at most; variables that follow each other share one. */
  readonly block?: number;
  /** Of KL(p ‖ fair coins), which adds up over blocks; 0, the expected energy alone, unless given. */
  readonly temperature?: number;
  readonly seed?: number;
  /** Every block is certain to be as it is there until its circuit does better; angles begin at random, with or without it. */
  readonly start?: Sample;
  readonly optimizer?: AngleSearch;
  /** Rounds over the blocks, at most. */
  readonly rounds?: number;
}

export interface BlockHypernetwork {
  /** The expected energy, and the objective after each round; none is above the one before. */
  readonly expectedEnergy: number;
  readonly values: readonly number[];
  /** P(variable = 1) under the product of the blocks’ distributions, and those themselves, 2^size numbers each. */
  readonly marginals: Float64Array;
  readonly blocks: readonly Float64Array[];
  /** The likeliest string of every block, after flips of single variables. */
  readonly best: Sample;
}

const usual = 10, mostRounds = 20, settled = 1e-6;

interface Block { readonly first: number; readonly size: number; angles: Float64Array; p: Float64Array; divergence: number }

/** Energies of the strings of a block that the others’ means leave, its first variable the most significant bit; 0 for all low. */
function conditional(model: QuadraticModel, means: Float64Array, { first, size }: Block): Float64Array {
  const low = model.vartype === 'spin' ? -1 : 0, at = means.slice(), table = new Float64Array(2 ** size);
  at.fill(low, first, first + size);
  const step = 1 - low, fields = Float64Array.from({ length: size }, (_, k) => field(model, at, first + k));
  const pair = Array.from({ length: size }, (_, k) => {
    at[first + k] = 1;
    const own = Float64Array.from({ length: size }, (_, j) => field(model, at, first + j) - fields[j]!);
    at[first + k] = low;
    return own;
  });
  for (let w = 1; w < table.length; w++) {
    const bit = 31 - Math.clz32(w & -w), k = size - 1 - bit;
    let sum = fields[k]!;
    for (let j = 0; j < k; j++) if ((w >>> (size - 1 - j)) & 1) sum += pair[j]![k]!;
    table[w] = table[w ^ (1 << bit)]! + step * sum;
  }
  return table;
}

/** Σ over i and pairs of the coefficients at any values. */
function multilinear(model: QuadraticModel, at: Float64Array): number {
  let twice = 0;
  for (let i = 0; i < model.n; i++) twice += at[i]! * (model.linear[i]! + field(model, at, i));
  return model.offset + twice / 2;
}

/** The distribution of one string. */
function certain(sample: Sample): Float64Array {
  const p = new Float64Array(2 ** sample.length);
  p[sample.reduce((w, value) => 2 * w + (value > 0 ? 1 : 0), 0)] = 1;
  return p;
}

const mean = (p: Float64Array, table: Float64Array): number => p.reduce((sum, value, w) => sum + value * table[w]!, 0);

/** E over independent blocks: what means alone give, with the pairs within each block from its strings. */
function expectation(model: QuadraticModel, means: Float64Array, blocks: readonly Block[]): number {
  const whole = multilinear(model, means), low = model.vartype === 'spin' ? -1 : 0;
  return blocks.reduce((sum, block) => {
    const bottom = means.slice().fill(low, block.first, block.first + block.size);
    return sum + mean(block.p, conditional(model, means, block)) - (whole - multilinear(model, bottom));
  }, whole);
}

/** Flips the variable that lowers the energy most until none does, in place. */
function descended(model: QuadraticModel, sample: Sample): Sample {
  for (;;) {
    let chosen = -1, least = 0;
    for (let i = 0; i < model.n; i++) {
      const gain = flipGain(model, sample, i);
      if (gain < least) { least = gain; chosen = i; }
    }
    if (chosen < 0) return sample;
    sample[chosen] = model.vartype === 'spin' ? -sample[chosen]! : 1 - sample[chosen]!;
  }
}

/** As `blockHypernetwork`, evaluation by evaluation of the objective: for callers that let others run in between. */
export function* blockHypernetworkSteps(model: QuadraticModel, options: BlocksOptions): Steps<BlockHypernetwork> {
  const { n, vartype } = model, { block: most = usual, temperature = 0, seed = 1, rounds = mostRounds } = options;
  const { start, optimizer } = options;
  if (!Number.isSafeInteger(most) || most < 1 || most > mostQubits)
    throw new RangeError(`blockHypernetwork: expected blocks of 1 to ${mostQubits} qubits, got ${most}`);
  if (start) checkSample(model, start);
  if (!(temperature >= 0 && temperature < Infinity))
    throw new RangeError(`blockHypernetwork: expected a temperature of at least 0, got ${temperature}`);
  if (!Number.isSafeInteger(rounds) || rounds < 0)
    throw new RangeError(`blockHypernetwork: expected 0 or more rounds, got ${rounds}`);
  const count = Math.ceil(n / most), low = vartype === 'spin' ? -1 : 0, machines = new Map<number, Simulator>();
  const machine = (size: number): Simulator => {
    if (!machines.has(size)) machines.set(size, simulator(brick(size, options)));
    return machines.get(size)!;
  };
  const objective: Objective = temperature > 0 ? { kind: 'elbo', temperature } : { kind: 'mle' };
  const marginals = new Float64Array(n), means = new Float64Array(n), values: number[] = [];
  const divergenceOf = (p: Float64Array): number =>
    (temperature > 0 ? temperature * kullbackLeibler(logPrior(Math.log2(p.length)))(p, new Float64Array(p.length)) : 0);
  function take(block: Block, p: Float64Array): void {
    const { first, size } = block;
    marginals.fill(0, first, first + size);
    p.forEach((value, w) => { for (let k = 0; k < size; k++) if ((w >>> (size - 1 - k)) & 1) marginals[first + k]! += value; });
    for (let i = first; i < first + size; i++) means[i] = low + (1 - low) * marginals[i]!;
    Object.assign(block, { p, divergence: divergenceOf(p) });
  }
  try {
    // Sizes differ by 1 at most.
    const blocks = Array.from({ length: count }, (_, b): Block => {
      const first = Math.floor(b * n / count), size = Math.floor((b + 1) * n / count) - first;
      const angles = randomAngles(machine(size).circuit.angles, seed, b);
      const block = { first, size, angles, p: angles, divergence: 0 };
      take(block, start ? certain(start.subarray(first, first + size)) : machine(size).probabilities(angles));
      return block;
    });
    const value = (): number => expectation(model, means, blocks) + blocks.reduce((sum, { divergence }) => sum + divergence, 0);
    for (let round = 0, before = value(); round < rounds; round++) {
      for (const block of blocks) {
        const { size, p, divergence } = block, table = conditional(model, means, block), own = machine(size);
        const found = yield* searchAngles(tableObjective(own, table, objective, logPrior(size)), block.angles, optimizer);
        block.angles = found.x;
        if (found.value < mean(p, table) + divergence) take(block, own.probabilities(found.x));
      }
      const after = value();
      values.push(after);
      if (!(before - after > settled * Math.abs(before))) break;
      before = after;
    }
    const best = new Int8Array(n).fill(low);
    for (const { first, size, p } of blocks) {
      const likeliest = p.reduce((to, chance, w) => (chance > p[to]! ? w : to), 0);
      for (let k = 0; k < size; k++) if ((likeliest >>> (size - 1 - k)) & 1) best[first + k] = 1;
    }
    const expected = expectation(model, means, blocks);
    return { expectedEnergy: expected, values, marginals, blocks: blocks.map(({ p }) => p), best: descended(model, best) };
  } finally {
    for (const each of machines.values()) each.release();
  }
}

/**
 * A quadratic model of any size by circuits of a few qubits, one for each block of variables; blocks are independent of each
 * other (mean field), the variables within one are not. Given the other blocks’ means, a block’s expected energy is that of a
 * table, exactly; circuits are trained in turn, each from where it was, until a round gains nothing. That is a stationary
 * point of mean field and need not be the best; the string that is returned is no worse than any of its single flips. Throws
 * a RangeError for blocks outside 1 … 20, a temperature or rounds below 0, and impossible options.
 */
export const blockHypernetwork = (model: QuadraticModel, options: BlocksOptions): BlockHypernetwork =>
  completed(blockHypernetworkSteps(model, options));
