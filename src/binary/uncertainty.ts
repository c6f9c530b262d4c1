import type { Tensor, UnrolledNetwork } from '../types.js';
import { lbfgs } from '../core/lbfgs.js';
import { normalQuantile } from '../core/normal.js';

/** Of every element: the mean of the samples and their standard deviation. */
export interface Moments {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Adds samples up one by one (Welford 1962), in f64; `moments` needs two. */
export function runningMoments(length: number): { add(sample: Float32Array): void; moments(): Moments } {
  const mean = new Float64Array(length), squares = new Float64Array(length);
  let count = 0;
  return {
    add(sample) {
      if (sample.length !== length) throw new RangeError(`runningMoments: expected ${length} numbers, got ${sample.length}`);
      count++;
      for (let i = 0; i < length; i++) {
        const gap = sample[i]! - mean[i]!;
        mean[i]! += gap / count;
        squares[i]! += gap * (sample[i]! - mean[i]!);
      }
    },
    moments() {
      if (count < 2) throw new RangeError(`runningMoments: expected at least 2 samples, got ${count}`);
      return { mean: Float32Array.from(mean), deviation: Float32Array.from(squares, sum => Math.sqrt(sum / (count - 1))) };
    },
  };
}

/**
 * Reconstructions by networks drawn from a distribution: seeds 1 … samples. `y` is one measurement or a batch, as for `forward`.
 *
 *   const net = await bayes().fit(start, data) as BayesianNetwork, draw = (seed: number) => drawn(net, seed, 4);
 *   const calibration = calibrate(sampledMoments(draw, yHeld, 16), xHeld, n);     // signals that training never saw
 *   const { mean, deviation } = sampledMoments(draw, y, 16), total = predictiveDeviation(deviation, calibration);
 */
export function sampledMoments(draw: (seed: number) => UnrolledNetwork, y: Tensor, samples: number): Moments {
  let sums: ReturnType<typeof runningMoments> | undefined;
  for (let seed = 1; seed <= samples; seed++) {
    const { data } = draw(seed).forward(y);
    (sums ??= runningMoments(data.length)).add(data);
  }
  if (!sums || samples < 2) throw new RangeError(`sampledMoments: expected at least 2 samples, got ${samples}`);
  return sums.moments();
}

/** The levels of a calibration curve. */
export const levels: readonly number[] = [0.5, 0.68, 0.8, 0.9, 0.95];

/** Variance of an element: gain² · variance of the samples + floor². */
export interface Variances {
  readonly gain: number;
  readonly floor: number;
  /** Mean negative logarithm of the normal density, without its constant. */
  readonly nll: number;
}

export interface Calibration extends Variances {
  /** Half widths of intervals at the levels, in units of the predictive deviation. */
  readonly factors: readonly number[];
}

export const predictiveDeviation = (deviation: Float32Array, { gain, floor }: Pick<Variances, 'gain' | 'floor'>): Float32Array =>
  deviation.map(s => Math.hypot(gain * s, floor));

function checkLengths(who: string, { mean }: Moments, truth: Float32Array): void {
  if (mean.length !== truth.length || !truth.length)
    throw new RangeError(`${who}: expected ${mean.length || 'some'} true values, got ${truth.length}`);
}

/** Keeps the variance of elements that all samples agree on away from 0, as a share of the mean squared error. */
const leastShare = 1e-6;

/** The gain and floor under which normal errors of these sizes are likeliest. */
export function fitVariances(moments: Moments, truth: Float32Array): Variances {
  checkLengths('fitVariances', moments, truth);
  const { mean, deviation } = moments, count = truth.length;
  let error = 0, spread = 0;
  for (let i = 0; i < count; i++) {
    error += (truth[i]! - mean[i]!) ** 2 / count;
    spread += deviation[i]! ** 2 / count;
  }
  if (error === 0) return { gain: 0, floor: 0, nll: -Infinity };
  const unit = spread > 0 ? error / spread : 0;
  // Over logarithms, since both variances are positive; errors in units of their mean square.
  const { x, value } = lbfgs((log, gradient) => {
    const alpha = Math.exp(log[0]!), beta = Math.exp(log[1]!);
    let sum = 0;
    gradient.fill(0);
    for (let i = 0; i < count; i++) {
      const own = alpha * unit * deviation[i]! ** 2 / error, variance = own + beta + leastShare;
      const ratio = (truth[i]! - mean[i]!) ** 2 / error / variance, slope = (1 - ratio) / (2 * variance * count);
      sum += (Math.log(variance) + ratio) / 2 / count;
      gradient[0]! += slope * own;
      gradient[1]! += slope * beta;
    }
    return sum;
  }, Float64Array.of(Math.log(0.5), Math.log(0.5)), { iterations: 100, decrease: 1e-10 });
  return {
    gain: Math.sqrt(Math.exp(x[0]!) * unit), floor: Math.sqrt((Math.exp(x[1]!) + leastShare) * error),
    nll: value + Math.log(error) / 2,
  };
}

/** |error| in units of its deviation; 0 where both are 0. */
const scoreOf = (error: number, deviation: number): number => (error === 0 ? 0 : Math.abs(error) / deviation);

/**
 * Split-conformal factors of normalised errors (Lei et al. 2018, section 5.2): at level l the ⌈(count + 1) l⌉-th least of
 * |x − mean| / deviation; Infinity where that is more than there are. Elements of a signal hang together, so that the guarantee is as
 * good as the number of signals, not of elements, allows.
 */
export function conformalFactors(moments: Moments, truth: Float32Array, variances: Pick<Variances, 'gain' | 'floor'>): number[] {
  checkLengths('conformalFactors', moments, truth);
  const deviation = predictiveDeviation(moments.deviation, variances);
  const scores = Float64Array.from(truth, (x, i) => scoreOf(x - moments.mean[i]!, deviation[i]!)).sort();
  return levels.map(level => scores[Math.ceil((scores.length + 1) * level) - 1] ?? Infinity);
}

const part = ({ mean, deviation }: Moments, from: number, to: number): Moments =>
  ({ mean: mean.subarray(from, to), deviation: deviation.subarray(from, to) });

/** Signals of `count` that gain and floor are fitted on; the factors need the rest. */
export const fittingShare = (count: number): number => Math.max(1, Math.floor(count / 4));

/**
 * From held-out signals of n numbers each: gain and floor on the first quarter of them, the factors on the others, so that the
 * errors which rank do not know the fit. Throws a RangeError for fewer than two signals.
 */
export function calibrate(moments: Moments, truth: Float32Array, n: number): Calibration {
  checkLengths('calibrate', moments, truth);
  const count = truth.length / n, cut = fittingShare(count) * n;
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`calibrate: expected at least 2 signals of ${n} numbers, got ${truth.length} numbers`);
  const variances = fitVariances(part(moments, 0, cut), truth.subarray(0, cut));
  return { ...variances, factors: conformalFactors(part(moments, cut, truth.length), truth.subarray(cut), variances) };
}

/** Shares of elements within their intervals at one level, and how wide those are. */
export interface Coverage {
  readonly level: number;
  /** mean ± z · deviation of the samples, as if weights were all that is unknown. */
  readonly samples: number;
  /** mean ± z · predictive deviation. */
  readonly normal: number;
  /** mean ± factor · predictive deviation. */
  readonly conformal: number;
  /** Mean widths of the intervals of samples, and of the conformal ones. */
  readonly samplesWidth: number;
  readonly width: number;
}

/** The calibration curve on signals that the calibration has not seen. */
export function coverage(moments: Moments, truth: Float32Array, calibration: Calibration): Coverage[] {
  checkLengths('coverage', moments, truth);
  const { mean, deviation } = moments, total = predictiveDeviation(deviation, calibration), count = truth.length;
  const average = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / count;
  const within = (factor: number, sigma: Float32Array): number =>
    truth.reduce((sum, x, i) => sum + (scoreOf(x - mean[i]!, sigma[i]!) <= factor ? 1 : 0), 0) / count;
  const own = average(deviation), all = average(total);
  return levels.map((level, k) => {
    const z = normalQuantile((1 + level) / 2), factor = calibration.factors[k]!;
    return {
      level, samples: within(z, deviation), normal: within(z, total), conformal: within(factor, total),
      samplesWidth: 2 * z * own, width: 2 * factor * all,
    };
  });
}
