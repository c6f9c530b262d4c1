import type { Pattern } from '../types.js';
import { matrixSize } from '../core/pattern.js';
import { sizeOf } from '../core/array.js';
import { gemm, scratch, temp, transposed, view, type MatrixView } from '../kernels/index.js';
import { patternMap } from '../kernels/maps/index.js';
import { fourierGroups } from './fourier-groups.js';

/** Which product of a matrix: M x, or Mᴴ y. */
export type Direction = 'apply' | 'applyAdjoint';

/**
 * Weights that make outputs together: ‖M(w) x‖² summed over the inputs is Σ over groups and their rows of w_rᵀ G w_r, w_r the
 * weights at the row's places.
 */
export interface RowGroup {
  readonly places: readonly Uint32Array[];
  /** G, row-major, symmetric, in f64. */
  gram(): Float64Array;
}

/** Sums what the rows of a matrix meet over any number of batches of inputs. */
export interface RowGroups {
  add(input: Float32Array, batch: number): void;
  groups(): readonly RowGroup[];
}

const range = (length: number, first = 0, step = 1): Uint32Array => Uint32Array.from({ length }, (_, i) => first + i * step);

/** G += V Vᵀ for V of n rows: a product in f32 for each batch, summed in f64. */
function gramSum(n: number) {
  const sum = new Float64Array(n * n);
  return {
    add: (v: MatrixView): void => scratch(() => {
      const own = temp(n * n);
      gemm(v, transposed(v), view(own, n, n));
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) sum[i * n + j]! += own[i * n + j]!;
    }),
    value(): Float64Array {
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum[j * n + i] = sum[i * n + j]!;
      return sum;
    },
  };
}

function blockGroups(pattern: Pattern & { kind: 'blocks' }, direction: Direction): RowGroups {
  const ahead = direction === 'apply', { rows, cols } = matrixSize(pattern), width = ahead ? cols : rows;
  let weight = 0, at = 0;
  const sums = (pattern.shared ? pattern.blocks.slice(0, 1) : pattern.blocks).map(block => {
    const first = weight, inputs = ahead ? block.cols : block.rows, outputs = ahead ? block.rows : block.cols;
    weight += block.rows * block.cols;
    return {
      ...gramSum(inputs),
      places: Array.from({ length: outputs }, (_, r) => (ahead ? range(inputs, first + r * inputs) : range(inputs, first + r, outputs))),
    };
  });
  const inputs = pattern.blocks.map((block, b) => {
    const count = ahead ? block.cols : block.rows, from = at;
    at += count;
    return { count, from, sum: sums[pattern.shared ? 0 : b]! };
  });
  return {
    add(input, batch) {
      for (const { count, from, sum } of inputs) sum.add(transposed(view(input, batch, count, width, from)));
    },
    groups: () => sums.map(({ places, value }) => ({ places, gram: value })),
  };
}

/** Rows of a sparse matrix meet inputs of their own: the inputs are kept, and each Gram matrix is made when it is asked for. */
function sparseGroups({ rows, cols, rowPtr, colIdx }: Pattern & { kind: 'csr' }, direction: Direction): RowGroups {
  const ahead = direction === 'apply', width = ahead ? cols : rows, kept: Float32Array[] = [];
  const places: number[][] = Array.from({ length: ahead ? rows : cols }, () => []), lines: number[][] = places.map(() => []);
  for (let i = 0; i < rows; i++) for (let at = rowPtr[i]!; at < rowPtr[i + 1]!; at++) {
    const output = ahead ? i : colIdx[at]!;
    places[output]!.push(at);
    lines[output]!.push(ahead ? colIdx[at]! : i);
  }
  function gram(own: readonly number[]): Float64Array {
    const sum = gramSum(own.length);
    for (const input of kept) scratch(() => {
      const count = input.length / width, v = temp(own.length * count);
      own.forEach((line, k) => { for (let b = 0; b < count; b++) v[k * count + b] = input[b * width + line]!; });
      sum.add(view(v, own.length, count));
    });
    return sum.value();
  }
  return {
    add(input, batch) { kept.push(input.slice(0, batch * width)); },
    groups: () => places.flatMap((own, r) => (own.length ? [{ places: [Uint32Array.from(own)], gram: () => gram(lines[r]!) }] : [])),
  };
}

/** A convolution: the inputs under each tap, at every place of every signal. */
function convolutionGroups(pattern: Pattern & { kind: 'toeplitz' }, direction: Direction): RowGroups {
  const { channels = { in: 1, out: 1 }, ...single } = pattern, ahead = direction === 'apply';
  const size = sizeOf(pattern.shape), taps = sizeOf(pattern.support), map = patternMap(single);
  const from = ahead ? channels.in : channels.out, to = ahead ? channels.out : channels.in;
  const n = from * taps, sum = gramSum(n), units = Array.from({ length: taps }, (_, t) => new Float32Array(taps).fill(1, t, t + 1));
  return {
    add(input, batch) {
      for (let b = 0; b < batch; b++) scratch(() => {
        const under = temp(n * size);
        for (let c = 0; c < from; c++) {
          const channel = input.subarray((b * from + c) * size, (b * from + c + 1) * size);
          units.forEach((unit, t) => map[direction](unit, channel, under.subarray((c * taps + t) * size, (c * taps + t + 1) * size), 1));
        }
        sum.add(view(under, n, size));
      });
    },
    groups: () => [{
      gram: sum.value,
      // Weights lie out × in × taps.
      places: Array.from({ length: to }, (_, r) => (ahead ? range(n, r * n)
        : range(n).map(k => (Math.floor(k / taps) * channels.in + r) * taps + (k % taps)))),
    }],
  };
}

function identityGroups(size: number): RowGroups {
  const sums = new Float64Array(size);
  return {
    add(input, batch) { for (let k = 0; k < size * batch; k++) sums[k % size]! += input[k]! ** 2; },
    groups: () => Array.from(sums, (value, k) => ({ places: [Uint32Array.of(k)], gram: () => Float64Array.of(value) })),
  };
}

/** The groups of a matrix by its pattern and the direction it is used in. */
export function rowGroups(pattern: Pattern, direction: Direction): RowGroups {
  switch (pattern.kind) {
    case 'dense': return blockGroups({ kind: 'blocks', blocks: [pattern], shared: false }, direction);
    case 'blocks': return blockGroups(pattern, direction);
    case 'csr': return sparseGroups(pattern, direction);
    case 'toeplitz': return convolutionGroups(pattern, direction);
    case 'diagonal': return pattern.basis === 'identity' ? identityGroups(pattern.size) : fourierGroups(pattern, direction);
  }
}
