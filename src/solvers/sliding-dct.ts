import type { Prox, Shape } from '../types.js';
import { slidingDctL1 as plain } from '../core/sliding-dct.js';
import { slidingShrinkage } from '../kernels/index.js';

/** `slidingDctL1` of core, its prox and its pullback on the WASM kernels. */
export function slidingDctL1(shape: Shape, width: number): Prox {
  const prox = plain(shape, width), { coefficients, thresholds, apply, vjp } = slidingShrinkage(shape, width);
  // Solvers work in place, the kernels do not.
  const apart = (x: Float32Array, out: Float32Array): Float32Array => (x.buffer === out.buffer ? x.slice() : x);
  return {
    ...prox,
    prox: (x, tau, out) => apply(apart(x, out), thresholds(tau), out),
    vjp(x, tau, v, out) {
      const slopes = new Float32Array(coefficients);
      vjp(apart(x, out), thresholds(tau), apart(v, out), out, slopes);
      return slopes.subarray(1).reduce((sum, slope) => sum + slope, 0);
    },
  };
}
