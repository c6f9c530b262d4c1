import type { Binarizer } from '../binarizer.js';
import { checkPace, fitRelaxed, type Relaxation } from '../relaxed.js';

export interface AnnealedOptions {
  /** Steepness τ at the end of the relaxed training; it grows from 1, geometrically. */
  readonly steepness?: number;
  /** How many times faster than other weights latent values move. */
  readonly pace?: number;
}

/** c = tanh(τ v): the two values of a binary weight, mixed by the softmax of SLB (Yang et al. 2020) in one latent number. */
export function steepening(steepness: number): Relaxation {
  const tau = (progress: number): number => steepness ** progress;
  return {
    settings: [steepness],
    start: w => Math.atanh(Math.max(-0.95, Math.min(0.95, w))),
    relax({ latent, codes, unit }, progress) {
      const rate = tau(progress) / unit;
      for (let i = 0; i < codes.length; i++) codes[i] = Math.tanh(rate * latent[i]!);
    },
    pullback({ codes, unit }, gradient, progress) {
      const rate = tau(progress) / unit;
      for (let i = 0; i < codes.length; i++) gradient[i]! *= rate * (1 - codes[i]! ** 2);
    },
  };
}

/** Training of tanh weights that become steeper, without a straight-through gradient; then of what is free beside their signs. */
export function annealed({ steepness = 10, pace = 20 }: AnnealedOptions = {}): Binarizer {
  if (!(steepness >= 1 && steepness < Infinity)) throw new RangeError(`annealed: expected a finite steepness >= 1, got ${steepness}`);
  checkPace('annealed', pace);
  return { name: 'annealed', fit: (...args) => fitRelaxed('annealed', args, { ...steepening(steepness), pace }) };
}
