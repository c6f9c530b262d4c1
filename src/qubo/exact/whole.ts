import { shifted, toBinary } from '../convert.js';
import type { QuadraticModel } from '../model.js';

/** A part in whole numbers, whose sums are exact in f64. */
export interface Whole {
  /** Binary, whole coefficients without a common divisor, the sum of their sizes below 2⁴⁸ or twice what was asked for; offset 0. */
  readonly model: QuadraticModel;
  /** What one of them stands for. */
  readonly size: number;
  /** By how much a difference between two energies can differ from `size` times that of `model`; 0 where nothing was rounded. */
  readonly spread: number;
}

function greatestDivisor(a: number, b: number): number {
  while (b) [a, b] = [b, a % b];
  return a;
}

/**
 * Coefficients as multiples of their greatest common divisor, where they are multiples of a power of two of at least 2⁻⁴⁷ (2 to the
 * minus `bits`) of the sum of their sizes, for spins of four times that; else rounded to multiples of such a power. `doubt` is the sum of
 * what the linear coefficients lack.
 */
export function wholeNumbers(given: QuadraticModel, doubt = 0, bits = 47): Whole {
  const { n, linear, couplings, vartype } = given, spins = vartype === 'spin' ? 2 : 0;
  let sum = 0;
  for (const value of linear) sum += Math.abs(value);
  for (const value of couplings.values) sum += Math.abs(value) / 2;
  const power = sum === 0 ? 0 : bits - 1 - spins - Math.floor(Math.log2(sum));
  const whole = (values: Float64Array): Float64Array => values.map(value => Math.round(shifted(value, power)));
  const lack = (values: Float64Array, counts: Float64Array): number =>
    values.reduce((all, value, k) => all + Math.abs(value - shifted(counts[k]!, -power)), 0);
  const singles = whole(linear), pairs = whole(couplings.values);
  const lost = doubt + lack(linear, singles) + lack(couplings.values, pairs) / 2;
  const binary = toBinary({ vartype, n, linear: singles, couplings: { ...couplings, values: pairs }, offset: 0 });
  let divisor = 0;
  for (const values of [binary.linear, binary.couplings.values]) for (const value of values) divisor = greatestDivisor(divisor, Math.abs(value));
  divisor ||= 1;
  const over = (values: Float64Array): Float64Array => values.map(value => value / divisor);
  return {
    model: { ...binary, linear: over(binary.linear), couplings: { ...binary.couplings, values: over(binary.couplings.values) }, offset: 0 },
    size: shifted(divisor, -power), spread: (spins ? 2 : 1) * lost,
  };
}
