import { spinSystem, type SpinSystem, type SpinWalker } from '../../kernels/index.js';
import type { Random } from '../../core/random.js';
import { toBinary } from '../convert.js';
import type { QuadraticModel } from '../model.js';

/** A model as the kernels search it: binary, coefficients times a power of two rounded to 32-bit integers. */
export interface IntegerForm {
  readonly model: QuadraticModel;
  readonly system: SpinSystem;
  /** No coefficient was rounded. */
  readonly exact: boolean;
  walker(): SpinWalker;
  /** Energy of a walker's count, offset included. */
  energyOf(units: number): number;
  release(): void;
}

/** The largest field; half of what 32 bits hold, so that rounding can add to it. */
const largestField = 2 ** 30;

/** Σ_j |coupling_ij| + |linear_i|, the largest over i. */
function largestBound({ n, linear, couplings }: QuadraticModel): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const [from, to] = couplings.kind === 'dense' ? [i * n, (i + 1) * n] : [couplings.rowPtr[i]!, couplings.rowPtr[i + 1]!];
    let sum = Math.abs(linear[i]!);
    for (let k = from; k < to; k++) sum += Math.abs(couplings.values[k]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

const integral = (values: Float64Array, scale: number): boolean => values.every(value => Number.isInteger(scale * value));

/**
 * Integers for any coefficients: as they are where they are whole and small enough, else the finest power of two that keeps every
 * field in range. Throws a RangeError where the kernels' memory is too small.
 */
export function integerForm(given: QuadraticModel): IntegerForm {
  const model = toBinary(given), bound = largestBound(model);
  if (!Number.isFinite(bound)) throw new RangeError('solve: expected finite coefficients, got sums beyond 1e308');
  const finest = bound === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largestField / bound))));
  const isExact = (scale: number): boolean => integral(model.linear, scale) && integral(model.couplings.values, scale);
  const scale = finest >= 1 && isExact(1) ? 1 : finest, exact = isExact(scale);
  const system = spinSystem(model.n, model.couplings, scale), walkers: SpinWalker[] = [];
  return {
    model, system, exact,
    walker() {
      walkers.push(system.walker());
      return walkers.at(-1)!;
    },
    energyOf: units => model.offset + units / scale,
    release() {
      for (const walker of walkers) walker.release();
      system.release();
    },
  };
}

export const randomState = (n: number, rng: Random): Int8Array => Int8Array.from({ length: n }, () => rng.bits() >>> 31);
