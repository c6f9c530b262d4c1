import type { Dataset, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { digest } from '../core/digest.js';
import type { Checkpoint } from './checkpoint.js';

/** Digests of what names do not tell of a training: its physics, as A of one fixed signal, and its first signal, which a teacher may make. */
export function originOf({ problem: { operator } }: UnrolledNetwork, data: Dataset): number[] {
  const measured = new Float32Array(sizeOf(operator.outShape));
  operator.apply(Float32Array.from({ length: sizeOf(operator.inShape) }, (_, i) => ((7 * i) % 13) - 6), measured, 1);
  return [digest([measured]), digest([data.sample('train', 0).data])];
}

/** Whether a network has the weights that a checkpoint's training started from, or those that it was left with. */
export function startsAt({ start, arrays }: Checkpoint, { params }: UnrolledNetwork): boolean {
  if (digest(params.map(({ value }) => value)) === start) return true;
  return params.every(({ name, value }) => {
    const left = arrays.get(`value.${name}`);
    return left?.length === value.length && value.every((number, i) => Object.is(number, left[i]));
  });
}
