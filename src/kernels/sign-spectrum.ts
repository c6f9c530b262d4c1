import { scratch } from './memory.js';
import { resident } from './resident.js';
import { checkLength, kernels, readable, writable, writeBack } from './wasm.js';

/** A diagonal of −1, 0 and +1 for spectra: complex numbers re, im, re, im, …. */
export interface SpectrumSigns {
  /** out = scale · S X for `batch` spectra one after the other; out may be X. */
  multiply(scale: number, X: Float32Array, out: Float32Array, batch: number): void;
}

/** `code(k)` is the sign at frequency k of `size`; it is kept as two bits. */
export function spectrumSigns(size: number, code: (k: number) => number): SpectrumSigns {
  const negative = new Uint32Array(Math.ceil(size / 32)), places = negative.slice();
  for (let k = 0; k < size; k++) {
    const sign = code(k);
    if (sign < 0) negative[k >>> 5]! |= 1 << (k & 31);
    if (sign) places[k >>> 5]! |= 1 << (k & 31);
  }
  const [signs, kept] = [negative, places].map(words => resident(new Float32Array(words.buffer))) as [Float32Array, Float32Array];
  return {
    multiply(scale, X, out, batch) {
      checkLength('spectrumSigns: X', X, 2 * size * batch);
      checkLength('spectrumSigns: out', out, 2 * size * batch);
      // One by one: a batch that lies elsewhere need not fit into the kernels' memory.
      for (let at = 0; at < X.length; at += 2 * size) scratch(() => {
        const part = out.subarray(at, at + 2 * size), to = writable(part);
        kernels.signSpectrum(readable(X.subarray(at, at + 2 * size)).byteOffset, readable(signs).byteOffset, readable(kept).byteOffset,
          to.byteOffset, size, scale);
        writeBack(to, part);
      });
    },
  };
}
