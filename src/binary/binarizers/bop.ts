import type { Binarizer } from '../binarizer.js';
import { fitRelaxed, type Relaxation } from '../relaxed.js';

export interface BopOptions {
  /** Rate γ of the gradients' moving mean at the start; it falls to a hundredth. */
  readonly rate?: number;
  /** A sign flips where the moving mean of gradients, each relative to the mean magnitude of its step, is above this, against it. */
  readonly threshold?: number;
}

/**
 * Signs without latent weights: flipped where the moving mean of their gradients has their sign and is large (Bop, Helwegen et al.
 * 2019). Gradients count relative to their step's mean magnitude: networks do not share their size, and one step of small ones would
 * flip all that larger ones have gathered.
 */
export function flipping(rate: number, threshold: number): Relaxation {
  return {
    settings: [rate, threshold],
    start: w => (w < 0 ? -1 : 1),
    relax({ latent, codes, unit }) {
      for (let i = 0; i < codes.length; i++) codes[i] = latent[i]! / unit;
    },
    pullback({ latent, memory }, gradient, progress) {
      const gamma = rate * 0.01 ** progress;
      let mean = 0;
      for (let i = 0; i < gradient.length; i++) mean += Math.abs(gradient[i]!) / gradient.length;
      for (let i = 0; i < gradient.length; i++) {
        memory[i] = (1 - gamma) * memory[i]! + gamma * gradient[i]! / (mean || 1);
        if (memory[i]! * Math.sign(latent[i]!) > threshold) latent[i] = -latent[i]!;
      }
      // The optimizer moves no sign.
      gradient.fill(0);
    },
  };
}

/** Training by flips; then of what is free beside the signs. */
export function bop({ rate = 1e-3, threshold = 0.3 }: BopOptions = {}): Binarizer {
  if (!(rate > 0 && rate <= 1)) throw new RangeError(`bop: expected rate above 0 and at most 1, got ${rate}`);
  if (!(threshold >= 0)) throw new RangeError(`bop: expected threshold >= 0, got ${threshold}`);
  return { name: 'bop', fit: (...args) => fitRelaxed('bop', args, flipping(rate, threshold)) };
}
