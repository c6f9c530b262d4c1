import { fourierPlan } from '../core/fft.js';

export { ssim } from '../core/ssim.js';

function checkLengths(who: string, estimate: ArrayLike<number>, truth: ArrayLike<number>): void {
  if (estimate.length !== truth.length || !truth.length)
    throw new RangeError(`${who}: expected ${truth.length || 'some'} numbers, got ${estimate.length}`);
}

/** 10 log₁₀(Σ‖x̂ − x‖² / Σ‖x‖²) over all signals. Throws a RangeError for arrays of different lengths, as all of these do. */
export function nmseDb(estimate: Float32Array, truth: Float32Array): number {
  checkLengths('nmse', estimate, truth);
  let error = 0,
    energy = 0;
  for (let i = 0; i < truth.length; i++) {
    error += (estimate[i]! - truth[i]!) ** 2;
    energy += truth[i]! ** 2;
  }
  return 10 * Math.log10(error / energy);
}

/** 10 log₁₀(peak² / mean squared error), peak the largest magnitude of the truth. */
export function psnrDb(estimate: Float32Array, truth: Float32Array): number {
  checkLengths('psnr', estimate, truth);
  let error = 0,
    peak = 0;
  for (let i = 0; i < truth.length; i++) {
    error += (estimate[i]! - truth[i]!) ** 2;
    peak = Math.max(peak, Math.abs(truth[i]!));
  }
  return 10 * Math.log10((peak ** 2 * truth.length) / error);
}

/** 10 log₁₀(peak² / mean squared error) of one image; Infinity for equal images. */
export function imagePsnrDb(estimate: Float32Array, truth: Float32Array, peak: number): number {
  checkLengths('psnr', estimate, truth);
  if (!(peak > 0)) throw new RangeError(`psnr: expected peak > 0, got ${peak}`);
  let error = 0;
  for (let i = 0; i < truth.length; i++) error += (estimate[i]! - truth[i]!) ** 2;
  return 10 * Math.log10((peak ** 2 * truth.length) / error);
}

/** rms(x̂ − x) / rms(x); for a zero truth NaN where it is met and Infinity elsewhere. */
export function rrmse(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  checkLengths('rrmse', estimate, truth);
  let error = 0,
    energy = 0;
  for (let i = 0; i < truth.length; i++) {
    error += (estimate[i]! - truth[i]!) ** 2;
    energy += truth[i]! ** 2;
  }
  return Math.sqrt(error / energy);
}

/** One-sided periodogram up to a factor: |X_k|², doubled between 0 and the Nyquist frequency. */
function periodogram(x: ArrayLike<number>): Float64Array {
  const n = x.length,
    work = new Float64Array(2 * n),
    half = Math.floor(n / 2) + 1;
  for (let i = 0; i < n; i++) work[2 * i] = x[i]!;
  fourierPlan([n]).forward(work, work);
  return Float64Array.from(
    { length: half },
    (_, k) => (k === 0 || 2 * k === n ? 1 : 2) * (work[2 * k]! ** 2 + work[2 * k + 1]! ** 2),
  );
}

/**
 * The same on power spectra, rms(P(x̂) − P(x)) / rms(P(x)) (Zhang et al. 2021, EEGdenoiseNet). P is the one-sided periodogram
 * without window or detrending; the sampling rate cancels.
 */
export function rrmseSpectrum(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  checkLengths('rrmse of spectrum', estimate, truth);
  return rrmse(periodogram(estimate), periodogram(truth));
}

/** Pearson's correlation coefficient; NaN where one of the signals is constant. */
export function correlation(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  checkLengths('correlation', estimate, truth);
  const n = truth.length;
  // From the first entry on, so that a constant deviates by exactly 0 from its mean.
  const x = Float64Array.from({ length: n }, (_, i) => estimate[i]! - estimate[0]!),
    y = Float64Array.from({ length: n }, (_, i) => truth[i]! - truth[0]!);
  let a = 0,
    b = 0;
  for (let i = 0; i < n; i++) {
    a += x[i]! / n;
    b += y[i]! / n;
  }
  let aa = 0,
    bb = 0,
    ab = 0;
  for (let i = 0; i < n; i++) {
    aa += (x[i]! - a) ** 2;
    bb += (y[i]! - b) ** 2;
    ab += (x[i]! - a) * (y[i]! - b);
  }
  return ab / (Math.sqrt(aa) * Math.sqrt(bb));
}
