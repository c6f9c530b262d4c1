import { clamp } from '../../kernels/index.js';
import type { Binarizer } from '../binarizer.js';
import { checkPace, fitRelaxed, type Relaxation } from '../relaxed.js';

export interface ParqOptions {
  /** Share of the relaxed training in which the slope's inverse ρ falls from 1 to 0; codes are signs in the rest of it. */
  readonly until?: number;
  /** How sharply it falls in the middle; at 1 and below almost evenly. */
  readonly sharpness?: number;
  /** How many times faster than other weights latent values move. */
  readonly pace?: number;
}

/** Latent values stay within ± this: those far outside would hardly come back. */
const bound = 1.5;

/**
 * c = v/ρ within −1 … 1, ρ falling from 1 to 0: the prox of a piecewise-affine penalty that ends as the sign, of latent values that
 * gradients at c move as they are (PARQ, Jin et al. 2025; sigmoid schedule of its authors' code).
 */
export function slopes(sharpness: number, until = 1): Relaxation {
  const sigmoid = (t: number): number => 1 / (1 + Math.exp(sharpness * (t - 0.5)));
  const rho = (progress: number): number => (sigmoid(Math.min(1, progress / until)) - sigmoid(1)) / (sigmoid(0) - sigmoid(1));
  return {
    settings: [sharpness, until],
    start: w => Math.max(-bound, Math.min(bound, w)),
    relax({ latent, codes, unit }, progress) {
      const width = rho(progress) * unit;
      for (let i = 0; i < codes.length; i++) {
        const v = latent[i]!;
        codes[i] = Math.abs(v) < width ? v / width : v < 0 ? -1 : 1;
      }
    },
    pullback({ unit }, gradient) {
      for (let i = 0; i < gradient.length; i++) gradient[i]! /= unit;
    },
    project({ latent, unit }) {
      clamp(latent, bound * unit);
    },
  };
}

/** Training of weights whose prox becomes the sign; then of what is free beside their signs. */
export function parq({ until = 0.3, sharpness = 1, pace = 4 }: ParqOptions = {}): Binarizer {
  if (!(until > 0 && until <= 1)) throw new RangeError(`parq: expected until above 0 and at most 1, got ${until}`);
  if (!(sharpness > 0 && sharpness <= 100)) throw new RangeError(`parq: expected sharpness above 0 and at most 100, got ${sharpness}`);
  checkPace('parq', pace);
  return { name: 'parq', fit: (...args) => fitRelaxed('parq', args, { ...slopes(sharpness, until), pace }) };
}
