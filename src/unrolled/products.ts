import type { LinearOperator } from '../types.js';
import { resident } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';

type Products = Pick<LinearOperator, 'apply' | 'applyAdjoint'>;

const known = new WeakMap<LinearOperator, Products>();

/** A's products as layers use them: for block-diagonal operators, one kernel call a block on the batch as it lies. */
export function productsOf(A: LinearOperator): Products {
  let products = known.get(A);
  if (!products) {
    products = A;
    if (A.stored && A.pattern().kind === 'blocks') {
      const map = patternMap(A.pattern()), w = resident(A.weights!());
      products = {
        apply: (x, out, batch) => map.apply(w, x, out, batch),
        applyAdjoint: (y, out, batch) => map.applyAdjoint(w, y, out, batch),
      };
    }
    known.set(A, products);
  }
  return products;
}
