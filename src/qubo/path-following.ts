import { random } from '../core/random.js';
import type { Sample } from './model.js';
import type { SignRows } from './sign-rows.js';

/**
 * Greedy path following (GPFQ: Lybrand & Saab 2021, Zhang, Zhou & Saab 2023): inputs are walked in order, and each sign makes the
 * walk so far, u = Σ_{s≤t} (w_s − q_s) v_s, short. On G = Σ v vᵀ, where u itself is not kept,
 *   z_t = w_t + Σ_{s<t} G_ts (w_s − q_s) / G_tt,   q_t = λ sign(z_t).
 * With `seed` the sign is drawn, +1 with probability (1 + z/λ)/2 within 0 … 1, row r from the seed plus r (SPFQ: Zhang & Saab 2023).
 * Inputs that are always 0 leave z_t = 0, and with it the sign +1.
 */
export function pathFollowingSigns(
  gram: SignRows['gram'], weights: readonly Float64Array[], scale: number, seed?: number,
): Sample[] {
  return weights.map((own, r) => {
    const n = own.length, signs = new Int8Array(n), errors = new Float64Array(n);
    const rng = seed === undefined ? undefined : random(seed + r);
    for (let t = 0; t < n; t++) {
      const diagonal = gram[t * n + t]!;
      let carried = 0;
      for (let s = 0; s < t; s++) carried += gram[t * n + s]! * errors[s]!;
      const z = diagonal > 0 ? own[t]! + carried / diagonal : 0;
      signs[t] = (rng ? rng.uniform() < (1 + z / scale) / 2 : z >= 0) ? 1 : -1;
      errors[t] = own[t]! - scale * signs[t]!;
    }
    return signs;
  });
}
