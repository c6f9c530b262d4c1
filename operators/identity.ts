import type { LinearOperator, Shape } from '../src/types.js';
import { checkShape, sizeOf } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { checkRho } from './checks.js';

/** y = x. */
export function identity(shape: Shape): LinearOperator {
  checkShape('identity', shape);
  const size = sizeOf(shape);
  const copy = (x: Float32Array, out: Float32Array): void => out.set(x);
  return linop({
    name: 'identity', inShape: shape, outShape: shape, apply: copy, applyAdjoint: copy,
    pattern: () => ({ kind: 'diagonal', basis: 'identity', size }),
    weights: () => new Float32Array(size).fill(1),
    normalSolver(rho) {
      checkRho('identity', rho);
      return (b, out, batch) => { for (let i = 0; i < size * batch; i++) out[i] = b[i]! / (1 + rho); };
    },
    describe: () => ({ kind: 'identity', args: { shape } }),
  });
}
