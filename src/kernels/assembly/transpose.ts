// Signals one after the other ↔ signals side by side.
import { transpose4 } from './pack';

/** out[j, i] = x[i, j] for i < rows, j < cols; rows of x and of out lie xRow and outRow bytes apart. */
export function transpose(x: usize, xRow: usize, rows: i32, cols: i32, out: usize, outRow: usize): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4, x += 4 * xRow, out += 16) transpose4(x, xRow, out, outRow, cols);
  for (; i < rows; i++, x += xRow, out += 4)
    for (let j = 0, p = x, q = out; j < cols; j++, p += 4, q += outRow) f32.store(q, f32.load(p));
}
