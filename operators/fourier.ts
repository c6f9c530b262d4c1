import type { LinearOperator, Pattern, Shape, Tensor } from '../src/types.js';
import { checkShape, formatShape, sameShape, sizeOf } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { onPattern, patternMap } from '../src/kernels/maps/index.js';
import { checkName, checkRho } from './checks.js';
import { maskFrom, type SamplingMask } from './sampling.js';

export interface FourierOptions {
  /** 1 where a frequency is sampled; all unless given. A tensor's shape must be the signal's. */
  readonly mask?: SamplingMask | Tensor;
  /** Whether signals are complex, [...shape, 2], or real, of `shape`; the adjoint of a real signal's transform takes the real part. */
  readonly complexInput?: boolean;
  /** Where a tensor mask has its zero frequency; 'centre' masks are moved to the corner. */
  readonly dc?: 'corner' | 'centre';
}

/**
 * y = M F x: the unitary discrete Fourier transform over `shape` ([n] or [h, w]), zero where the mask is 0. Measurements are
 * the full grid [...shape, 2] with the zero frequency at the corner. Throws for a mask of another shape, of values other than
 * 0 and 1, or that samples nothing.
 */
export function fourier(shape: Shape, { mask, complexInput = true, dc = 'corner' }: FourierOptions = {}): LinearOperator {
  checkShape('fourier', shape);
  checkName('fourier', 'dc', dc, ['corner', 'centre']);
  if (shape.length > 2) throw new RangeError(`fourier: expected a signal of 1 or 2 axes, got ${formatShape(shape)}`);
  const size = sizeOf(shape);
  const sampled = mask && ('dc' in mask ? mask : maskFrom(mask, dc));
  if (sampled && !sameShape(sampled.shape, shape))
    throw new RangeError(`fourier: expected a mask of shape ${formatShape(shape)}, got ${formatShape(sampled.shape)}`);
  const support = sampled && sampled.data.slice();
  const pattern: Pattern & { kind: 'diagonal'; basis: 'fourier' } =
    { kind: 'diagonal', basis: 'fourier', shape, complexInput, form: 'analysis', ...(support && { support }) };
  const count = support ? support.reduce((sum, bit) => sum + bit, 0) : size;
  return linop({
    name: 'fourier', inShape: complexInput ? [...shape, 2] : shape, outShape: [...shape, 2],
    ...onPattern(pattern, new Float32Array(count).fill(1)),
    normalSolver(rho) {
      checkRho('fourier', rho);
      // AᴴA is circulant: for real signals its eigenvalue at k is the mean of the mask at k and at −k.
      const inverse = patternMap({ kind: 'diagonal', basis: 'fourier', shape, complexInput, form: 'circulant' });
      const weights = Float32Array.from({ length: size }, (_, k) => {
        const on = (at: number): number => (support ? support[at]! : 1);
        return 1 / ((complexInput ? on(k) : (on(k) + on(mirrored(k, shape))) / 2) + rho);
      });
      return (b, out, batch) => inverse.apply(weights, b, out, batch);
    },
    describe: () => ({ kind: 'fourier', args: { shape, complexInput }, ...(support && { arrays: { mask: Float32Array.from(support) } }) }),
  });
}

/** The flat index of frequency −k. */
function mirrored(k: number, shape: Shape): number {
  let out = 0, stride = 1;
  for (let axis = shape.length - 1, rest = k; axis >= 0; axis--) {
    const n = shape[axis]!, at = rest % n;
    out += ((n - at) % n) * stride;
    stride *= n;
    rest = Math.floor(rest / n);
  }
  return out;
}
