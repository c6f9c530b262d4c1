import type { Dataset, Tensor } from '../src/types.js';
import { flat, formatShape, sameShape, tensor } from '../src/core/array.js';
import { dataset } from './dataset.js';
import { parseNpy } from './npy.js';
import { sparseSpikes } from './sparse-spikes.js';

/**
 * The published sparse-recovery benchmark (Liu et al. 2019, ALISTA): the dictionary D, 250 × 500 with unit columns, and 1,000
 * Bernoulli(0.1)-Gaussian test signals of 500 entries. Training signals are fresh ones of the same law. `read` gives the bytes
 * of a file under the data folder.
 */
export function publishedSparse(read: (path: string) => Uint8Array, { seed = 1 } = {}): { D: Tensor; signals: Dataset } {
  const load = (path: string, shape: readonly [number, number]): Tensor => {
    const array = parseNpy(read(path), path);
    if (!sameShape(array.shape, shape))
      throw new RangeError(`${path}: expected shape ${formatShape(shape)}, got ${formatShape(array.shape)}`);
    return array;
  };
  const D = load('sparse/alista_D_250x500.npy', [250, 500]);
  // One signal per column in the file; signals are contiguous here.
  const columns = load('sparse/alista_xtest_500x1000.npy', [500, 1000]);
  const test = flat(tensor(columns.data, [500, 1000]).transpose(1, 0));
  const fresh = sparseSpikes(500, { density: 0.1, seed });
  const signals = dataset({ name: 'published-sparse', shape: [500], fill(split, index, out) {
    if (split === 'train') fresh.sample('train', index, tensor(out));
    else out.set(test.subarray(index * 500, (index + 1) * 500));
  } });
  return { D, signals };
}
