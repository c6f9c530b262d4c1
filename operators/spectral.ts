import type { Shape } from '../src/types.js';
import { sizeOf } from '../src/core/array.js';
import { fourierPlan } from '../src/core/fft.js';
import { fastLength, inParts, multiplyComplex, realFourierPlan32, resident, temp } from '../src/kernels/index.js';

/** Convolution with the real kernel of a given spectrum: out = crop Re Fᴴ diag(H) F embed x; `adjoint` takes conj H. */
export type SpectralFilter = (x: Float32Array, out: Float32Array, batch: number, adjoint?: boolean) => void;

/**
 * H of the kernel that has h[t] at entry (t − origin) of a periodic `grid`: interleaved complex, not normalised, so that
 * y[i] = Σ_t h[t] x[i + origin − t] is diag(H) in the Fourier basis.
 */
export function spectrum(taps: Float32Array, support: Shape, origin: Shape, grid: Shape): Float64Array {
  const size = sizeOf(grid), H = new Float64Array(2 * size);
  forEachEntry(support, (t, index) => {
    const at = index.reduce((sum, i, axis) => sum * grid[axis]! + ((i - origin[axis]! + grid[axis]!) % grid[axis]!), 0);
    H[2 * at]! += taps[t]!;
  });
  fourierPlan(grid).forward(H, H);
  const unnormalized = Math.sqrt(size);
  return H.map(value => value * unnormalized);
}

/** A grid of at least `shape` on which transforms of real signals are fast. */
export const fastGrid = (shape: Shape): Shape =>
  shape.map((n, axis) => (axis === shape.length - 1 ? 2 * fastLength(Math.ceil(n / 2)) : fastLength(n)));

/** Filters real signals of `shape` on a `grid` at least as large, zero-padded; f32 inside. */
export function spectralFilter(H: Float64Array, shape: Shape, grid: Shape): SpectralFilter {
  const plan = realFourierPlan32(grid), response = resident(Float32Array.from(H)), size = sizeOf(shape), gridSize = sizeOf(grid);
  const width = shape.at(-1)!, rows = size / width, gridWidth = grid.at(-1)!;
  return (x, out, batch, adjoint = false) => inParts(grid, batch, (first, count) => {
    const X = temp(2 * gridSize * count), padded = temp(gridSize * count).fill(0);
    const eachRow = (visit: (signals: number, padded: number) => void): void => {
      for (let b = 0; b < count; b++) for (let i = 0; i < rows; i++)
        visit((first + b) * size + i * width, b * gridSize + i * gridWidth);
    };
    eachRow((from, to) => padded.set(x.subarray(from, from + width), to));
    plan.forward(padded, X, count);
    multiplyComplex(X, response, adjoint);
    plan.adjoint(X, padded, count);
    eachRow((to, from) => out.set(padded.subarray(from, from + width), to));
  });
}

/** Visits the entries of a shape in row-major order with their index along every axis. */
function forEachEntry(shape: Shape, visit: (i: number, index: readonly number[]) => void): void {
  const index = shape.map(() => 0);
  for (let i = 0; i < sizeOf(shape); i++) {
    visit(i, index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
}
