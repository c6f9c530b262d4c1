import type { LinearOperator, Shape } from '../src/types.js';
import { checkShape } from '../src/core/array.js';
import { waveletTransform } from '../src/core/wavelet.js';
import { transformOperator } from './transform.js';

/**
 * Orthonormal periodized wavelet transform of signals [n] or [h, w], same shape out, the coarse part in the first corner; its adjoint is
 * its inverse. `name` is haar or db1 … db4 (Daubechies 1988). Throws a RangeError where 2^levels does not divide an axis.
 */
export function wavelet(shape: Shape, { name, levels }: { name: string; levels: number }): LinearOperator {
  checkShape('wavelet', shape);
  return transformOperator(`wavelet-${name}`, waveletTransform(shape, name, levels), () => ({ kind: 'wavelet', args: { shape, name, levels } }));
}
