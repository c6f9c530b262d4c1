import { train } from '../../unrolled/train.js';
import { jointDefaults, type Binarizer } from '../binarizer.js';
import { maskedSigns, signs, ternary as ternaryCodes } from '../codes.js';
import { fitLatent } from '../fit-latent.js';
import type { LatentOptions } from '../latent.js';

export interface StraightThroughOptions {
  /**
   * 'float-first': give `fit` a trained float network; weights, scale, thresholds and steps are trained together.
   * 'one-bit-first': give it the untrained one; when the signs are found they and the scale are frozen, and thresholds and
   * steps alone are trained for `tune` times as many steps.
   */
  readonly reading?: 'float-first' | 'one-bit-first';
  /** Share of the training over which signs replace the latent weights; 0 puts them in at once. */
  readonly mixing?: number;
  /** Latent weights stay within ± this many first scales. */
  readonly bound?: number;
  /** Share of the weights kept by a fixed magnitude mask, whose bits count as index bits; 1 keeps all and stores no mask. */
  readonly keep?: number;
  readonly tune?: number;
}

/**
 * One-bit quantization-aware training with one global scale: forward W = λ·sign(V), sign(0) = +1; backward ∂V = ∂W inside the
 * bound, ∂λ = ⟨∂W, sign V⟩.
 */
export function straightThrough({ reading = 'float-first', mixing = 0.3, bound = 1.5, keep = 1, tune = 0.25 }: StraightThroughOptions = {}): Binarizer {
  if (!(mixing >= 0 && mixing <= 1)) throw new RangeError(`straightThrough: expected mixing within 0 to 1, got ${mixing}`);
  if (!(bound > 0)) throw new RangeError(`straightThrough: expected bound > 0, got ${bound}`);
  if (!(keep > 0 && keep <= 1)) throw new RangeError(`straightThrough: expected keep above 0 and at most 1, got ${keep}`);
  const name = ['straight-through', ...(reading === 'one-bit-first' ? ['one-bit-first'] : []),
    ...(mixing === 0 ? ['sudden'] : []), ...(keep < 1 ? ['masked'] : [])].join('-');
  return {
    name,
    async fit(net, data, options) {
      const oneBit = await fitLatent(name, [net, data, options],
        { encode: ({ value }) => (keep < 1 ? maskedSigns(value, keep) : signs), scales: 'global', mixing, bound });
      if (reading === 'float-first') return oneBit;
      const { steps = jointDefaults.steps, finish } = options ?? {};
      await train(oneBit, finish?.data ?? data, { ...jointDefaults, ...options, phase: `${options?.phase ?? name}, tuning`, steps: Math.round(steps * tune) });
      return oneBit;
    },
  };
}

/** Baseline: codes −1, 0, +1 with one scale (Li & Liu 2016), trained straight-through. */
export const ternary = ({ mixing = 0.3, bound = 1.5 }: Partial<Pick<LatentOptions, 'mixing' | 'bound'>> = {}): Binarizer => ({
  name: 'ternary',
  fit: (...args) => fitLatent('ternary', args, { encode: () => ternaryCodes, scales: 'global', mixing, bound }),
});

/** Baseline: signs with one scale per output channel, its mean latent magnitude (Rastegari et al. 2016), trained straight-through. */
export const channelWise = ({ mixing = 0.3, bound = 1.5 }: Partial<Pick<LatentOptions, 'mixing' | 'bound'>> = {}): Binarizer => ({
  name: 'channel-wise',
  fit: (...args) => fitLatent('channel-wise', args, { encode: () => signs, scales: 'channels', mixing, bound }),
});
