import type { Shape } from '../src/types.js';
import { sizeOf } from '../src/core/array.js';
import { fourierPlan } from '../src/core/fft.js';

/** Convolution with the real kernel of a given spectrum: out = crop Fᴴ diag(H) F embed x; `adjoint` takes conj H. */
export type SpectralFilter = (H: Float64Array, x: Float32Array, out: Float32Array, batch: number, adjoint?: boolean) => void;

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

/** Filters real signals of `shape` on a `grid` at least as large, zero-padded; two signals at a time, as real and imaginary part. */
export function spectralFilter(shape: Shape, grid: Shape): SpectralFilter {
  const plan = fourierPlan(grid), size = sizeOf(shape), work = new Float64Array(2 * sizeOf(grid));
  const place = new Uint32Array(size);
  forEachEntry(shape, (i, index) => { place[i] = 2 * index.reduce((sum, j, axis) => sum * grid[axis]! + j, 0); });
  return (H, x, out, batch, adjoint = false) => {
    const sign = adjoint ? -1 : 1;
    for (let b = 0; b < batch; b += 2) {
      const first = b * size, second = b + 1 < batch ? first + size : -1;
      work.fill(0);
      for (let i = 0; i < size; i++) {
        work[place[i]!] = x[first + i]!;
        if (second >= 0) work[place[i]! + 1] = x[second + i]!;
      }
      plan.forward(work, work);
      for (let k = 0; k < work.length; k += 2) {
        const re = work[k]!, im = work[k + 1]!, hRe = H[k]!, hIm = sign * H[k + 1]!;
        work[k] = re * hRe - im * hIm;
        work[k + 1] = re * hIm + im * hRe;
      }
      plan.inverse(work, work);
      for (let i = 0; i < size; i++) {
        out[first + i] = work[place[i]!]!;
        if (second >= 0) out[second + i] = work[place[i]! + 1]!;
      }
    }
  };
}

/** Visits the entries of a shape in row-major order with their index along every axis. */
function forEachEntry(shape: Shape, visit: (i: number, index: readonly number[]) => void): void {
  const index = shape.map(() => 0);
  for (let i = 0; i < sizeOf(shape); i++) {
    visit(i, index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
}
