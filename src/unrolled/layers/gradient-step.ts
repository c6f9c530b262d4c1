import type { Layer, LinearOperator, Param, State } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { axpby, dot, temp } from '../../kernels/index.js';
import { productsOf } from '../products.js';
import type { Shrinkage } from '../shrink.js';

/**
 * x⁺ = shrink(x − eta Wᵀ(A x − y), theta).
 * Without W it is ISTA's own step (W = A). W has the pattern of A. Gregor & LeCun 2010; Chen et al. 2018 (coupled, W per
 * layer and no eta); Liu et al. 2019 (one W for all layers).
 */
export function gradientStep(name: string, operator: LinearOperator, shrink: Shrinkage,
  { W, eta, theta }: { W?: Param; eta?: Param; theta: Param }): Layer {
  const A = productsOf(operator), n = sizeOf(operator.inShape), m = sizeOf(operator.outShape);
  const back = (r: Float32Array, out: Float32Array, batch: number): void =>
    W ? W.map!.applyAdjoint(W.value, r, out, batch) : A.applyAdjoint(r, out, batch);
  const ahead = (x: Float32Array, out: Float32Array, batch: number): void =>
    W ? W.map!.apply(W.value, x, out, batch) : A.apply(x, out, batch);
  return {
    name, params: [...(W ? [W] : []), ...(eta ? [eta] : []), theta],
    ...(shrink.soft && { step: { ...(W && { W }), ...(eta && { eta }), theta, keep: shrink.soft.keep } }),
    vjp(state, y, batch) {
      const x = state['x']!, step = eta ? eta.value[0]! : 1, tau = theta.value[0]!;
      const r = temp(m * batch), u = temp(n * batch), v = temp(n * batch), next = temp(n * batch);
      A.apply(x, r, batch);
      axpby(1, r, -1, y, r);
      back(r, u, batch);
      axpby(1, x, -step, u, v);
      shrink.apply(v, tau, next);
      return [{ x: next }, (grad, inputNeeded): State => {
        const gv = temp(n * batch), gu = temp(n * batch);
        const gTheta = shrink.vjp(v, tau, grad['x']!, gv);
        if (theta.trainable) theta.grad[0]! += gTheta;
        if (eta?.trainable) eta.grad[0]! -= dot(gv, u);
        axpby(-step, gv, 0, gv, gu);
        if (W?.trainable) W.map!.addGradient(gu, r, W.grad, batch);
        if (!inputNeeded) return {};
        const gr = temp(m * batch), gx = temp(n * batch);
        ahead(gu, gr, batch);
        A.applyAdjoint(gr, gx, batch);
        axpby(1, gx, 1, gv, gx);
        return { x: gx };
      }];
    },
  };
}
