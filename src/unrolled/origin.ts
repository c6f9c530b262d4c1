import type { Dataset, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { digest } from '../core/digest.js';

/**
 * Digests of what names and options do not tell of a training: the weights that it starts from, its physics (A of one fixed signal)
 * and its signals (the first, which a teacher also makes).
 */
export function originOf({ params, problem: { operator } }: UnrolledNetwork, data: Dataset): number[] {
  const measured = new Float32Array(sizeOf(operator.outShape));
  operator.apply(Float32Array.from({ length: sizeOf(operator.inShape) }, (_, i) => Math.cos(i)), measured, 1);
  return [digest(params.map(({ value }) => value)), digest([measured]), digest([data.sample('train', 0).data])];
}
