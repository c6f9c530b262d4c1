import { spinSystem, type SpinSystem, type SpinWalker } from '../../kernels/index.js';
import type { Random } from '../../core/random.js';
import { shifted, toBinary } from '../convert.js';
import { rowRange, type QuadraticModel } from '../model.js';

/** A model as the kernels search it: binary, coefficients times a power of two rounded to 32-bit integers. Walkers count in these. */
export interface IntegerForm {
  /** Binary, without the offset; in other units than the given model where squares of its coefficients leave the range of f64. */
  readonly model: QuadraticModel;
  readonly system: SpinSystem;
  /** `energyOf` is at most so far from the energy in f64. */
  readonly rounding: number;
  walker(): SpinWalker;
  /** Energy of a walker's count, offset included. */
  energyOf(count: number): number;
  /** A difference of energies as a walker counts it. */
  countOf(energy: number): number;
  release(): void;
}

/** The largest field; half of what 32 bits hold, so that rounding can add to it. */
const largestField = 2 ** 30;
/** Powers of two that a model's units are changed from: their squares are numbers still. */
const largestExponent = 400;

/** Σ_j |coupling_ij| + |linear_i|: the largest over i, and all together. */
function bounds(model: QuadraticModel): { largest: number; total: number } {
  const { n, linear, couplings } = model;
  let largest = 0, total = 0;
  for (let i = 0; i < n; i++) {
    const [from, to] = rowRange(model, i);
    let sum = Math.abs(linear[i]!);
    for (let k = from; k < to; k++) sum += Math.abs(couplings.values[k]!);
    largest = Math.max(largest, sum);
    total += sum;
  }
  return { largest, total };
}

const integral = (values: Float64Array, scale: number): boolean => values.every(value => Number.isInteger(scale * value));

function inUnits(model: QuadraticModel, exponent: number): QuadraticModel {
  if (exponent === 0) return { ...model, offset: 0 };
  const change = (values: Float64Array): Float64Array => values.map(value => shifted(value, exponent)), { linear, couplings } = model;
  return { ...model, offset: 0, linear: change(linear), couplings: { ...couplings, values: change(couplings.values) } };
}

/**
 * Integers for any coefficients: as they are where they are whole and small enough, else the finest power of two that keeps every
 * field in range. Throws a RangeError where the kernels' memory is too small.
 */
export function integerForm(given: QuadraticModel): IntegerForm {
  const binary = toBinary(given), { n, offset } = binary, { largest, total } = bounds(binary);
  if (!Number.isFinite(largest)) throw new RangeError('solve: expected finite coefficients, got sums beyond 1e308');
  const finest = largest === 0 ? 0 : Math.floor(Math.log2(largestField) - Math.log2(largest));
  const unit = Math.abs(finest) > largestExponent ? finest : 0, model = inUnits(binary, unit);
  const isExact = (scale: number): boolean => integral(model.linear, scale) && integral(model.couplings.values, scale);
  const scale = finest >= 0 && isExact(1) ? 1 : 2 ** (finest - unit), exact = isExact(scale);
  const system = spinSystem(n, model.couplings, scale), walkers: SpinWalker[] = [], terms = n + model.couplings.values.length / 2;
  // Half a unit for each coefficient, and what sums in f64 make of their order.
  const inWhole = exact ? 0 : shifted(terms / 2 / scale, -unit);
  const inSums = 2 ** -50 * Math.sqrt(terms) * (total + Math.abs(offset));
  return {
    model, system, rounding: inWhole + inSums,
    walker() {
      walkers.push(system.walker());
      return walkers.at(-1)!;
    },
    energyOf: count => offset + shifted(count / scale, -unit),
    countOf: energy => scale * shifted(energy, unit),
    release() {
      for (const walker of walkers) walker.release();
      system.release();
    },
  };
}

/** What `make` makes of the model's integer form, which is released where that throws. */
export function withIntegerForm<T>(model: QuadraticModel, make: (form: IntegerForm) => T): T {
  const form = integerForm(model);
  try {
    return make(form);
  } catch (error) {
    form.release();
    throw error;
  }
}

/** A bit for each of n variables, 0 and 1 alike. */
export const randomState = (n: number, rng: Random): Int8Array => Int8Array.from({ length: n }, () => rng.bits() >>> 31);
