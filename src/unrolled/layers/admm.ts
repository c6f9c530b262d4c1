import type { Layer, LinearOperator, Param, State } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { axpby, temp } from '../../kernels/index.js';
import { gradientOf } from '../param.js';
import type { Shrinkage } from '../shrink.js';
import { proximalData } from './data-step.js';
import { adjointProduct, combine, product, soft } from './operations.js';

/**
 * One ADMM iteration (Boyd et al. 2011, §6.4; unrolled: Yang et al. 2016): with v = z − u,
 *   x = v + Wᵀ(y − A v),  z⁺ = shrink(x + u, theta),  u⁺ = u + x − z⁺.
 * Without a learnt W, x solves (AᴴA + rho I) x = Aᴴy + rho v, by the operator's closed form or by CG, and rho is learnt.
 * The state's `x` is z, the estimate.
 */
export function admmLayer(name: string, A: LinearOperator, shrink: Shrinkage,
  { W, rho, theta }: { W?: Param; rho: Param; theta: Param }): Layer {
  const n = sizeOf(A.inShape), m = sizeOf(A.outShape);
  const data = proximalData(A, rho);

  /** x from v and y, with the pullback of x to v. */
  function update(v: Float32Array, y: Float32Array, batch: number): [Float32Array, (gx: Float32Array, out: Float32Array) => void] {
    if (W) {
      const x = temp(n * batch), r = temp(m * batch);
      A.apply(v, r, batch);
      axpby(1, y, -1, r, r);
      W.map!.applyAdjoint(W.value, r, x, batch);
      axpby(1, x, 1, v, x);
      return [x, (gx, out) => {
        const gr = temp(m * batch);
        if (W.trainable) W.map!.addGradient(gx, r, W.grad, batch);
        W.map!.apply(W.value, gx, gr, batch);
        A.applyAdjoint(gr, out, batch);
        axpby(1, gx, -1, out, out);
      }];
    }
    return data.step(v, y, batch);
  }

  return {
    name, params: W ? [W, theta] : [rho, theta],
    ...(W && shrink.soft && {
      operations: () => [
        combine(1, 'x', -1, 'u', 'v'), product('v', 'r'), combine(1, 'y', -1, 'r', 'r'), adjointProduct('r', 'sum', W), combine(1, 'sum', 1, 'v', 'sum'),
        combine(1, 'sum', 1, 'u', 'sum'), soft('sum', theta, 'x', shrink.soft!.keep), combine(1, 'sum', -1, 'x', 'u'),
      ],
    }),
    vjp(state, y, batch) {
      const z = state['x']!, u = state['u']!;
      const v = temp(n * batch), sum = temp(n * batch), next = temp(n * batch), dual = temp(n * batch);
      axpby(1, z, -1, u, v);
      const [x, toV] = update(v, y, batch);
      axpby(1, x, 1, u, sum);
      shrink.apply(sum, theta.value, next);
      axpby(1, sum, -1, next, dual);
      return [{ x: next, u: dual }, (grad, inputNeeded): State => {
        const gNext = temp(n * batch), gSum = temp(n * batch), gv = temp(n * batch);
        // u⁺ = sum − z⁺, so z⁺ also receives −∂u⁺, and sum receives ∂u⁺ directly.
        axpby(1, grad['x']!, -1, grad['u']!, gNext);
        shrink.vjp(sum, theta.value, gNext, gSum, gradientOf(theta));
        axpby(1, gSum, 1, grad['u']!, gSum);
        toV(gSum, gv);
        if (!inputNeeded) return {};
        const gu = temp(n * batch);
        axpby(1, gSum, -1, gv, gu);
        return { x: gv, u: gu };
      }];
    },
  };
}
