import type { Binarizer } from '../binarizer.js';
import { checkPace, fitRelaxed, type Relaxation } from '../relaxed.js';

export interface SkewOptions {
  /** Width ε of the feasible set at the end of the relaxed training; it is 1 at the start, which bounds nothing. */
  readonly width?: number;
  /** Share of a weight's infeasibility that a step takes away at least. */
  readonly rate?: number;
  /** How many times faster than other weights latent values move. */
  readonly pace?: number;
}

/** The gap between the intervals grows with this power of the progress: no sign crosses a wide one. */
const power = 6;

/**
 * c = u within −1 … 1, feasible where ψ(u) = ε − (u² − 1)² ≥ 0: intervals around ±1 that close. ASkewSGD (Leconte et al. 2023) lets
 * the velocity of an infeasible weight obey dψ/dt ≥ −α ψ; here a step, of any optimizer, obeys ψ⁺ ≥ (1 − α) ψ, and one that does not
 * ends where equality holds, on its side of 0.
 */
export function skewing(width: number, rate: number): Relaxation {
  const gap = Math.sqrt(1 - Math.sqrt(width));
  return {
    settings: [width, rate],
    start: w => Math.max(-1, Math.min(1, w)),
    relax({ latent, codes, unit }) {
      for (let i = 0; i < codes.length; i++) codes[i] = latent[i]! / unit;
    },
    pullback({ unit }, gradient) {
      for (let i = 0; i < gradient.length; i++) gradient[i]! /= unit;
    },
    project({ latent, unit }, before, progress) {
      const epsilon = (1 - (gap * progress ** power) ** 2) ** 2;
      for (let i = 0; i < latent.length; i++) {
        const u = Math.max(-1, Math.min(1, latent[i]! / unit)), old = before[i]! / unit;
        const least = (1 - rate) * Math.min(0, epsilon - (old * old - 1) ** 2), reached = epsilon - (u * u - 1) ** 2;
        latent[i] = unit * (reached >= least ? u : (u < 0 ? -1 : 1) * Math.sqrt(Math.max(0, 1 - Math.sqrt(epsilon - least))));
      }
    },
  };
}

/** Training of weights within intervals around ±λ that close; then of what is free beside their signs. */
export function skew({ width = 1e-3, rate = 0.05, pace = 30 }: SkewOptions = {}): Binarizer {
  if (!(width > 0 && width <= 1)) throw new RangeError(`skew: expected width above 0 and at most 1, got ${width}`);
  if (!(rate > 0 && rate <= 1)) throw new RangeError(`skew: expected rate above 0 and at most 1, got ${rate}`);
  checkPace('skew', pace);
  return { name: 'skew', fit: (...args) => fitRelaxed('skew', args, { ...skewing(width, rate), pace }) };
}
