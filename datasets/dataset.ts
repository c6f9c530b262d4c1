import type { Dataset, Shape } from '../src/types.js';
import { checkShape, formatShape, sameShape, sizeOf, zeros } from '../src/core/array.js';

export type Split = 'train' | 'test';

/** What an author writes: how to fill one signal. */
export interface DatasetDefinition {
  readonly name: string;
  readonly shape: Shape;
  /** Generated signals have no end: 2³¹ for train and 1,000 for test by default. */
  readonly size?: { readonly train: number; readonly test: number };
  /** Writes every entry of signal `index`, from (split, index) alone. */
  fill(split: Split, index: number, out: Float32Array): void;
}

/** Number of training signals of a generator, which makes a fresh one for every index. */
export const UNLIMITED = 2 ** 31;

/** A number for each split, to seed generators with. */
export const splitSeed = (split: Split): number => (split === 'train' ? 0 : 1);

/** A dataset out of one plain loop; the split, the index and the shape of `out` are checked here. */
export function dataset({ name, shape, size = { train: UNLIMITED, test: 1000 }, fill }: DatasetDefinition): Dataset {
  checkShape(name, shape);
  return { name, shape, size, sample(split, index, out = zeros(shape)) {
    if (split !== 'train' && split !== 'test')
      throw new RangeError(`${name}: expected the split train or test, got ${String(split)}`);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size[split])
      throw new RangeError(`${name}: expected an index from 0 to ${size[split] - 1} in ${split}, got ${index}`);
    if (!sameShape(out.shape, shape) || out.data.length !== sizeOf(shape))
      throw new RangeError(`${name}: expected out to be a contiguous ${formatShape(shape)}, got ${formatShape(out.shape)}`);
    fill(split, index, out.data);
    return out;
  } };
}
