import type { LinearOperator, Shape } from '../src/types.js';
import { checkShape, formatShape } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { onPattern } from '../src/kernels/maps/index.js';
import { checkCounts } from './checks.js';

/**
 * Cuts images [h, w] into square blocks, [count, size²], row by row; what is missing at the right and at the bottom is zero. The adjoint puts
 * blocks together again, so that AᵀA = I. With kroneckerIdentity(count, Φ) it measures an image block by block.
 */
export function imageBlocks(shape: Shape, size: number): LinearOperator {
  checkShape('imageBlocks', shape);
  checkCounts('imageBlocks', { size });
  if (shape.length !== 2) throw new RangeError(`imageBlocks: expected an image [h,w], got ${formatShape(shape)}`);
  const [h, w] = shape as [number, number],
    across = Math.ceil(w / size),
    count = across * Math.ceil(h / size),
    area = size * size;
  const rowPtr = new Uint32Array(count * area + 1),
    colIdx = new Uint32Array(h * w);
  for (let at = 0, used = 0; at < count * area; at++) {
    const block = Math.floor(at / area),
      i = Math.floor(block / across) * size + Math.floor((at % area) / size),
      j = (block % across) * size + (at % size);
    if (i < h && j < w) colIdx[used++] = i * w + j;
    rowPtr[at + 1] = used;
  }
  return linop({
    name: 'image-blocks',
    inShape: shape,
    outShape: [count, area],
    ...onPattern(
      { kind: 'csr', rows: count * area, cols: h * w, rowPtr, colIdx, indices: 'regenerated' },
      new Float32Array(h * w).fill(1),
    ),
    geometry: true,
    describe: () => ({ kind: 'image-blocks', args: { shape, size } }),
  });
}
