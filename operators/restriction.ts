import type { LinearOperator, Shape } from '../src/types.js';
import { checkShape, sizeOf } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { onPattern } from '../src/kernels/maps/index.js';
import { checkRho } from './checks.js';

/** y = the entries of x at the given different row-major indices, in the given order. */
export function restriction(shape: Shape, indices: ArrayLike<number>): LinearOperator {
  checkShape('restriction', shape);
  const size = sizeOf(shape), count = indices.length, isKept = new Uint8Array(size);
  if (!count) throw new RangeError('restriction: expected at least one index, got none');
  const kept = Uint32Array.from(indices, index => {
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new RangeError(`restriction: expected indices from 0 to ${size - 1}, got ${index}`);
    if (isKept[index]++) throw new RangeError(`restriction: expected different indices, got ${index} twice`);
    return index;
  });
  const rowPtr = Uint32Array.from({ length: count + 1 }, (_, i) => i);
  return linop({
    name: 'restriction', inShape: shape, outShape: [count],
    ...onPattern({ kind: 'csr', rows: count, cols: size, rowPtr, colIdx: kept, indices: 'regenerated' }, new Float32Array(count).fill(1)),
    normalSolver(rho) {
      checkRho('restriction', rho);
      return (b, out, batch) => { for (let i = 0; i < size * batch; i++) out[i] = b[i]! / (isKept[i % size]! + rho); };
    },
    geometry: true,
    // indices travel as JSON numbers, because a Float32Array holds integers up to 2²⁴ only
    describe: () => ({ kind: 'restriction', args: { shape, indices: Array.from(kept) } }),
  });
}
