import type { Binarizer } from '../binarizer.js';
import { checkPace, fitRelaxed, type Relaxation } from '../relaxed.js';

export interface ProxquantOptions {
  /** How far the prox moves a weight towards ±1 at the last relaxed step, in scales; it grows from 0, evenly. */
  readonly strength?: number;
  /** How many times faster than other weights latent values move. */
  readonly pace?: number;
}

/**
 * c = u within −1 … 1, and after every step u ← prox of τ min(|u − 1|, |u + 1|), τ growing (ProxQuant, Bai, Wang & Liberty 2019): the
 * gradient is that of the loss at weights that are almost signs at the end.
 */
export const attracting = (strength: number): Relaxation => ({
  settings: [strength],
  start: w => Math.max(-1, Math.min(1, w)),
  relax({ latent, codes, unit }) {
    for (let i = 0; i < codes.length; i++) codes[i] = latent[i]! / unit;
  },
  pullback({ unit }, gradient) {
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= unit;
  },
  project({ latent, unit }, _, progress) {
    const tau = strength * progress;
    for (let i = 0; i < latent.length; i++) {
      const u = latent[i]! / unit;
      latent[i] = unit * (u < 0 ? -1 : 1) * Math.min(1, Math.abs(u) + tau);
    }
  },
});

/** Training of weights that a prox draws to ±λ; then of what is free beside their signs. */
export function proxquant({ strength = 0.05, pace = 30 }: ProxquantOptions = {}): Binarizer {
  if (!(strength > 0 && strength < Infinity)) throw new RangeError(`proxquant: expected a finite strength above 0, got ${strength}`);
  checkPace('proxquant', pace);
  return { name: 'proxquant', fit: (...args) => fitRelaxed('proxquant', args, { ...attracting(strength), pace }) };
}
