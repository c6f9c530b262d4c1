import { random } from '../../core/random.js';
import { randomState, type IntegerForm } from './integer-form.js';

export interface Range {
  readonly hot: number;
  readonly cold: number;
}

/** Throws a RangeError for temperatures that are not above 0, and where the hot one is below the cold one. */
export function checkRange(who: string, { hot, cold }: Partial<Range>): void {
  for (const value of [hot, cold])
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) throw new RangeError(`${who}: expected temperatures above 0, got ${value}`);
  if (hot !== undefined && cold !== undefined && hot < cold) throw new RangeError(`${who}: expected hot at least cold, got ${hot} and ${cold}`);
}

const mostStates = 3,
  /** Enough for a percentile. */
  spins = 1000, sweeps = 50,
  stream = 0x68656174,
  /** Of the mean gain in random states: what was best on max-cut and dense instances alike, see benchmarks. */
  hotPart = 0.5,
  /** ln 200: a spin in the smallest gap of note leaves it once in 200 sweeps. */
  coldPart = 1 / Math.log(200);

/**
 * Temperatures in the units that the form's walkers count in. Hot: half of the mean absolute gain of a flip in random states. Cold:
 * from the gains that hold local minima together, their 5th percentile, because one tiny coefficient would freeze half of a schedule
 * that looked at the smallest one.
 */
export function automaticTemperatures(form: IntegerForm): Range {
  const { model: { n, linear } } = form, walker = form.walker();
  const states = Math.min(mostStates, Math.ceil(spins / n)), gaps = new Int32Array(states * n);
  let sum = 0, count = 0;
  for (let k = 0; k < states; k++) {
    const rng = random(stream, k), fields = walker.fields();
    walker.start(linear, randomState(n, rng), [rng.bits(), rng.bits()]);
    for (const value of fields) sum += Math.abs(value);
    walker.settle(sweeps);
    for (const value of fields) if (value !== 0) gaps[count++] = Math.abs(value);
  }
  if (!count) return { hot: 1, cold: 1 };
  const cold = coldPart * gaps.subarray(0, count).sort()[Math.floor(count / 20)]!;
  return { hot: Math.max(cold, hotPart * sum / (states * n)), cold };
}

/** Temperatures `first` … `first + length − 1` of a geometric schedule of `count`. */
export const geometric = ({ hot, cold }: Range, count: number, first = 0, length = count): Float32Array =>
  Float32Array.from({ length }, (_, k) => (count === 1 ? cold : hot * (cold / hot) ** ((first + k) / (count - 1))));
