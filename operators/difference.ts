import type { LinearOperator, Shape } from '../src/types.js';
import { checkShape, formatShape, tensor } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { checkName } from './checks.js';
import { convolution } from './convolution.js';

/**
 * Forward difference y[i] = x[i + 1] − x[i] along an axis of signals [n] or [h, w], same size out. Past the end x wraps
 * ('circular') or stays at its last value ('reflect': the last difference is 0).
 */
export function difference(
  shape: Shape, { axis = 0, boundary = 'circular' }: { axis?: number; boundary?: 'circular' | 'reflect' } = {},
): LinearOperator {
  checkShape('difference', shape);
  checkName('difference', 'boundary', boundary, ['circular', 'reflect']);
  if (shape.length > 2) throw new RangeError(`difference: expected a signal of 1 or 2 axes, got ${formatShape(shape)}`);
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length)
    throw new RangeError(`difference: expected an axis from 0 to ${shape.length - 1}, got ${axis}`);
  if (shape[axis]! < 2) throw new RangeError(`difference: expected at least 2 entries along axis ${axis}, got ${formatShape(shape)}`);
  const along = shape.map((_, a) => (a === axis ? 1 : 0));
  const { apply, applyAdjoint, pattern, weights, normalSolver } =
    convolution(tensor([1, -1], along.map(one => 1 + one)), shape, { boundary, origin: along });
  return linop({
    name: 'difference', inShape: shape, outShape: shape, apply, applyAdjoint, pattern,
    ...(weights && { weights }), ...(normalSolver && { normalSolver }),
    geometry: true,
    describe: () => ({ kind: 'difference', args: { shape, axis, boundary } }),
  });
}
