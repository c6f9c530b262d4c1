import type { Layer, Param, State } from '../../types.js';
import { axpby, temp } from '../../kernels/index.js';
import { gradientOf } from '../param.js';
import type { Shrinkage } from '../shrink.js';
import { adjointProduct, combine, product, soft } from './operations.js';

/**
 * x⁺ = shrink(Wᵀy + x − G x, theta): LISTA (Gregor & LeCun 2010) with S = I − G. G has the pattern of AᵀA, so that the
 * identity in S is structure and costs no weight. Inference does not need A.
 */
export function lista(name: string, shrink: Shrinkage, { W, G, theta }: { W: Param; G: Param; theta: Param }): Layer {
  const n = W.map!.inSize;
  return {
    name, params: [W, G, theta],
    ...(shrink.soft && {
      operations: () => [
        adjointProduct('y', 'v', W), product('x', 'u', G), combine(1, 'v', -1, 'u', 'v'), combine(1, 'v', 1, 'x', 'v'), soft('v', theta, 'x', shrink.soft!.keep),
      ],
    }),
    vjp(state, y, batch) {
      const x = state['x']!;
      const v = temp(n * batch), product = temp(n * batch), next = temp(n * batch);
      W.map!.applyAdjoint(W.value, y, v, batch);
      G.map!.apply(G.value, x, product, batch);
      axpby(1, v, -1, product, v);
      axpby(1, v, 1, x, v);
      shrink.apply(v, theta.value, next);
      return [{ x: next }, (grad, inputNeeded): State => {
        const gv = temp(n * batch), minus = temp(n * batch);
        shrink.vjp(v, theta.value, grad['x']!, gv, gradientOf(theta));
        if (W.trainable) W.map!.addGradient(gv, y, W.grad, batch);
        axpby(-1, gv, 0, gv, minus);
        if (G.trainable) G.map!.addGradient(x, minus, G.grad, batch);
        if (!inputNeeded) return {};
        const gx = temp(n * batch);
        G.map!.applyAdjoint(G.value, minus, gx, batch);
        axpby(1, gx, 1, gv, gx);
        return { x: gx };
      }];
    },
  };
}
