import type { LinearOperator } from '../src/types.js';
import { tensor } from '../src/core/array.js';
import { fourierPlan } from '../src/core/fft.js';
import { linop } from '../src/core/linop.js';
import { checkCounts } from './checks.js';
import { convolution } from './convolution.js';

/** Longer rows are not written out as matrices. */
const largest = 2048;

/** Twice the frequency in cycles per detector, from the band-limited kernel (Kak & Slaney 1988, eq. 61), which keeps the mean right. */
function rampResponse(length: number): Float64Array {
  const kernel = new Float64Array(2 * length);
  kernel[0] = 0.5;
  for (let t = 1; t < length; t += 2) kernel[2 * t] = -2 / (Math.PI * Math.min(t, length - t)) ** 2;
  fourierPlan([length]).forward(kernel, kernel);
  return Float64Array.from({ length }, (_, k) => Math.sqrt(length) * kernel[2 * k]!);
}

/** The periodic kernel that has the response. */
function kernelOf(response: Float64Array): Float32Array {
  const H = new Float64Array(2 * response.length);
  response.forEach((value, k) => { H[2 * k] = value / Math.sqrt(response.length); });
  fourierPlan([response.length]).inverse(H, H);
  return Float32Array.from(response, (_, t) => H[2 * t]!);
}

/**
 * The ramp filter of filtered back-projection on projections [angles, detectors], each padded with zeros to a power of two that is
 * at least twice its length, as scikit-image's iradon pads: (π / (2 angles)) Aᵀ rampFilter(y) is filtered back-projection. With `root`
 * its square root F, [angles, detectors] to [angles, padded length] with FᵀF the filter itself: projections weighted by F make
 * gradient steps converge fast, for (F A)ᵀ F A is near a multiple of the identity.
 */
export function rampFilter([angles, detectors]: readonly [number, number], { root = false }: { root?: boolean } = {}): LinearOperator {
  checkCounts('ramp filter', { angles, detectors });
  const padded = Math.max(64, 2 ** Math.ceil(Math.log2(2 * detectors))),
    width = root ? padded : detectors,
    response = rampResponse(padded);
  const taps = kernelOf(root ? response.map(Math.sqrt) : response);
  const filter = convolution(tensor(taps, [padded]), [padded], { method: 'fft', origin: [0] });
  /** Rows of `from` numbers filtered to rows of `to`; the filter is symmetric. */
  const rows = (from: number, to: number) => (input: Float32Array, out: Float32Array, batch: number): void => {
    const count = batch * angles,
      wide = new Float32Array(count * padded),
      filtered = new Float32Array(count * padded);
    for (let r = 0; r < count; r++) wide.set(input.subarray(r * from, (r + 1) * from), r * padded);
    filter.apply(wide, filtered, count);
    for (let r = 0; r < count; r++) out.set(filtered.subarray(r * padded, r * padded + to), r * to);
  };
  return linop({
    name: 'ramp-filter',
    inShape: [angles, detectors],
    outShape: [angles, width],
    apply: rows(detectors, width),
    applyAdjoint: rows(width, detectors),
    pattern: () => ({ kind: 'blocks', blocks: Array.from({ length: angles }, () => ({ rows: width, cols: detectors })), shared: true }),
    weights() {
      if (detectors > largest)
        throw new RangeError(`ramp filter: expected at most ${largest} detectors to write its matrix out, got ${detectors}`);
      return Float32Array.from({ length: width * detectors }, (_, i) => taps[(Math.floor(i / detectors) - (i % detectors) + padded) % padded]!);
    },
    geometry: true,
    describe: () => ({ kind: 'ramp-filter', args: { angles, detectors, root } }),
  });
}
