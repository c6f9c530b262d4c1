import { rowRange, type Couplings, type QuadraticModel, type Sample } from './model.js';

const scaled = (couplings: Couplings, factor: number): Couplings => ({ ...couplings, values: couplings.values.map(value => factor * value) });

/** Σ_j coupling_ij for every i. */
export function rowSums(model: QuadraticModel): Float64Array {
  const { n, couplings } = model, sums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [from, to] = rowRange(model, i);
    for (let k = from; k < to; k++) sums[i]! += couplings.values[k]!;
  }
  return sums;
}

/**
 * The same energies over spins s = 2x − 1: J = Q/4, h_i = l_i/2 + Σ_j Q_ij/4. Exact where the sums are (integers below 2⁵¹): the
 * factors are powers of two. A model over spins is returned as it is.
 */
export function toSpin(model: QuadraticModel): QuadraticModel {
  if (model.vartype === 'spin') return model;
  const sums = rowSums(model), linear = model.linear.map((value, i) => value / 2 + sums[i]! / 4);
  const offset = model.offset + total(model.linear) / 2 + total(sums) / 8;
  return { ...model, vartype: 'spin', linear, couplings: scaled(model.couplings, 1 / 4), offset };
}

/** The same energies over x = (1 + s)/2: Q = 4J, l_i = 2h_i − 2Σ_j J_ij. A binary model is returned as it is. */
export function toBinary(model: QuadraticModel): QuadraticModel {
  if (model.vartype === 'binary') return model;
  const sums = rowSums(model), linear = model.linear.map((value, i) => 2 * value - 2 * sums[i]!);
  const offset = model.offset - total(model.linear) + total(sums) / 2;
  return { ...model, vartype: 'binary', linear, couplings: scaled(model.couplings, 4), offset };
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

export const toSpins = (sample: ArrayLike<number>): Sample => Int8Array.from(sample, value => (value > 0 ? 1 : -1));
export const toBits = (sample: ArrayLike<number>): Sample => Int8Array.from(sample, value => (value > 0 ? 1 : 0));

/** x · 2^exponent, where that power alone may be out of range. */
export function shifted(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}

/** −E: what a maximisation minimises. */
export const negated = (model: QuadraticModel): QuadraticModel =>
  ({ ...model, linear: model.linear.map(value => -value), couplings: scaled(model.couplings, -1), offset: -model.offset });
