import type { Layer, LinearOperator, Param, State } from '../../types.js';
import { temp } from '../../kernels/index.js';
import { gradientOf } from '../param.js';
import type { Shrinkage } from '../shrink.js';
import { gradientData } from './data-step.js';
import { soft } from './operations.js';

/**
 * x⁺ = shrink(x − eta Wᵀ(A x − y), theta).
 * Without W it is ISTA's own step (W = A). W has the pattern of A, or behind a frame G, where the step is WᵀG(A x − y), that of G A. Gregor & LeCun 2010; Chen et al. 2018 (coupled, W per
 * layer and no eta); Liu et al. 2019 (one W for all layers).
 */
export function gradientStep(name: string, operator: LinearOperator, shrink: Shrinkage,
  { W, G, eta, theta }: { W?: Param; G?: Param; eta?: Param; theta: Param }): Layer {
  const own = { ...(W && { W }), ...(G && { G }), ...(eta && { eta }) }, data = gradientData(operator, own);
  return {
    name, params: [...data.params, theta],
    ...(shrink.soft && { step: { ...own, theta, keep: shrink.soft.keep }, operations: () => [...data.operations!(), soft('v', theta, 'x', shrink.soft!.keep)] }),
    vjp(state, y, batch) {
      const [v, toData] = data.step(state['x']!, y, batch), next = temp(v.length);
      shrink.apply(v, theta.value, next);
      return [{ x: next }, (grad, inputNeeded): State => {
        const gv = temp(v.length), gx = inputNeeded ? temp(v.length) : undefined;
        shrink.vjp(v, theta.value, grad['x']!, gv, gradientOf(theta));
        toData(gv, gx);
        return gx ? { x: gx } : {};
      }];
    },
  };
}
