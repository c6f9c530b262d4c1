import { scratch } from './memory.js';
import { kernels, readable, writeBack } from './wasm.js';

/** x = x ∘ w, or x ∘ conj w where `conjugate`, of complex numbers re, im, re, im, …; for every signal as long as w in x. */
export function multiplyComplex(x: Float32Array, w: Float32Array, conjugate = false): void {
  if (!w.length || w.length % 2 || x.length % w.length)
    throw new RangeError(`multiplyComplex: expected signals of ${w.length} numbers, an even count, got ${x.length}`);
  scratch(() => {
    const to = readable(x), factors = readable(w).byteOffset;
    for (let at = 0; at < 4 * x.length; at += 4 * w.length)
      kernels.multiplyComplex(to.byteOffset + at, factors, w.length / 2, conjugate);
    writeBack(to, x);
  });
}
