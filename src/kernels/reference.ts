// The slow, obvious twin of every kernel, with the same arguments; sums in f64.
import type { Shape } from '../types.js';
import { sizeOf } from '../core/array.js';
import type { FourierPlan } from '../core/fft.js';
import type { AdamOptions } from './adam.js';
import type { Conv3x3Shape } from './conv3x3.js';
import type { CorrelateShape } from './correlate.js';
import type { MatrixView } from './matrix.js';
import type { SignMatrix } from './signs.js';

export function gemm(a: MatrixView, b: MatrixView, c: MatrixView, accumulate = false): void {
  for (let i = 0; i < c.rows; i++) for (let j = 0; j < c.cols; j++) {
    const at = c.offset + i * c.rowStride + j;
    let sum = accumulate ? c.data[at]! : 0;
    for (let k = 0; k < a.cols; k++)
      sum += a.data[a.offset + i * a.rowStride + k * a.colStride]! * b.data[b.offset + k * b.rowStride + j * b.colStride]!;
    c.data[at] = sum;
  }
}

export function softThreshold(v: Float32Array, theta: number, out: Float32Array): void {
  for (let i = 0; i < v.length; i++) out[i] = Math.sign(v[i]!) * Math.max(Math.abs(v[i]!) - theta, 0);
}

export function thresholdStep(x: Float32Array, u: Float32Array, step: number, theta: number): void {
  softThreshold(x.map((value, i) => value - step * u[i]!), theta, x);
}

export function softThresholdVjp(v: Float32Array, theta: number, g: Float32Array, out: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) {
    const through = Math.abs(v[i]!) > theta ? g[i]! : 0;
    sum -= through * Math.sign(v[i]!);
    out[i] = through;
  }
  return sum;
}

export function rectify(a: Float32Array): void {
  for (let i = 0; i < a.length; i++) if (a[i]! < 0) a[i] = 0;
}

export function rectifyVjp(a: Float32Array, g: Float32Array): void {
  for (let i = 0; i < a.length; i++) if (!(a[i]! > 0)) g[i] = 0;
}

export function addBias(bias: Float32Array, x: Float32Array, batch: number): void {
  const places = x.length / (bias.length * batch);
  for (let i = 0; i < x.length; i++) x[i]! += bias[Math.floor(i / places) % bias.length]!;
}

export function addChannelSums(g: Float32Array, out: Float32Array, batch: number): void {
  const places = g.length / (out.length * batch), sums = new Float64Array(out.length);
  for (let i = 0; i < g.length; i++) sums[Math.floor(i / places) % out.length]! += g[i]!;
  for (let c = 0; c < out.length; c++) out[c]! += sums[c]!;
}

export function axpby(a: number, x: Float32Array, b: number, y: Float32Array, out: Float32Array): void {
  for (let i = 0; i < x.length; i++) out[i] = a * x[i]! + b * y[i]!;
}

export function signsOf(v: Float32Array, out: Float32Array): void {
  for (let i = 0; i < v.length; i++) out[i] = v[i]! < 0 ? -1 : 1;
}

export function clamp(x: Float32Array, limit: number): void {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(limit, Math.max(-limit, x[i]!));
}

export function dot(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

export function adamStep(value: Float32Array, grad: Float32Array, m: Float32Array, v: Float32Array,
  { learningRate, beta1, beta2, epsilon, step }: AdamOptions): void {
  for (let i = 0; i < value.length; i++) {
    m[i] = beta1 * m[i]! + (1 - beta1) * grad[i]!;
    v[i] = beta2 * v[i]! + (1 - beta2) * grad[i]! ** 2;
    value[i]! -= (learningRate * (m[i]! / (1 - beta1 ** step))) / (Math.sqrt(v[i]! / (1 - beta2 ** step)) + epsilon);
  }
}

/** Visits every product h[a, b] x[i + a, j + b] of a valid correlation, by flat indices. */
function correlate(shape: CorrelateShape, visit: (tap: number, x: number, out: number) => void): void {
  const { height, width, taps: [kh, kw], batch } = shape;
  const rows = height - kh + 1, cols = width - kw + 1;
  for (let s = 0; s < batch; s++) for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++)
    for (let a = 0; a < kh; a++) for (let b = 0; b < kw; b++)
      visit(a * kw + b, (s * height + i + a) * width + j + b, (s * rows + i) * cols + j);
}

export function correlateValid(x: Float32Array, h: Float32Array, out: Float32Array, shape: CorrelateShape): void {
  const sums = new Float64Array(out.length);
  correlate(shape, (tap, from, to) => { sums[to]! += h[tap]! * x[from]!; });
  out.set(sums);
}

export function correlateValidAdjoint(g: Float32Array, h: Float32Array, out: Float32Array, shape: CorrelateShape): void {
  const sums = new Float64Array(out.length);
  correlate(shape, (tap, from, to) => { sums[from]! += h[tap]! * g[to]!; });
  out.set(sums);
}

export function correlateValidTaps(x: Float32Array, g: Float32Array, gh: Float32Array, shape: CorrelateShape): void {
  const sums = Float64Array.from(gh);
  correlate(shape, (tap, from, to) => { sums[tap]! += g[to]! * x[from]!; });
  gh.set(sums);
}

/** Visits every product w x of a 3×3 convolution with zero padding 1, by flat indices. */
function convolve(shape: Conv3x3Shape, visit: (w: number, x: number, out: number) => void): void {
  const { channelsIn, channelsOut, height, width, batch } = shape;
  for (let s = 0; s < batch; s++) for (let co = 0; co < channelsOut; co++) for (let ci = 0; ci < channelsIn; ci++)
    for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) for (let t = 0; t < 9; t++) {
      const row = i + Math.floor(t / 3) - 1, col = j + (t % 3) - 1;
      if (row < 0 || row >= height || col < 0 || col >= width) continue;
      const from = ((s * channelsIn + ci) * height + row) * width + col, to = ((s * channelsOut + co) * height + i) * width + j;
      visit((co * channelsIn + ci) * 9 + t, from, to);
    }
}

export function conv3x3(x: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  const sums = new Float64Array(out.length);
  convolve(shape, (tap, from, to) => { sums[to]! += w[tap]! * x[from]!; });
  out.set(sums);
}

export function conv3x3InputGradient(g: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  const sums = new Float64Array(out.length);
  convolve(shape, (tap, from, to) => { sums[from]! += w[tap]! * g[to]!; });
  out.set(sums);
}

export function conv3x3WeightGradient(x: Float32Array, g: Float32Array, gw: Float32Array, shape: Conv3x3Shape): void {
  const sums = Float64Array.from(gw);
  convolve(shape, (tap, from, to) => { sums[tap]! += g[to]! * x[from]!; });
  gw.set(sums);
}

/** In f64 whatever the precision of the kernel. */
export function multiplySigns({ packed, list, count }: SignMatrix, x: Float32Array, out: Float32Array, lanes: number, scale: number): void {
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength), sizes = new Int32Array(list.buffer, list.byteOffset, list.length);
  for (let b = 0; b < count; b++) {
    const [rows, cols, start, col, row] = sizes.subarray(5 * b, 5 * b + 5) as unknown as [number, number, number, number, number];
    for (let i = 0; i < rows; i++) for (let lane = 0; lane < lanes; lane++) {
      let sum = 0;
      for (let j = 0; j < cols; j++) {
        const tile = (i >> 5) * Math.ceil(cols / 4) + (j >> 2), nibble = bytes[start + 16 * tile + (i & 15)]! >> (i & 16 ? 4 : 0);
        sum += (nibble & (1 << (j & 3)) ? -1 : 1) * x[(col + j) * lanes + lane]!;
      }
      out[(row + i) * lanes + lane] = scale * sum;
    }
  }
}

export function multiplyComplex(x: Float32Array, w: Float32Array, conjugate = false): void {
  for (let i = 0; i < x.length; i += 2) {
    const re = w[i % w.length]!, im = (conjugate ? -1 : 1) * w[(i % w.length) + 1]!, [xr, xi] = [x[i]!, x[i + 1]!];
    x[i] = xr * re - xi * im;
    x[i + 1] = xr * im + xi * re;
  }
}

/** The sum written out, along one axis after the other. */
export function fourierPlan32(shape: Shape): FourierPlan<Float32Array> {
  const transform = (sign: 1 | -1) => (x: Float32Array, out: Float32Array, batch = 1): void => {
    let from = Float64Array.from(x);
    for (let axis = 0, inner = sizeOf(shape); axis < shape.length; axis++) {
      const n = shape[axis]!, to = new Float64Array(from.length);
      inner /= n;
      const turns = Float64Array.from({ length: 2 * n }, (_, i) =>
        i % 2 ? sign * Math.sin((-Math.PI * (i - 1)) / n) : Math.cos((Math.PI * i) / n));
      for (let at = 0; at < sizeOf(shape) * batch; at++) {
        const k = Math.floor(at / inner) % n, first = at - k * inner;
        for (let j = 0; j < n; j++) {
          const entry = 2 * (first + j * inner), turn = 2 * ((j * k) % n);
          to[2 * at]! += (from[entry]! * turns[turn]! - from[entry + 1]! * turns[turn + 1]!) / Math.sqrt(n);
          to[2 * at + 1]! += (from[entry]! * turns[turn + 1]! + from[entry + 1]! * turns[turn]!) / Math.sqrt(n);
        }
      }
      from = to;
    }
    out.set(from);
  };
  return { shape, forward: transform(1), inverse: transform(-1) };
}
