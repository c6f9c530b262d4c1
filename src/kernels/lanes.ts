import { scratch } from './memory.js';
import { checkLength, kernels, readable, writable, writeBack } from './wasm.js';

/** Vectors side by side come in multiples of this: the width of the table kernels' smallest block. */
export const laneBlock = 8;

function checkLanes(who: string, length: number, batch: number, lanes: number): number {
  const n = length / lanes;
  if (!Number.isInteger(n) || !(batch >= 1 && batch <= lanes))
    throw new RangeError(`${who}: expected 1 to ${lanes} signals in rows of ${lanes}, got ${batch} in ${length} numbers`);
  return n;
}

/** `batch` signals of n numbers one after the other become n rows of `lanes` ≥ batch; lanes past the batch are left as they are. */
export function toLanes(x: Float32Array, batch: number, out: Float32Array, lanes: number): void {
  const n = checkLanes('toLanes', out.length, batch, lanes);
  checkLength('toLanes: x', x, n * batch);
  scratch(() => {
    const to = readable(out);
    kernels.transpose(readable(x).byteOffset, 4 * n, batch, n, to.byteOffset, 4 * lanes);
    writeBack(to, out);
  });
}

/** The way back. */
export function fromLanes(x: Float32Array, lanes: number, out: Float32Array, batch: number): void {
  const n = checkLanes('fromLanes', x.length, batch, lanes);
  checkLength('fromLanes: out', out, n * batch);
  scratch(() => {
    const to = writable(out);
    kernels.transpose(readable(x).byteOffset, 4 * lanes, n, batch, to.byteOffset, 4 * n);
    writeBack(to, out);
  });
}
