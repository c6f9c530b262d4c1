import type { LinearOperator, Shape } from '../src/types.js';
import { formatShape } from '../src/core/array.js';
import { fromDescription } from './index.js';

/** Kinds that are the same physics on images of any size. */
const anySize = ['convolution', 'identity'];

/** The same physics on images of another size. Throws a RangeError for an operator that is tied to its own. */
export function resized(operator: LinearOperator, shape: Shape): LinearOperator {
  const description = operator.describe?.();
  if (!description || !anySize.includes(description.kind))
    throw new RangeError(`${operator.name}: expected an image of ${formatShape(operator.inShape)}, got ${formatShape(shape)}`);
  return fromDescription({ ...description, args: { ...description.args, shape } });
}
