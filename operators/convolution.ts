import type { Boundary, LinearOperator, Pattern, Shape, Tensor } from '../src/types.js';
import { checkFinite, checkShape, flat, formatShape, tensor } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { onPattern } from '../src/kernels/maps/index.js';
import { checkName, checkRho } from './checks.js';
import { fastGrid, spectralFilter, spectrum } from './spectral.js';

export interface ConvolutionOptions {
  /** How x goes on past its ends: 'circular' wraps, 'zero', or 'reflect' (half-sample symmetric: d c b a | a b c d | d c b a). */
  boundary?: Boundary;
  /** 'fft' costs the same for every kernel size and takes 'circular' and 'zero' only. */
  method?: 'direct' | 'fft';
  /** The tap that multiplies x[i] itself; floor(k/2) along each axis unless given. */
  origin?: Shape;
}

function kernelTensor(kernel: Tensor | readonly number[] | readonly (readonly number[])[]): Tensor {
  if (!Array.isArray(kernel)) return kernel as Tensor;
  if (!Array.isArray(kernel[0])) return tensor(kernel as number[]);
  const rows = kernel as readonly (readonly number[])[], cols = rows[0]!.length;
  const odd = rows.findIndex(row => row.length !== cols);
  if (odd >= 0) throw new RangeError(`convolution: expected kernel rows of ${cols} taps, got ${rows[odd]!.length} in row ${odd}`);
  return tensor(rows.flat(), [rows.length, cols]);
}

/**
 * y[i] = Σ_t h[t] x[i + origin − t] on signals of `shape` ([n] or [h, w]), same size out. The kernel has as many axes as the
 * signal and is nowhere longer than it. A circular convolution has a closed-form normal solver.
 */
export function convolution(
  kernel: Tensor | readonly number[] | readonly (readonly number[])[], shape: Shape,
  { boundary = 'circular', method = 'direct', origin }: ConvolutionOptions = {},
): LinearOperator {
  checkShape('convolution', shape);
  checkName('convolution', 'boundary', boundary, ['circular', 'zero', 'reflect']);
  checkName('convolution', 'method', method, ['direct', 'fft']);
  const given = kernelTensor(kernel), support = [...given.shape], taps = flat(given).slice();
  if (shape.length > 2 || support.length !== shape.length)
    throw new RangeError(`convolution: expected a signal of 1 or 2 axes and a kernel of as many, got ${formatShape(shape)} and ${formatShape(support)}`);
  if (support.some((k, axis) => k > shape[axis]!))
    throw new RangeError(`convolution: expected a kernel no longer than the signal ${formatShape(shape)}, got ${formatShape(support)}`);
  checkFinite('convolution: kernel', taps);
  const centre = origin ? [...origin] : support.map(k => Math.floor(k / 2));
  if (centre.length !== support.length || !centre.every((o, axis) => Number.isInteger(o) && o >= 0 && o < support[axis]!))
    throw new RangeError(`convolution: expected an origin inside the kernel ${formatShape(support)}, got ${formatShape(centre)}`);
  if (method === 'fft' && boundary === 'reflect')
    throw new RangeError("convolution: expected boundary 'circular' or 'zero' for method 'fft', got 'reflect'; use method 'direct'");

  const pattern: Pattern = { kind: 'toeplitz', shape: [...shape], support, origin: centre, boundary };
  return linop({
    name: 'convolution', inShape: shape, outShape: shape,
    ...onPattern(pattern, taps),
    ...(method === 'fft' && byFourier(taps, shape, support, centre, boundary)),
    ...(boundary === 'circular' && { normalSolver: circularNormalSolver(taps, shape, support, centre) }),
    describe: () => ({ kind: 'convolution', args: { shape, support, boundary, method, origin: centre }, arrays: { kernel: taps.slice() } }),
  });
}

/** On the signal's own grid where it wraps, else on one with room for the taps that reach past the ends. */
function byFourier(
  taps: Float32Array, shape: Shape, support: Shape, origin: Shape, boundary: Boundary,
): Pick<LinearOperator, 'apply' | 'applyAdjoint'> {
  const reach = support.map((k, axis) => Math.max(origin[axis]!, k - 1 - origin[axis]!));
  const grid = boundary === 'circular' ? shape : fastGrid(shape.map((n, axis) => n + reach[axis]!));
  const filter = spectralFilter(spectrum(taps, support, origin, grid), shape, grid);
  return {
    apply: (x, out, batch) => filter(x, out, batch),
    applyAdjoint: (y, out, batch) => filter(y, out, batch, true),
  };
}

/** (AᴴA + rho I)⁻¹ is diagonal in the Fourier basis: 1 / (|H|² + rho). */
function circularNormalSolver(taps: Float32Array, shape: Shape, support: Shape, origin: Shape): Required<LinearOperator>['normalSolver'] {
  return rho => {
    checkRho('convolution', rho);
    const H = spectrum(taps, support, origin, shape);
    for (let k = 0; k < H.length; k += 2) {
      H[k] = 1 / (H[k]! ** 2 + H[k + 1]! ** 2 + rho);
      H[k + 1] = 0;
    }
    return spectralFilter(H, shape, shape);
  };
}
