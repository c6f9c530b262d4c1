import type { Pattern } from '../types.js';
import { fromLanes, toLanes } from './lanes.js';
import { contains, scratch } from './memory.js';
import { resident } from './resident.js';
import { kernels, readable, room, writeBack } from './wasm.js';

/** A sparse f32 matrix on signals one after the other; any weights on its pattern. */
export interface CsrProduct {
  /** Whether signals are not too long, and lists and weights lie in the kernels' memory, or these can be copied there for a call; nothing else works without. */
  fits(w: Float32Array): boolean;
  apply(w: Float32Array, x: Float32Array, out: Float32Array, batch: number): void;
  applyAdjoint(w: Float32Array, y: Float32Array, out: Float32Array, batch: number): void;
  /** gw += Σ over the batch of y x on the pattern. */
  addGradient(x: Float32Array, y: Float32Array, gw: Float32Array, batch: number): void;
}

/** Signals that are laid side by side at once, so that an entry is one multiplication for four of them. */
const mostTogether = 16;
/** Numbers, of inputs and outputs together, that are laid side by side at once: 16 MiB of the 32 that the smallest memory keeps for temporaries. */
const mostNumbers = 2 ** 22;
/** Most weights that are copied for one call. */
const mostCopied = 2 ** 22;

export function csrProduct({ rows, cols, rowPtr, colIdx }: Pattern & { kind: 'csr' }): CsrProduct {
  const together = Math.min(mostTogether, 4 * Math.floor(mostNumbers / (4 * (rows + cols))));
  let lists: readonly Float32Array[] | undefined;
  const words = (list: Uint32Array): Float32Array => resident(new Float32Array(list.buffer, list.byteOffset, list.length));
  const places = (): [rowPtr: number, colIdx: number] =>
    (lists ??= [words(rowPtr), words(colIdx)]).map(({ byteOffset }) => byteOffset) as [number, number];
  const wide = (count: number): number => Math.ceil(count / 4) * 4;
  /** Calls with the part of a batch that starts at a signal, and how many signals it has. */
  function inParts(batch: number, run: (first: number, count: number) => void): void {
    for (let first = 0; first < batch; first += together) scratch(() => run(first, Math.min(together, batch - first)));
  }
  function sideBySide(x: Float32Array, size: number, first: number, count: number): number {
    const lanes = room(size * wide(count));
    if (count % 4) lanes.fill(0);
    toLanes(x.subarray(first * size, (first + count) * size), count, lanes, wide(count));
    return lanes.byteOffset;
  }
  const putBack = (lanes: Float32Array, out: Float32Array, size: number, first: number, count: number): void =>
    fromLanes(lanes, wide(count), out.subarray(first * size, (first + count) * size), count);
  return {
    fits(w) {
      if (together < 1) return false;
      places();
      return lists!.every(contains) && (contains(w) || w.length <= mostCopied);
    },
    apply: (w, x, out, batch) => inParts(batch, (first, count) => {
      const result = room(rows * wide(count));
      kernels.csr(...places(), readable(w).byteOffset, sideBySide(x, cols, first, count), result.byteOffset, rows, wide(count));
      putBack(result, out, rows, first, count);
    }),
    applyAdjoint: (w, y, out, batch) => inParts(batch, (first, count) => {
      const result = room(cols * wide(count)).fill(0);
      kernels.csrAdjoint(...places(), readable(w).byteOffset, sideBySide(y, rows, first, count), result.byteOffset, rows, wide(count));
      putBack(result, out, cols, first, count);
    }),
    addGradient: (x, y, gw, batch) => inParts(batch, (first, count) => {
      const sums = readable(gw);
      kernels.csrGradient(...places(), sideBySide(x, cols, first, count), sideBySide(y, rows, first, count), sums.byteOffset, rows, wide(count));
      writeBack(sums, gw);
    }),
  };
}
