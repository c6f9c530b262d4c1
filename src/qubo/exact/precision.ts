import type { QuadraticModel } from '../model.js';
import type { Precision } from './branch.js';

const finest = 2 ** 20, largest = 2 ** 50;

function greatestDivisor(a: number, b: number): number {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** The unit of whole coefficients and of those that a power of two makes whole; rounding relative to the sum of all coefficients. */
export function precisionOf({ linear, couplings }: QuadraticModel): Precision {
  let sum = 0;
  for (const values of [linear, couplings.values]) for (const value of values) sum += Math.abs(value);
  const rounding = 1e-11 * sum;
  for (let scale = 1; scale <= finest; scale *= 2) {
    let unit = 0, whole = scale * sum < largest;
    for (const values of [linear, couplings.values]) for (let k = 0; whole && k < values.length; k++) {
      const value = Math.abs(scale * values[k]!);
      if (Number.isInteger(value)) unit = greatestDivisor(unit, value);
      else whole = false;
    }
    if (whole) return { unit: unit / scale > 4 * rounding ? unit / scale : 0, rounding };
  }
  return { unit: 0, rounding };
}
