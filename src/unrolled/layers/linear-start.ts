import type { Layer, LinearOperator, Param, State } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { axpby, temp } from '../../kernels/index.js';
import { patternMap } from '../../kernels/maps/index.js';
import { param } from '../param.js';
import { adjointProduct, combine, product } from './operations.js';

/** Q of x₀ = Q y, to be filled with what is fitted to training signals or loaded: neither trained nor made of bits. */
export function fittedStart({ inShape, outShape }: LinearOperator): Param {
  const rows = sizeOf(inShape), cols = sizeOf(outShape);
  return param('start.Q', new Float32Array(rows * cols), { map: patternMap({ kind: 'dense', rows, cols }), trainable: false });
}

/** x = Q y, or x = scale · Aᴴy without Q: what a network of gradient steps starts from. */
export function linearStart(name: string, A: LinearOperator, { Q, scale = 1 }: { Q?: Param; scale?: number }): Layer {
  const n = sizeOf(A.inShape);
  return {
    name, params: Q ? [Q] : [],
    operations: () => (Q ? [product('y', 'x', Q)] : [adjointProduct('y', 'x'), combine(scale, 'x', 0, 'x', 'x')]),
    vjp(_, y, batch) {
      const x = temp(n * batch);
      if (Q) Q.map!.apply(Q.value, y, x, batch);
      else {
        A.applyAdjoint(y, x, batch);
        if (scale !== 1) axpby(scale, x, 0, x, x);
      }
      return [{ x }, (grad, inputNeeded): State => {
        if (Q?.trainable) Q.map!.addGradient(y, grad['x']!, Q.grad, batch);
        return inputNeeded ? { x: temp(n * batch).fill(0) } : {};
      }];
    },
  };
}
