import type { Binarizer } from '../binarizer.js';
import { fitRelaxed, type Relaxation } from '../relaxed.js';

export interface ParqOptions {
  /** How sharply the slope's inverse falls in the middle of the relaxed training; below 1 it falls almost evenly. */
  readonly sharpness?: number;
}

/**
 * c = v/ρ within −1 … 1, ρ falling from 1 to 0: the prox of a piecewise-affine penalty that ends as the sign, of latent values that
 * gradients at c move as they are (PARQ, Jin et al. 2025; sigmoid schedule of its authors' code).
 */
export function slopes(sharpness: number): Relaxation {
  const sigmoid = (t: number): number => 1 / (1 + Math.exp(sharpness * (t - 0.5)));
  const rho = (progress: number): number => (sigmoid(progress) - sigmoid(1)) / (sigmoid(0) - sigmoid(1));
  return {
    start: w => w,
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
      // Values far outside would hardly come back.
      for (let i = 0; i < latent.length; i++) latent[i] = Math.max(-unit, Math.min(unit, latent[i]!));
    },
  };
}

/** Training of weights whose prox becomes the sign; then of what is free beside their signs. */
export function parq({ sharpness = 10 }: ParqOptions = {}): Binarizer {
  if (!(sharpness > 0 && sharpness <= 100)) throw new RangeError(`parq: expected sharpness above 0 and at most 100, got ${sharpness}`);
  return { name: 'parq', fit: (...args) => fitRelaxed('parq', args, slopes(sharpness)) };
}
