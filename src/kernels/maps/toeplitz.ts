import type { Pattern, PatternMap } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { boundary } from '../../core/boundary.js';
import { correlateValid, correlateValidAdjoint, correlateValidTaps, scratch, temp } from '../index.js';

/** One weight a tap: pad by the boundary, then a valid correlation with the flipped taps. */
export function toeplitzMap(pattern: Pattern & { kind: 'toeplitz' }): PatternMap {
  const size = sizeOf(pattern.shape), count = sizeOf(pattern.support);
  const taps: [number, number] = pattern.support.length === 1 ? [1, pattern.support[0]!] : [pattern.support[0]!, pattern.support[1]!];
  const edge = boundary(pattern.shape, pattern.support, pattern.origin, pattern.boundary);
  const [height, width] = edge.padded, paddedSize = height * width;
  const flip = (w: Float32Array, out: Float32Array): Float32Array => {
    for (let t = 0; t < count; t++) out[t] = w[count - 1 - t]!;
    return out;
  };
  return {
    pattern, inSize: size, outSize: size, count,
    apply: (w, x, out, batch) => scratch(() => {
      const padded = temp(paddedSize * batch);
      edge.pad(x, padded, batch);
      correlateValid(padded, flip(w, temp(count)), out, { height, width, taps, batch });
    }),
    applyAdjoint: (w, y, out, batch) => scratch(() => {
      const padded = temp(paddedSize * batch);
      correlateValidAdjoint(y, flip(w, temp(count)), padded, { height, width, taps, batch });
      edge.fold(padded, out, batch);
    }),
    addGradient: (x, y, gw, batch) => scratch(() => {
      const padded = temp(paddedSize * batch), flipped = temp(count).fill(0);
      edge.pad(x, padded, batch);
      correlateValidTaps(padded, y, flipped, { height, width, taps, batch });
      for (let t = 0; t < count; t++) gw[t]! += flipped[count - 1 - t]!;
    }),
  };
}
