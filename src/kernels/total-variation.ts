import type { DualSteps } from '../core/total-variation.js';
import { scratch } from './memory.js';
import { checkLength, kernels, readable, room, writable, writeBack } from './wasm.js';

/** `dualSteps` in f32. */
export const totalVariationSteps: DualSteps = (b, tau, { p, q }, out, { w, iterations, anisotropic, lo, hi }) => {
  const all = w + b.length;
  checkLength('totalVariationSteps: p', p, all);
  checkLength('totalVariationSteps: q', q, all);
  checkLength('totalVariationSteps: out', out, b.length);
  scratch(() => {
    const [u, v, to] = [readable(p), readable(q), writable(out)];
    kernels.totalVariation(
      readable(b).byteOffset, tau, u.byteOffset, v.byteOffset, room(all).byteOffset, room(all).byteOffset, to.byteOffset,
      b.length / w, w, iterations, anisotropic, lo, hi,
    );
    writeBack(u, p);
    writeBack(v, q);
    writeBack(to, out);
  });
};
