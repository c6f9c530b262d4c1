import type { LinearOperator, Shape } from '../src/types.js';
import { checkShape, formatShape } from '../src/core/array.js';
import { dctTransform } from '../src/core/dct.js';
import { transformOperator } from './transform.js';

/** The orthonormal DCT-II of signals [n] or [h, w], same shape out; its adjoint is its inverse. */
export function dct(shape: Shape): LinearOperator {
  checkShape('dct', shape);
  if (shape.length > 2) throw new RangeError(`dct: expected a signal of 1 or 2 axes, got ${formatShape(shape)}`);
  return transformOperator('dct', dctTransform(shape), () => ({ kind: 'dct', args: { shape } }));
}
