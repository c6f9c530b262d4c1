import type { Dataset, Tensor } from '../src/types.js';
import { flat, formatShape, sameShape, sizeOf } from '../src/core/array.js';
import { dataset } from './dataset.js';

/** The signals in two arrays [count, ...shape], copied. Throws a RangeError unless both hold signals of one shape. */
export function arrayDataset({ name, train, test }: { name: string; train: Tensor; test: Tensor }): Dataset {
  const shape = train.shape.slice(1);
  if (!shape.length || !sameShape(test.shape.slice(1), shape))
    throw new RangeError(`${name}: expected train and test as [count, ...shape] with one shape, ` +
      `got ${formatShape(train.shape)} and ${formatShape(test.shape)}`);
  const data = { train: flat(train).slice(), test: flat(test).slice() };
  const length = sizeOf(shape);
  return dataset({
    name, shape, size: { train: train.shape[0]!, test: test.shape[0]! },
    fill: (split, index, out) => out.set(data[split].subarray(index * length, (index + 1) * length)),
  });
}
