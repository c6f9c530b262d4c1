import type { Boundary, Shape } from '../types.js';
import { formatShape, sizeOf } from './array.js';

/** How the signals of a convolution are extended past their ends, so that a valid correlation does the rest. */
export interface BoundaryPlan {
  /** Height and width of a padded signal; height 1 for 1-D signals. */
  readonly padded: readonly [height: number, width: number];
  /** Per padded entry the entry of the signal that it is copied from; −1 where it is zero. */
  readonly source: Int32Array;
  /** out = each of `batch` signals extended by support − 1 along each axis. */
  pad(x: Float32Array, out: Float32Array, batch: number): void;
  /** out = the adjoint of `pad`: every padded entry is added back to the entry that it was copied from. */
  fold(p: Float32Array, out: Float32Array, batch: number): void;
}

const outside = -1;

/** Where padded entry j comes from along an axis of n; −1 for the zeros of boundary 'zero'. */
function sourceTable(n: number, taps: number, origin: number, kind: Boundary): Int32Array {
  return Int32Array.from({ length: n + taps - 1 }, (_, j) => {
    const i = j - (taps - 1 - origin);
    if (i >= 0 && i < n) return i;
    if (kind === 'zero') return outside;
    const period = kind === 'circular' ? n : 2 * n;
    const wrapped = ((i % period) + period) % period;
    return wrapped < n ? wrapped : period - 1 - wrapped;
  });
}

/**
 * Extends signals of `shape` ([n] or [h, w]) for y[i] = Σ_t w[t] x[i + origin − t] with taps t in `support`:
 * p[j] = x[j − (support − 1 − origin)] past the ends by `kind`, so that y[i] = Σ_s w[support − 1 − s] p[i + s].
 * 'circular' wraps, 'zero' is zero outside, 'reflect' is half-sample symmetric (d c b a | a b c d | d c b a).
 */
export function boundary(shape: Shape, support: Shape, origin: Shape, kind: Boundary): BoundaryPlan {
  if (shape.length < 1 || shape.length > 2 || support.length !== shape.length || origin.length !== shape.length)
    throw new RangeError('boundary: expected shape, support and origin of 1 or 2 axes each, ' +
      `got ${formatShape(shape)}, ${formatShape(support)} and ${formatShape(origin)}`);
  support.forEach((taps, axis) => {
    if (!(taps >= 1 && taps <= shape[axis]!))
      throw new RangeError(`boundary: expected a support within the signal ${formatShape(shape)}, got ${formatShape(support)}`);
    if (!(Number.isInteger(origin[axis]) && origin[axis]! >= 0 && origin[axis]! < taps))
      throw new RangeError(`boundary: expected an origin inside the support ${formatShape(support)}, got ${formatShape(origin)}`);
  });
  const width = shape.at(-1)!, size = sizeOf(shape);
  const columns = sourceTable(width, support.at(-1)!, origin.at(-1)!, kind);
  const rows = shape.length === 2 ? sourceTable(shape[0]!, support[0]!, origin[0]!, kind) : Int32Array.of(0);
  const source = new Int32Array(rows.length * columns.length);
  rows.forEach((row, r) => columns.forEach((column, j) => {
    source[r * columns.length + j] = row === outside || column === outside ? outside : row * width + column;
  }));

  return {
    padded: [rows.length, columns.length],
    source,
    pad(x, out, batch) {
      for (let b = 0, to = 0; b < batch; b++)
        for (let j = 0; j < source.length; j++, to++) out[to] = source[j]! < 0 ? 0 : x[b * size + source[j]!]!;
    },
    fold(p, out, batch) {
      out.fill(0, 0, batch * size);
      for (let b = 0, from = 0; b < batch; b++)
        for (let j = 0; j < source.length; j++, from++) if (source[j]! >= 0) out[b * size + source[j]!]! += p[from]!;
    },
  };
}
