import type { Dataset, UnrolledNetwork } from '../types.js';
import { sizeOf, tensor } from '../core/array.js';

/** Signals that are kept between their draw and their measurement: the largest usual batch. */
const mostDrawn = 64;

/**
 * Training signals whose truth is what a trained network makes of their measurement (distillation, Hinton et al. 2015). What is
 * trained on them keeps to that network where it was trained on other signals than these: brains, where there are chests alone.
 * Test signals stay as they are.
 */
export function distilled(data: Dataset, teacher: UnrolledNetwork): Dataset {
  const { operator } = teacher.problem;
  // A batch's signals are drawn first and measured then: one run of the teacher does for both.
  const drawn = new Map<number, { readonly x: Float32Array; readonly y: Float32Array }>();
  function taught(index: number): { readonly x: Float32Array; readonly y: Float32Array } {
    let found = drawn.get(index);
    if (!found) {
      const y = new Float32Array(sizeOf(operator.outShape));
      operator.apply(data.sample('train', index).data, y, 1);
      data.disturb?.('train', index, y);
      found = { y, x: teacher.forward(tensor(y, operator.outShape)).data };
      if (drawn.size >= mostDrawn) drawn.clear();
      drawn.set(index, found);
    }
    return found;
  }
  return {
    ...data, name: `${data.name}, distilled`,
    sample(split, index, out) {
      if (split === 'test') return data.sample(split, index, out);
      const to = out ?? tensor(new Float32Array(sizeOf(data.shape)), data.shape);
      to.data.set(taught(index).x);
      return to;
    },
    disturb(split, index, y) {
      if (split === 'train') y.set(taught(index).y);
      else data.disturb?.(split, index, y);
    },
  };
}
