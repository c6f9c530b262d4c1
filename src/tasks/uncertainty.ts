import { sizeOf } from '../core/array.js';
import { drawn, type BayesianNetwork } from '../binary/binarizers/index.js';
import {
  calibrate, coverage, fitVariances, fittingShare, predictiveDeviation, runningMoments, type Calibration, type Coverage, type Moments,
} from '../binary/uncertainty.js';
import type { OneBitNetwork } from '../types.js';
import { measured } from '../unrolled/batches.js';
import { parts } from './parts.js';
import { correlation, nmseDb } from './metrics.js';
import { firstSignals, iteratesOn, type Scene } from './scene.js';
import type { SeedRun } from './seed-run.js';

/** What reconstructions by networks drawn from a posterior tell of their errors. */
export interface Uncertainty {
  readonly method: string;
  readonly seed: number;
  /** Networks drawn. */
  readonly samples: number;
  /** What the posterior is raised to, the one under which the errors of held-out signals are likeliest. */
  readonly power: number;
  readonly gain: number;
  readonly floor: number;
  /** Held-out signals: a quarter for power, gain and floor, the others for the factors. */
  readonly validation: number;
  readonly factors: readonly number[];
  /** Of the mean of the samples, of a single one and of the likeliest signs. */
  readonly nmseDb: { readonly mean: number; readonly sample: number; readonly likeliest: number };
  readonly curve: readonly Coverage[];
  /** The least and the greatest share of a test signal's, or an image's, elements within its conformal 90 % intervals. */
  readonly coverageOfSignals: readonly [least: number, greatest: number];
  /** Means over all elements. */
  readonly deviation: { readonly samples: number; readonly predictive: number };
  /** Of the deviations with |error|; null where one of them is constant. */
  readonly correlation: { readonly samples: number | null; readonly predictive: number | null };
}

/** An answer's uncertainty, its means and its predictive deviations, a list entry a scene. */
export interface Uncertain {
  readonly figures: Uncertainty;
  readonly means: readonly Float32Array[];
  readonly deviations: readonly Float32Array[];
}

const powers = [1, 2, 4, 8, 16],
  shownLevel = 0.9;
/** Held-out numbers, as far as 8 to 128 signals have so many. */
const heldOut = 2 ** 17;

export const isBayesian = (net: OneBitNetwork): net is BayesianNetwork => 'posterior' in net;

/**
 * Signals of other indices than training draws, as the network itself measures them: new ones where they are generated, other crops of the
 * training images where they are cut from some.
 */
function validationScene({ instance: { operator, signals }, seed }: SeedRun, snrDb: number): Scene {
  const n = sizeOf(operator.inShape),
    count = Math.max(8, Math.min(128, Math.round(heldOut / n)));
  const source = measured(operator, signals, { snrDb, seed, validation: count });
  const truth = new Float32Array(count * n),
    y = new Float32Array(count * source.m);
  source.fill('train', source.validationIndices(), truth, y);
  return { name: 'validation signals', operator, count, truth, y };
}

const joined = (parts: readonly Float32Array[]): Float32Array => {
  const out = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
};
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Moments of every scene, and the mean squared error of the samples together; `pause` is awaited after each sample. */
async function sampled(
  net: BayesianNetwork,
  scenes: readonly Scene[],
  { seed, power, samples, pause }: { seed: number; power: number; samples: number; pause: () => Promise<void> },
): Promise<{ moments: Moments[]; sampleNmseDb: number }> {
  const sums = scenes.map(({ truth }) => runningMoments(truth.length));
  let sample = 0;
  for (let t = 0; t < samples; t++) {
    const one = drawn(net, seed * 4096 + t, power), estimates = scenes.map(scene => iteratesOn(one, scene).at(-1)!);
    estimates.forEach((estimate, i) => sums[i]!.add(estimate));
    sample += 10 ** (nmseDb(joined(estimates), joined(scenes.map(({ truth }) => truth))) / 10) / samples;
    await pause();
  }
  return { moments: sums.map(each => each.moments()), sampleNmseDb: 10 * Math.log10(sample) };
}

/** Coverage of one level in every signal or image. */
function coverageRange(scenes: readonly Scene[], moments: readonly Moments[], calibration: Calibration): [number, number] {
  const shares = scenes.flatMap(({ truth, operator }, s) => {
    const n = sizeOf(operator.inShape), { mean: x, deviation } = moments[s]!;
    return Array.from({ length: truth.length / n }, (_, i) => {
      const [from, to] = [i * n, (i + 1) * n];
      const own = coverage({ mean: x.subarray(from, to), deviation: deviation.subarray(from, to) }, truth.subarray(from, to), calibration);
      return own.find(({ level }) => level === shownLevel)!.conformal;
    });
  });
  return [Math.min(...shares), Math.max(...shares)];
}

/**
 * Reconstructs a seed's scenes by `samples` networks drawn from a posterior, and measures how far the intervals cover the truth. All
 * that is fitted is fitted on validation signals. `estimates` are those of the likeliest signs.
 */
export async function uncertaintyOf(
  method: string,
  net: BayesianNetwork,
  run: SeedRun,
  estimates: readonly Float32Array[],
  { samples, snrDb }: { samples: number; snrDb: number },
): Promise<Uncertain> {
  const { seed, scenes } = run, held = validationScene(run, snrDb), n = held.truth.length / held.count;
  const fitting = firstSignals(held, fittingShare(held.count)),
    told = run.phase(`${method}: drawn networks`),
    { done: pause } = parts(told.phase!, (powers.length + 2) * samples, told);
  const fits: { power: number; nll: number }[] = [];
  for (const power of powers) {
    const { moments: [own] } = await sampled(net, [fitting], { seed, power, samples, pause });
    fits.push({ power, nll: fitVariances(own!, fitting.truth).nll });
  }
  const { power } = fits.reduce((a, b) => (b.nll < a.nll ? b : a));
  const calibration = calibrate((await sampled(net, [held], { seed, power, samples, pause })).moments[0]!, held.truth, n);
  const { moments, sampleNmseDb } = await sampled(net, scenes, { seed, power, samples, pause });
  const means = moments.map(each => each.mean), deviations = moments.map(({ deviation }) => predictiveDeviation(deviation, calibration));
  const truth = joined(scenes.map(scene => scene.truth));
  const all: Moments = { mean: joined(means), deviation: joined(moments.map(each => each.deviation)) };
  const predictive = joined(deviations), errors = truth.map((x, i) => Math.abs(x - all.mean[i]!));
  const related = (values: Float32Array): number | null => {
    const value = correlation(values, errors);
    return Number.isNaN(value) ? null : value;
  };
  return {
    means, deviations,
    figures: {
      method, seed, samples, power, gain: calibration.gain, floor: calibration.floor, validation: held.count, factors: calibration.factors,
      nmseDb: { mean: nmseDb(all.mean, truth), sample: sampleNmseDb, likeliest: nmseDb(joined(estimates), truth) },
      curve: coverage(all, truth, calibration),
      coverageOfSignals: coverageRange(scenes, moments, calibration),
      deviation: { samples: mean(all.deviation), predictive: mean(predictive) },
      correlation: { samples: related(all.deviation), predictive: related(predictive) },
    },
  };
}
