import { field, flipGain, type QuadraticModel, type Sample } from '../qubo/index.js';
import { brick, type BrickOptions } from './circuit.js';
import { randomAngles, searchAngles, tableObjective, type AngleSearch, type Objective } from './hypernetwork.js';
import { kullbackLeibler } from './divergences.js';
import { logPrior } from './prior.js';
import { simulator, type Simulator } from './simulator.js';

export interface BlocksOptions extends BrickOptions {
  /** Qubits of a circuit, at most; variables that follow each other share one. */
  readonly block?: number;
  /** Of KL(p ‖ fair coins), which adds up over blocks; 0, the expected energy alone, unless given. */
  readonly temperature?: number;
  readonly seed?: number;
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

const usual = 10, mostQubits = 20, mostRounds = 20, settled = 1e-6;
const none = new Float64Array(0);

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

/**
 * A quadratic model of any size by circuits of a few qubits, one for each block of variables; blocks are independent of each other
 * (mean field), the variables within one are not. Given the other blocks’ means, a block’s expected energy is that of a table, exactly;
 * circuits are trained in turn, each from where it was, until a round gains nothing. That is a stationary point of mean field and need
 * not be the best; the string that is returned is no worse than any of its single flips. Throws a RangeError for blocks outside 1 … 20
 * and a temperature below 0.
 */
export function blockHypernetwork(model: QuadraticModel, options: BlocksOptions): BlockHypernetwork {
  const { n, vartype } = model, { block: most = usual, temperature = 0, seed = 1, rounds = mostRounds, optimizer } = options;
  if (!Number.isSafeInteger(most) || most < 1 || most > mostQubits)
    throw new RangeError(`blockHypernetwork: expected blocks of 1 to ${mostQubits} qubits, got ${most}`);
  if (!(temperature >= 0)) throw new RangeError(`blockHypernetwork: expected a temperature of at least 0, got ${temperature}`);
  const count = Math.ceil(n / most), low = vartype === 'spin' ? -1 : 0, machines = new Map<number, Simulator>();
  const machine = (size: number): Simulator => {
    if (!machines.has(size)) machines.set(size, simulator(brick(size, options)));
    return machines.get(size)!;
  };
  const objective: Objective = temperature > 0 ? { kind: 'elbo', temperature } : { kind: 'mle' };
  const marginals = new Float64Array(n), means = new Float64Array(n), values: number[] = [];
  function take(block: Block, angles: Float64Array): void {
    const { first, size } = block, p = machine(size).probabilities(angles);
    marginals.fill(0, first, first + size);
    p.forEach((value, w) => { for (let k = 0; k < size; k++) if ((w >>> (size - 1 - k)) & 1) marginals[first + k]! += value; });
    for (let i = first; i < first + size; i++) means[i] = low + (1 - low) * marginals[i]!;
    Object.assign(block, { angles, p, divergence: temperature && kullbackLeibler(logPrior(size))(p, new Float64Array(p.length)) });
  }
  try {
    // Sizes differ by 1 at most.
    const blocks = Array.from({ length: count }, (_, b): Block => {
      const first = Math.floor(b * n / count), block = { first, size: Math.floor((b + 1) * n / count) - first, angles: none, p: none, divergence: 0 };
      take(block, randomAngles(machine(block.size).circuit.angles, seed, b));
      return block;
    });
    const value = (): number => expectation(model, means, blocks) + temperature * blocks.reduce((sum, { divergence }) => sum + divergence, 0);
    for (let round = 0, before = value(); round < rounds; round++) {
      for (const block of blocks) {
        const f = tableObjective(machine(block.size), conditional(model, means, block), objective, logPrior(block.size));
        take(block, searchAngles(f, block.angles, optimizer).x);
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
    return { expectedEnergy: expectation(model, means, blocks), values, marginals, blocks: blocks.map(({ p }) => p), best: descended(model, best) };
  } finally {
    for (const each of machines.values()) each.release();
  }
}
