import type { Prox, Shape } from '../types.js';
import { slidingDctL1 as plain } from '../core/sliding-dct.js';
import { slidingShrinkage } from '../kernels/index.js';

/** `slidingDctL1` of core, its prox on the WASM kernels. */
export function slidingDctL1(shape: Shape, width: number): Prox {
  const prox = plain(shape, width), { coefficients, apply } = slidingShrinkage(shape, width), theta = new Float32Array(coefficients);
  return { ...prox, prox: (x, tau, out) => apply(x.buffer === out.buffer ? x.slice() : x, theta.fill(tau, 1), out) };
}
