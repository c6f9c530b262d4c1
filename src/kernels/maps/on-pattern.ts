import type { LinearOperator, Pattern } from '../src/types.js';
import { resident } from '../src/kernels/index.js';
import { patternMap } from '../src/kernels/maps/index.js';

/** What a pattern and the weights on it determine of an operator. */
export function onPattern(
  pattern: Pattern, weights: Float32Array,
): Required<Pick<LinearOperator, 'apply' | 'applyAdjoint' | 'pattern' | 'weights'>> {
  const map = patternMap(pattern), w = resident(weights);
  return {
    apply: (x, out, batch) => map.apply(w, x, out, batch),
    applyAdjoint: (y, out, batch) => map.applyAdjoint(w, y, out, batch),
    pattern: () => pattern,
    weights: () => w.slice(),
  };
}
