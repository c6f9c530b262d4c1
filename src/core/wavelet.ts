import type { Shape } from '../types.js';
import { formatShape, sizeOf } from './array.js';
import type { OrthonormalTransform } from './dct.js';
import { alongAxes } from './lines.js';

/** Low-pass analysis filters (Daubechies 1988), in the order of PyWavelets' dec_lo. */
const haar = [Math.SQRT1_2, Math.SQRT1_2];
const filters: Readonly<Record<string, readonly number[]>> = {
  haar,
  db1: haar,
  db2: [-0.12940952255126037, 0.2241438680420134, 0.8365163037378079, 0.48296291314453416],
  db3: [
    0.03522629188570953, -0.08544127388202666, -0.13501102001025458, 0.45987750211849154, 0.8068915093110925, 0.33267055295008263,
  ],
  db4: [
    -0.010597401785069032, 0.0328830116668852, 0.030841381835560764, -0.18703481171909309, -0.027983769416859854,
    0.6308807679298589, 0.7148465705529157, 0.2303778133088965,
  ],
};

export const waveletNames: readonly string[] = Object.keys(filters);

/** Approximations in the first half and details in the second, a[k] = Σ_j h[j] x[2k + s − j] with indices modulo n, s half the filter. */
function step(h: readonly number[]): { split(x: Float64Array): void; merge(x: Float64Array): void } {
  const taps = h.length,
    shift = taps / 2;
  // The quadrature mirror filter: g[j] = (−1)^(j+1) h[taps − 1 − j].
  const g = h.map((_, j) => (j % 2 ? 1 : -1) * h[taps - 1 - j]!);
  // Index 2k + s − j runs from −lead to n + shift − 2: a line with its ends wrapped needs no remainder in the loops.
  const lead = taps - 1 - shift;
  let wide = new Float64Array(0),
    line = new Float64Array(0);
  const room = (n: number): void => {
    if (line.length === n) return;
    wide = new Float64Array(n + taps - 2);
    line = new Float64Array(n);
  };
  const wrap = (i: number, n: number): number => (((i - lead) % n) + n) % n;
  return {
    split(x) {
      const n = x.length,
        half = n / 2;
      room(n);
      for (let i = 0; i < lead; i++) wide[i] = x[wrap(i, n)]!;
      wide.set(x, lead);
      for (let i = lead + n; i < wide.length; i++) wide[i] = x[wrap(i, n)]!;
      for (let k = 0; k < half; k++) {
        let low = 0,
          high = 0;
        for (let j = 0, i = 2 * k + taps - 1; j < taps; j++, i--) {
          low += h[j]! * wide[i]!;
          high += g[j]! * wide[i]!;
        }
        line[k] = low;
        line[half + k] = high;
      }
      x.set(line);
    },
    merge(x) {
      const n = x.length,
        half = n / 2;
      room(n);
      wide.fill(0);
      for (let k = 0; k < half; k++) {
        const low = x[k]!,
          high = x[half + k]!;
        for (let j = 0, i = 2 * k + taps - 1; j < taps; j++, i--) wide[i]! += h[j]! * low + g[j]! * high;
      }
      x.set(wide.subarray(lead, lead + n));
      for (let i = 0; i < lead; i++) x[wrap(i, n)]! += wide[i]!;
      for (let i = lead + n; i < wide.length; i++) x[wrap(i, n)]! += wide[i]!;
    },
  };
}

/**
 * Orthonormal periodized wavelet transform over 1 or 2 axes, `levels` deep, in Mallat's layout: the coarse part in the first corner.
 * Coefficients are PyWavelets' with mode 'periodization'. Throws a RangeError where 2^levels does not divide an axis.
 */
export function waveletTransform(shape: Shape, name: string, levels: number): OrthonormalTransform & { readonly coarse: Shape } {
  const h = Object.hasOwn(filters, name) ? filters[name]! : undefined;
  if (!h) throw new RangeError(`wavelet: expected ${waveletNames.join(', ')}, got ${name}`);
  if (!Number.isSafeInteger(levels) || levels < 1 || levels > 30)
    throw new RangeError(`wavelet: expected 1 to 30 levels, got ${levels}`);
  if (shape.length < 1 || shape.length > 2 || shape.some(n => n % 2 ** levels !== 0))
    throw new RangeError(`wavelet: expected 1 or 2 axes divisible by ${2 ** levels}, got ${formatShape(shape)}`);
  const { split, merge } = step(h),
    size = sizeOf(shape),
    work = new Float64Array(size);
  const part = (level: number): Shape => shape.map(n => n / 2 ** level);
  const each = (x: Float32Array, out: Float32Array, batch: number, run: () => void): void => {
    for (let b = 0; b < batch; b++) {
      work.set(x.subarray(b * size, (b + 1) * size));
      run();
      out.set(work, b * size);
    }
  };
  return {
    shape,
    coarse: part(levels),
    analyse: (x, out, batch) =>
      each(x, out, batch, () => {
        for (let level = 0; level < levels; level++) alongAxes(work, shape, part(level), () => split);
      }),
    synthesise: (z, out, batch) =>
      each(z, out, batch, () => {
        for (let level = levels - 1; level >= 0; level--) alongAxes(work, shape, part(level), () => merge);
      }),
  };
}
