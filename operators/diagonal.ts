import type { LinearOperator, Tensor } from '../src/types.js';
import { checkFinite, flat } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { onPattern } from '../src/kernels/maps/index.js';
import { checkRho } from './checks.js';

/** y = w ∘ x for real weights w, which also give the shape. */
export function diagonal(weights: Tensor): LinearOperator {
  const w = flat(weights).slice(), shape = [...weights.shape], size = w.length;
  checkFinite('diagonal', w);
  return linop({
    name: 'diagonal', inShape: shape, outShape: shape,
    ...onPattern({ kind: 'diagonal', basis: 'identity', size }, w),
    normalSolver(rho) {
      checkRho('diagonal', rho);
      return (b, out, batch) => { for (let i = 0; i < size * batch; i++) out[i] = b[i]! / (w[i % size]! ** 2 + rho); };
    },
    describe: () => ({ kind: 'diagonal', args: { shape }, arrays: { weights: w.slice() } }),
  });
}
