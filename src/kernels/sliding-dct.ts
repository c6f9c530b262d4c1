import type { Shape } from '../types.js';
import { sizeOf } from '../core/array.js';
import { dctMatrix } from '../core/dct.js';
import { checkWindows, windowWeights } from '../core/sliding-dct.js';
import { scratch } from './memory.js';
import { resident } from './resident.js';
import { checkApart, checkLength, kernels, readable, room, writable, writeBack } from './wasm.js';

/** Soft thresholds in sliding windows, one for each coefficient of a window, in row-major order. */
export interface SlidingShrinkage {
  /** Coefficients of a window. */
  readonly coefficients: number;
  /** Those of `slidingDctL1` with weight tau: the first is 0, for a window's mean has no penalty; one that is learnt may grow. */
  thresholds(tau: number): Float32Array;
  /** `slidingDctL1` with thresholds of their own, on signals one after the other; out is another array than x. */
  apply(x: Float32Array, theta: Float32Array, out: Float32Array): void;
  /** Its pullback of g: the derivative by x into out, that by theta added to `slopes`. */
  vjp(x: Float32Array, theta: Float32Array, g: Float32Array, out: Float32Array, slopes: Float32Array): void;
}

/** Windows of `width` (× width) places inside signals of 1 or 2 axes, as slidingDctL1 takes them. */
export function slidingShrinkage(shape: Shape, width: number): SlidingShrinkage {
  checkWindows('slidingDct', shape, width);
  const w = shape.at(-1)!, size = sizeOf(shape), h = size / w, tall = shape.length === 1 ? 1 : width, coefficients = tall * width;
  const weights = resident(windowWeights(shape, width)), axis = resident(Float32Array.from(dctMatrix(width))), down = tall === 1 ? resident(Float32Array.of(1)) : axis;
  const space = (): number => room(kernels.slidingDctScratch(h, w, width, tall) / 4).byteOffset;
  // Where the memory was full when they were made, they lie elsewhere.
  const constant = (array: Float32Array): number => readable(array).byteOffset;
  function batchOf(x: Float32Array, theta: Float32Array, out: Float32Array): number {
    if (x.length % size) throw new RangeError(`slidingDct: expected signals of ${size} numbers, got ${x.length}`);
    checkLength('slidingDct: theta', theta, coefficients);
    checkLength('slidingDct: out', out, x.length);
    checkApart('slidingDct', x, out);
    return x.length / size;
  }
  return {
    coefficients,
    thresholds: tau => new Float32Array(coefficients).fill(tau, 1),
    apply(x, theta, out) {
      const batch = batchOf(x, theta, out);
      scratch(() => {
        const to = writable(out);
        kernels.slidingDct(readable(x).byteOffset, readable(theta).byteOffset, constant(weights), to.byteOffset, h, w, batch, width, tall, constant(axis), constant(down), space());
        writeBack(to, out);
      });
    },
    vjp(x, theta, g, out, slopes) {
      const batch = batchOf(x, theta, out);
      checkLength('slidingDct: g', g, x.length);
      checkLength('slidingDct: slopes', slopes, coefficients);
      if (g !== out) checkApart('slidingDct', g, out);
      scratch(() => {
        const to = writable(out), sums = readable(slopes);
        kernels.slidingDctVjp(
          readable(x).byteOffset, readable(theta).byteOffset, constant(weights), readable(g).byteOffset, to.byteOffset, sums.byteOffset,
          h, w, batch, width, tall, constant(axis), constant(down), space(),
        );
        writeBack(to, out);
        writeBack(sums, slopes);
      });
    },
  };
}
