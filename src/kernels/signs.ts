import type { BlockSizes } from '../core/pattern.js';
import { laneBlock } from './lanes.js';
import { alloc, contains, free, scratch } from './memory.js';
import { resident } from './resident.js';
import { checkApart, checkLength, kernels, readable, room, writable, writeBack } from './wasm.js';

/** Block-diagonal ±1 in the layout of the sign kernels (assembly/sign-sums.ts): a bit an entry, blocks padded to 32 rows and 4 columns. */
export interface SignMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly packed: Float32Array;
  /** Five i32 a block (assembly/sign-blocks.ts). */
  readonly list: Float32Array;
  readonly count: number;
  /** Bytes of scratch that a product with one vector needs, and with several side by side. */
  readonly work: { readonly one: number; readonly many: number };
  /** Every block that has bits of its own, and the byte where they start. */
  readonly sources: readonly (BlockSizes & { readonly start: number })[];
  readonly transposed: boolean;
}

/**
 * How a product with one vector is computed. 'standard': its numbers are rounded to 14 bits of the largest, an error near 1e-4
 * of the result's norm unless few numbers dwarf the others; 'fast': sums of 4 are rounded to 8 bits, near 1e-2; 'exact': f32.
 * Several vectors at once are exact.
 */
export type Precision = 'exact' | 'standard' | 'fast';

/** The kernels' numbers for them. */
export const kinds = { standard: 0, fast: 1, exact: 2 } as const;

/** Products with one vector run one at a time and share their tables' memory. */
let workspace = alloc(0);
function workspaceOf(bytes: number): number {
  if (workspace.byteLength < bytes) {
    free(workspace);
    workspace = alloc(0);
    workspace = inside(alloc(bytes / 4));
  }
  return workspace.byteOffset;
}

/** Throws where the kernels' memory was full and gave an ordinary array, which has no address there. */
function inside(array: Float32Array): Float32Array {
  if (!contains(array)) throw new RangeError(`kernels: expected room for ${array.length} numbers in memory, got none; free arrays`);
  return array;
}

/** Room for the blocks of a matrix, or of its transpose, all +1 until `setSigns`. Blocks with the same `first` share their bits. */
export function signMatrix(blocks: readonly BlockSizes[], transposed = false): SignMatrix {
  const list = new Int32Array(5 * blocks.length), starts = new Map<number, number>();
  let bytes = 0, row = 0, col = 0, one = 0, many = 0;
  const sources = blocks.flatMap((block, b) => {
    const { rows, cols, first } = block, [height, width] = transposed ? [cols, rows] : [rows, cols], known = starts.get(first), start = known ?? bytes;
    list.set([height, width, start, col, row], 5 * b);
    row += height;
    col += width;
    one = Math.max(one, kernels.signGemvScratch(width));
    many = Math.max(many, kernels.signGemmScratch(height));
    if (known !== undefined) return [];
    starts.set(first, start);
    bytes += Math.ceil(height / 32) * Math.ceil(width / 4) * 16;
    return [{ ...block, start }];
  });
  return {
    rows: row, cols: col, work: { one, many }, count: blocks.length, sources, transposed,
    packed: inside(resident(new Float32Array(bytes / 4))), list: inside(resident(new Float32Array(list.buffer))),
  };
}

/** S = sign(w), in the row order of the matrix that was not transposed; −0 counts as negative. */
export function setSigns({ packed, sources, transposed }: SignMatrix, w: Float32Array): void {
  const pack = transposed ? kernels.packSignsTransposed : kernels.packSigns;
  for (const { rows, cols, first, start } of sources) {
    if (first + rows * cols > w.length) throw new RangeError(`setSigns: expected ${first + rows * cols} weights, got ${w.length}`);
    scratch(() => pack(readable(w.subarray(first, first + rows * cols)).byteOffset, rows, cols, packed.byteOffset + start));
  }
}

/**
 * out = scale · S x for `lanes` vectors side by side: x is cols × lanes, out rows × lanes, another array; lanes is 1 or a multiple
 * of 8. Where a number of one vector is not finite, tables make all of a block's rows NaN.
 */
export function multiplySigns({ rows, cols, packed, list, count, work }: SignMatrix, x: Float32Array, out: Float32Array, lanes: number,
  scale: number, precision: Precision = 'standard'): void {
  checkLength('multiplySigns: x', x, cols * lanes);
  checkLength('multiplySigns: out', out, rows * lanes);
  checkApart('multiplySigns', x, out);
  if (lanes !== 1 && (lanes < 1 || lanes % laneBlock))
    throw new RangeError(`multiplySigns: expected 1 vector or a multiple of ${laneBlock}, got ${lanes}`);
  const multiply = (from: Float32Array, to: Float32Array, width: number, space: number): void => kernels.signBlocks(
    width > 1 ? kinds.exact : kinds[precision], list.byteOffset, count, packed.byteOffset, from.byteOffset, to.byteOffset, width, scale, space);
  // Tables for several vectors are as large as a first-level cache, and no longer there than their product.
  const run = (from: Float32Array, to: Float32Array, width: number): void =>
    (width > 1 ? scratch(() => multiply(from, to, width, room(work.many / 4).byteOffset)) : multiply(from, to, width, workspaceOf(work.one)));
  if (lanes === 1 && precision === 'exact') return scratch(() => {
    const from = room(cols * laneBlock).fill(0), to = room(rows * laneBlock);
    for (let k = 0; k < cols; k++) from[k * laneBlock] = x[k]!;
    run(from, to, laneBlock);
    for (let i = 0; i < rows; i++) out[i] = to[i * laneBlock]!;
  });
  if (contains(x) && contains(out)) return run(x, out, lanes);
  scratch(() => {
    const to = writable(out);
    run(readable(x), to, lanes);
    writeBack(to, out);
  });
}
