import { dualSteps, type DualSteps } from '../core/total-variation.js';
import { checkApart, checkLength, kernels, onTemporaries } from './wasm.js';

/**
 * `dualSteps` in f32: where the memory has room for three copies of the image and four of the dual, and its step is a number in f32;
 * `dualSteps` itself elsewhere.
 */
export const totalVariationSteps: DualSteps = (b, tau, dual, out, options) => {
  const { w, iterations, anisotropic, lo, hi } = options,
    all = w + b.length,
    step = Math.fround(1 / Math.fround(8 * tau));
  if (b.length % w) throw new RangeError(`totalVariationSteps: expected rows of ${w}, got ${b.length} numbers`);
  checkLength('totalVariationSteps: p', dual.p, all);
  checkLength('totalVariationSteps: q', dual.q, all);
  checkLength('totalVariationSteps: out', out, b.length);
  checkApart('totalVariationSteps', b, out);
  const done = !(step === 0 || step === Infinity) && onTemporaries([b.length, all, all, all, all, b.length], (...arrays) => {
    const [from, p, q, r, s, to] = arrays as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    from.set(b);
    p.set(dual.p);
    q.set(dual.q);
    kernels.totalVariation(
      from.byteOffset, tau, p.byteOffset, q.byteOffset, r.byteOffset, s.byteOffset, to.byteOffset,
      b.length / w, w, iterations, anisotropic, lo, hi,
    );
    dual.p.set(p);
    dual.q.set(q);
    out.set(to);
    return true;
  });
  if (!done) dualSteps(b, tau, dual, out, options);
};
