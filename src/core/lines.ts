import type { Shape } from '../types.js';

/** A transform of one line in place, and its inverse. */
export interface LineTransform {
  forward(x: Float64Array): void;
  inverse(x: Float64Array): void;
}

/** Runs a transform along each axis of the leading `part` of a row-major array of `shape` (1 or 2 axes), in place. */
export function alongAxes(x: Float64Array, shape: Shape, part: Shape, run: (axis: number) => (line: Float64Array) => void): void {
  const width = shape.at(-1)!, rows = part.length === 2 ? part[0]! : 1, cols = part.at(-1)!, last = part.length - 1, alongRow = run(last);
  for (let r = 0; r < rows; r++) alongRow(x.subarray(r * width, r * width + cols));
  if (part.length === 1) return;
  const column = new Float64Array(rows), alongColumn = run(0);
  for (let c = 0; c < cols; c++) {
    for (let r = 0; r < rows; r++) column[r] = x[r * width + c]!;
    alongColumn(column);
    for (let r = 0; r < rows; r++) x[r * width + c] = column[r]!;
  }
}
