import type { Dataset } from '../src/types.js';
import { random } from '../src/core/random.js';
import { dataset, splitSeed } from './dataset.js';

export interface SparseSpikesOptions {
  /** Probability that an entry is nonzero; 0.1 by default. */
  readonly density?: number;
  readonly seed?: number;
  /** 'normal' (default): N(0, 1), Bernoulli-Gaussian signals; 'sign': ±1. */
  readonly amplitude?: 'normal' | 'sign';
}

/** Signals of n entries, each nonzero with probability `density`. Throws a RangeError unless 0 < density ≤ 1. */
export function sparseSpikes(n: number, { density = 0.1, seed = 1, amplitude = 'normal' }: SparseSpikesOptions = {}): Dataset {
  if (!(density > 0 && density <= 1)) throw new RangeError(`sparse-spikes: expected 0 < density <= 1, got ${density}`);
  if (amplitude !== 'normal' && amplitude !== 'sign')
    throw new RangeError(`sparse-spikes: expected amplitude normal or sign, got ${String(amplitude)}`);
  return dataset({ name: 'sparse-spikes', shape: [n], fill(split, index, out) {
    const rng = random(seed, splitSeed(split), index);
    for (let i = 0; i < n; i++) {
      if (amplitude === 'normal') out[i] = rng.bernoulliGaussian(density);
      else out[i] = rng.uniform() >= density ? 0 : rng.uniform() < 0.5 ? 1 : -1;
    }
  } });
}
