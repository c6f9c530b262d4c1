import type { LinearOperator, Pattern } from '../../types.js';
import { resident } from '../resident.js';
import { patternMap } from './pattern-map.js';

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
