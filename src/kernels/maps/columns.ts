import type { PatternMap, Shape } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { boundary } from '../../core/boundary.js';
import { gemm, scratch, temp, transposed, view } from '../index.js';
import type { ChannelPattern } from './channels.js';

interface Columns {
  /** out[c, t, i] = the entry of channel c under tap t of output i: taps × size numbers a channel. */
  write(x: Float32Array, channels: number, out: Float32Array): void;
  /** The adjoint of `write`, added to x. */
  addBack(columns: Float32Array, channels: number, x: Float32Array): void;
}

/** Stretches of a column that follow one another in the signal, for all taps: to, from, length. The rest is zero. */
function stretches({ shape, support, boundary: kind }: ChannelPattern, origin: Shape): Int32Array {
  const size = sizeOf(shape), taps = sizeOf(support), width = shape.at(-1)!, tapsWide = support.at(-1)!;
  const { source, padded: [, row] } = boundary(shape, support, origin, kind), found: number[] = [];
  for (let t = 0, at = 0; t < taps; t++)
    for (let i = 0, s = taps - 1 - t, next = -1; i < size; i++, at++) {
      const from = source[(Math.floor(i / width) + Math.floor(s / tapsWide)) * row + (i % width) + (s % tapsWide)]!;
      if (from >= 0 && from === next) found[found.length - 1]!++;
      else if (from >= 0) found.push(at, from, 1);
      next = from < 0 ? -1 : from + 1;
    }
  return Int32Array.from(found);
}

function columnsOf(pattern: ChannelPattern, origin: Shape): Columns {
  const runs = stretches(pattern, origin), size = sizeOf(pattern.shape), high = sizeOf(pattern.support) * size;
  return {
    write(x, channels, out) {
      out.fill(0);
      for (let c = 0; c < channels; c++) for (let k = 0; k < runs.length; k += 3) {
        const from = c * size + runs[k + 1]!;
        out.set(x.subarray(from, from + runs[k + 2]!), c * high + runs[k]!);
      }
    },
    addBack(columns, channels, x) {
      for (let c = 0; c < channels; c++) for (let k = 0; k < runs.length; k += 3)
        for (let from = c * high + runs[k]!, to = c * size + runs[k + 1]!, end = from + runs[k + 2]!; from < end; from++, to++) x[to]! += columns[from]!;
    },
  };
}

/** A convolution of channels with any support and boundary: every output's neighbourhood becomes a column, and it a matrix product. */
export function columnsMap(pattern: ChannelPattern): PatternMap {
  const { channels, shape, support, origin } = pattern, size = sizeOf(shape), taps = sizeOf(support);
  const depth = channels.in * taps, depthBack = channels.out * taps, inSize = channels.in * size, outSize = channels.out * size;
  const ahead = columnsOf(pattern, origin);
  // The adjoint is a convolution itself, with turned kernels, unless ends are reflected.
  const back = pattern.boundary === 'reflect' ? undefined : columnsOf(pattern, origin.map((o, axis) => support[axis]! - 1 - o));
  const turned = (w: Float32Array): Float32Array => {
    const out = temp(w.length);
    for (let o = 0, at = 0; o < channels.out; o++) for (let i = 0; i < channels.in; i++) for (let t = 0; t < taps; t++, at++)
      out[(i * channels.out + o) * taps + taps - 1 - t] = w[at]!;
    return out;
  };
  const each = (batch: number, rows: number, run: (b: number, columns: Float32Array) => void): void => scratch(() => {
    const columns = temp(rows * size);
    for (let b = 0; b < batch; b++) run(b, columns);
  });
  const signal = (x: Float32Array, length: number, b: number): Float32Array => x.subarray(b * length, (b + 1) * length);
  return {
    pattern, inSize, outSize, count: depth * channels.out,
    apply: (w, x, out, batch) => each(batch, depth, (b, columns) => {
      ahead.write(signal(x, inSize, b), channels.in, columns);
      gemm(view(w, channels.out, depth), view(columns, depth, size), view(out, channels.out, size, size, b * outSize));
    }),
    applyAdjoint: (w, y, out, batch) => scratch(() => {
      const weights = back ? turned(w) : w;
      if (!back) out.fill(0, 0, batch * inSize);
      each(batch, back ? depthBack : depth, (b, columns) => {
        if (back) {
          back.write(signal(y, outSize, b), channels.out, columns);
          gemm(view(weights, channels.in, depthBack), view(columns, depthBack, size), view(out, channels.in, size, size, b * inSize));
        } else {
          gemm(transposed(view(w, channels.out, depth)), view(y, channels.out, size, size, b * outSize), view(columns, depth, size));
          ahead.addBack(columns, channels.in, signal(out, inSize, b));
        }
      });
    }),
    addGradient: (x, y, gw, batch) => each(batch, depth, (b, columns) => {
      ahead.write(signal(x, inSize, b), channels.in, columns);
      gemm(view(y, channels.out, size, size, b * outSize), transposed(view(columns, depth, size)), view(gw, channels.out, depth), true);
    }),
  };
}
