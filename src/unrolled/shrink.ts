import type { Prox } from '../types.js';
import { visitLargest } from '../core/largest.js';
import { slidingShrinkage, softThreshold, softThresholdVjp, temp } from '../kernels/index.js';
import { basisShrinkage } from './basis-shrink.js';

/** The nonlinearity of one unrolled layer: a prox with a learnt threshold, or one for each coefficient. */
export interface Shrinkage {
  /** The thresholds of the prox with `tau`. */
  thresholds(tau: number): Float32Array;
  /** `out` is another array than v. */
  apply(v: Float32Array, theta: Float32Array, out: Float32Array): void;
  /** ∂v into out, ∂theta added to dTheta. */
  vjp(v: Float32Array, theta: Float32Array, grad: Float32Array, out: Float32Array, dTheta: Float32Array): void;
  /** It is the soft threshold, with the `keep` largest entries of a signal let through as they are. */
  readonly soft?: { readonly keep: number };
}

export interface SupportSelection {
  /** Percent of the entries that pass untouched, per layer so far, and at most. */
  readonly perLayer: number;
  readonly max: number;
}

interface OneThreshold extends Pick<Shrinkage, 'soft'> {
  apply(v: Float32Array, theta: number, out: Float32Array): void;
  /** ∂v into out; returns ∂theta. */
  vjp(v: Float32Array, theta: number, grad: Float32Array, out: Float32Array): number;
}

export const oneThreshold = ({ apply, vjp, soft }: OneThreshold): Shrinkage => ({
  ...(soft && { soft }),
  thresholds: tau => Float32Array.of(tau),
  apply: (v, theta, out) => apply(v, theta[0]!, out),
  vjp(v, theta, grad, out, dTheta) { dTheta[0]! += vjp(v, theta[0]!, grad, out); },
});

/** The prox of the problem, on the WASM kernels where it is the l1 norm's, also in a separable basis and in windows. */
export function shrinkage(prox: Prox): Shrinkage {
  if (prox.name === 'l1') return oneThreshold({ apply: softThreshold, vjp: softThresholdVjp, soft: { keep: 0 } });
  if (prox.basis) return basisShrinkage(prox.basis);
  if (prox.windows) return slidingShrinkage(prox.windows.shape, prox.windows.width);
  return oneThreshold({ apply: (v, theta, out) => prox.prox(v, theta, out), vjp: (v, theta, grad, out) => prox.vjp(v, theta, grad, out) });
}

/**
 * Soft threshold that lets the largest min(perLayer · layer, max) percent of each signal's entries through unshrunk, as far
 * as they exceed the threshold (Chen, Liu, Wang & Yin 2018, LISTA-SS).
 */
export function supportSelecting(prox: Prox, layer: number, n: number, { perLayer, max }: SupportSelection): Shrinkage {
  if (prox.name !== 'l1') throw new TypeError(`support selection: expected the prox l1, got ${prox.name}`);
  if (!(perLayer >= 0 && max >= 0 && max <= 100))
    throw new RangeError(`support selection: expected percentages perLayer and max within 0 to 100, got ${perLayer} and ${max}`);
  const keep = Math.round((Math.min(perLayer * layer, max) / 100) * n);
  const pass = (v: Float32Array, theta: number, visit: (i: number) => void): void => {
    if (keep) visitLargest(v, theta, keep, temp(n), n, 1, visit);
  };
  return oneThreshold({
    soft: { keep },
    apply(v, theta, out) {
      softThreshold(v, theta, out);
      pass(v, theta, i => { out[i] = v[i]!; });
    },
    vjp(v, theta, grad, out) {
      let dTheta = softThresholdVjp(v, theta, grad, out);
      // A passed entry does not feel the threshold: take its share of the derivative back.
      pass(v, theta, i => {
        if (Math.abs(v[i]!) > theta) dTheta += grad[i]! * Math.sign(v[i]!);
        out[i] = grad[i]!;
      });
      return dTheta;
    },
  });
}
