import { sizeOf, tensor } from '../core/array.js';
import { correlation, imagePsnrDb, nmseDb, psnrDb, rrmse, rrmseSpectrum, ssim } from './metrics.js';
import type { Scene } from './scene.js';

/** Images are clipped to 0…peak and scored one by one; segments of a recording are scored one by one. */
export type Scoring = { readonly kind: 'signals' } | { readonly kind: 'images'; readonly peak: number } | { readonly kind: 'segments' };

export interface Scores {
  /** Pooled over everything. */
  readonly nmseDb: number;
  /** Images: mean over the images. Signals: pooled, the peak is the largest magnitude of the truth. */
  readonly psnrDb: number;
  /** Mean over the images; null for signals. */
  readonly ssim: number | null;
  /** Segments: means over the segments of the relative RMS error in time and of the power spectrum, and of the correlation. */
  readonly rrmse?: number;
  readonly rrmseSpectrum?: number;
  readonly cc?: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const joined = (parts: readonly Float32Array[]): Float32Array => {
  if (parts.length === 1) return parts[0]!;
  const out = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
};

export const clipped = (image: Float32Array, peak: number): Float32Array => image.map(value => Math.min(peak, Math.max(0, value)));

/** PSNR and SSIM of one clipped image. */
export function imageScores(estimate: Float32Array, scene: Scene, peak: number): { psnrDb: number; ssim: number } {
  const own = clipped(estimate, peak), shape = scene.operator.inShape;
  return { psnrDb: imagePsnrDb(own, scene.truth, peak), ssim: ssim(tensor(own, shape), tensor(scene.truth, shape), { peak }) };
}

/** Scores estimates of scenes, in their order. */
export function scoresOf(estimates: readonly Float32Array[], scenes: readonly Scene[], scoring: Scoring): Scores {
  const all = joined(estimates), truth = joined(scenes.map(scene => scene.truth)), error = nmseDb(all, truth);
  if (scoring.kind === 'images') {
    const each = scenes.map((scene, i) => imageScores(estimates[i]!, scene, scoring.peak));
    return { nmseDb: error, psnrDb: mean(each.map(({ psnrDb: value }) => value)), ssim: mean(each.map(({ ssim: value }) => value)) };
  }
  const pooled = { nmseDb: error, psnrDb: psnrDb(all, truth), ssim: null };
  if (scoring.kind === 'signals') return pooled;
  const n = sizeOf(scenes[0]!.operator.inShape), pairs: [Float32Array, Float32Array][] = [];
  for (let at = 0; at < all.length; at += n) pairs.push([all.subarray(at, at + n), truth.subarray(at, at + n)]);
  return {
    ...pooled,
    rrmse: mean(pairs.map(([x, t]) => rrmse(x, t))),
    rrmseSpectrum: mean(pairs.map(([x, t]) => rrmseSpectrum(x, t))),
    cc: mean(pairs.map(([x, t]) => correlation(x, t))),
  };
}
