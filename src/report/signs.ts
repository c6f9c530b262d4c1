import type { OneBitMatrix, Pattern, Tensor } from '../types.js';
import { unpackCodes } from '../binary/bits.js';
import { sizeOf, tensor } from '../core/array.js';
import { weightCount } from '../core/pattern.js';

/** Calls back with the place of every weight. */
type Visit = (place: (row: number, col: number, weight: number) => void) => void;

interface Layout {
  readonly rows: number;
  readonly cols: number;
  readonly visit: Visit;
}

const grid = (rows: number, cols: number): Layout => ({
  rows,
  cols,
  visit(place) {
    for (let i = 0; i < rows * cols; i++) place(Math.floor(i / cols), i % cols, i);
  },
});

function blocksLayout(blocks: readonly { readonly rows: number; readonly cols: number }[]): Layout {
  const sum = (of: 'rows' | 'cols'): number => blocks.reduce((total, block) => total + block[of], 0);
  return {
    rows: sum('rows'),
    cols: sum('cols'),
    visit(place) {
      let row = 0, col = 0, first = 0;
      for (const block of blocks) {
        const { rows, cols, visit } = grid(block.rows, block.cols);
        visit((r, c, i) => place(row + r, col + c, first + i));
        row += rows;
        col += cols;
        first += rows * cols;
      }
    },
  };
}

/** A tile of taps for each pair of channels, a pixel apart: output channels downwards, or near a square of one channel's. */
function tapsLayout({ support, channels }: Extract<Pattern, { kind: 'toeplitz' }>): Layout {
  const width = support.at(-1)!, height = sizeOf(support) / width, taps = width * height;
  const { in: from, out } = channels ?? { in: 1, out: 1 };
  const tiles = out * from, across = Math.min(out, from) > 1 ? from : Math.ceil(Math.sqrt(tiles));
  return {
    rows: Math.ceil(tiles / across) * (height + 1) - 1,
    cols: across * (width + 1) - 1,
    visit(place) {
      for (let tile = 0; tile < tiles; tile++) {
        const row = Math.floor(tile / across) * (height + 1), col = (tile % across) * (width + 1);
        for (let t = 0; t < taps; t++) place(row + Math.floor(t / width), col + (t % width), tile * taps + t);
      }
    },
  };
}

/** The frequency plane with the zero frequency in the middle; axes before the last two one below the other. */
function fourierLayout({ shape, support }: Extract<Pattern, { basis: 'fourier' }>): Layout {
  const n = sizeOf(shape), width = shape.at(-1)!, height = shape.at(-2) ?? 1;
  return {
    rows: n / width,
    cols: width,
    visit(place) {
      for (let i = 0, weight = 0; i < n; i++) {
        if (support && !support[i]) continue;
        const row = Math.floor(i / width), plane = Math.floor(row / height) * height;
        place(plane + ((row - plane + (height >> 1)) % height), ((i % width) + (width >> 1)) % width, weight++);
      }
    },
  };
}

function layoutOf(pattern: Pattern): Layout {
  switch (pattern.kind) {
    case 'dense': return grid(pattern.rows, pattern.cols);
    case 'blocks': return blocksLayout(pattern.shared ? pattern.blocks.slice(0, 1) : pattern.blocks);
    case 'toeplitz': return tapsLayout(pattern);
    case 'diagonal': return pattern.basis === 'fourier' ? fourierLayout(pattern) : grid(1, pattern.size);
    case 'csr': return {
      rows: pattern.rows,
      cols: pattern.cols,
      visit(place) {
        for (let row = 0; row < pattern.rows; row++)
          for (let i = pattern.rowPtr[row]!; i < pattern.rowPtr[row + 1]!; i++) place(row, pattern.colIdx[i]!, i);
      },
    };
  }
}

/**
 * The signs on their mask, [h,w]: −1, 0, +1, and NaN off the mask. Matrices as they stand (a shared block once), convolutions
 * as tiles of taps (out × in, near a square where one of them is 1), Fourier filters as the frequency plane around zero. Above
 * `largest` pixels a side, a pixel is the mean of the weights of a square.
 */
export function signsPicture(matrix: OneBitMatrix, largest = 600): Tensor {
  const { rows, cols, visit } = layoutOf(matrix.pattern);
  const codes = new Float32Array(weightCount(matrix.pattern));
  unpackCodes(matrix, 1, codes);
  const factor = Math.ceil(Math.max(rows, cols) / largest), height = Math.ceil(rows / factor), width = Math.ceil(cols / factor);
  const sums = new Float32Array(height * width), counts = new Uint32Array(height * width);
  visit((row, col, weight) => {
    const at = Math.floor(row / factor) * width + Math.floor(col / factor);
    sums[at]! += codes[weight]!;
    counts[at]!++;
  });
  return tensor(sums.map((sum, i) => (counts[i] ? sum / counts[i]! : NaN)), [height, width]);
}
