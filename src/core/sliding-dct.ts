import type { Prox, Shape } from '../types.js';
import { checkShape, formatShape, sizeOf } from './array.js';
import { dctTransform } from './dct.js';

/** What names in model files have room for, and more than local windows are for. */
const widest = 99;

/** Throws a RangeError unless windows of `width` (× width) places lie inside a signal of 1 or 2 axes. */
export function checkWindows(who: string, shape: Shape, width: number): void {
  checkShape(who, shape);
  if (shape.length > 2) throw new RangeError(`${who}: expected a signal of 1 or 2 axes, got ${formatShape(shape)}`);
  if (!Number.isSafeInteger(width) || width < 2 || width > widest || shape.some(n => n < width))
    throw new RangeError(`${who}: expected windows of 2 to ${widest} places inside ${formatShape(shape)}, got ${width}`);
}

/** In how many windows of a width each of n places is. */
const coverage = (n: number, width: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.min(i + 1, n - i, width, n - width + 1));

/** For every place of a signal 1 / the windows that it is in. */
export function windowWeights(shape: Shape, width: number): Float32Array {
  const along = shape.map(n => coverage(n, width)), cols = along.at(-1)!, rows = along.length === 2 ? along[0]! : [1], out = new Float32Array(sizeOf(shape));
  for (let i = 0, at = 0; i < rows.length; i++) for (let j = 0; j < cols.length; j++) out[at++] = 1 / (rows[i]! * cols[j]!);
  return out;
}

/**
 * Soft thresholds on the DCT of every window of `width` (× width) places inside a signal of `shape` (1 or 2 axes), their means excepted; where windows overlap,
 * their average (cycle spinning, Coifman & Donoho 1995; images: Guleryuz 2007). Unlike the DCT of a block as a whole it suits what is local, edges above all.
 * `value` is the mean over phases of the windows' ‖·‖₁. Of that sum `prox` is no exact prox but the average of its windows' (the prox of their
 * proximal average where all places are in as many windows: Yu 2013); networks learn a threshold for each coefficient. Throws a RangeError for
 * windows of other than 2 to 99 places, and larger than the signal.
 */
export function slidingDctL1(shape: Shape, width: number): Prox {
  checkWindows('slidingDctL1', shape, width);
  const name = `sliding-dct-l1(${shape.join('x')},${width})`;
  const size = sizeOf(shape), cols = shape.at(-1)!, tall = shape.length === 1 ? 1 : width, area = tall * width;
  const across = cols - width + 1, bands = size / cols - tall + 1, transform = dctTransform(tall === 1 ? [width] : [width, width]);
  let known: Float32Array | undefined;
  const weights = (): Float32Array => (known ??= windowWeights(shape, width));

  /** The coefficients of a band's windows, which begin in one row. */
  function analysed(x: Float32Array, from: number): Float32Array {
    const z = new Float32Array(across * area);
    for (let q = 0, at = 0; q < across; q++) for (let r = 0; r < tall; r++) for (let c = 0; c < width; c++) z[at++] = x[from + r * cols + q + c]!;
    transform.analyse(z, z, across);
    return z;
  }
  function addWindows(z: Float32Array, out: Float64Array, from: number): void {
    transform.synthesise(z, z, across);
    for (let q = 0, at = 0; q < across; q++) for (let r = 0; r < tall; r++) for (let c = 0; c < width; c++) out[from + r * cols + q + c]! += z[at++]!;
  }
  /** Where the signals of x begin. */
  function begins(x: Float32Array): number[] {
    if (x.length % size) throw new RangeError(`${name}: expected signals of ${formatShape(shape)}, got ${x.length} numbers`);
    return Array.from({ length: x.length / size }, (_, s) => s * size);
  }
  const bandBegins = Array.from({ length: bands }, (_, band) => band * cols);
  return {
    name,
    shape,
    windows: { shape, width },
    value(x) {
      let sum = 0;
      for (const from of begins(x)) for (const start of bandBegins)
        analysed(x, from + start).forEach((value, i) => { if (i % area) sum += Math.abs(value); });
      return sum / area;
    },
    prox(x, tau, out) {
      for (const from of begins(x)) {
        const sum = new Float64Array(size);
        for (const start of bandBegins) {
          const z = analysed(x, from + start);
          for (let i = 0; i < z.length; i++) if (i % area) {
            const value = z[i]!;
            z[i] = Math.abs(value) <= tau ? 0 : value > 0 ? value - tau : value + tau;
          }
          addWindows(z, sum, start);
        }
        sum.forEach((value, i) => { out[from + i] = value * weights()[i]!; });
      }
    },
    vjp(x, tau, v, out) {
      let gradTau = 0;
      for (const from of begins(x)) {
        const sum = new Float64Array(size), inner = v.slice(from, from + size).map((value, i) => value * weights()[i]!);
        for (const start of bandBegins) {
          const z = analysed(x, from + start), g = analysed(inner, start);
          for (let i = 0; i < z.length; i++) if (i % area) {
            const value = z[i]!;
            if (Math.abs(value) <= tau) g[i] = 0;
            else gradTau -= value > 0 ? g[i]! : -g[i]!;
          }
          addWindows(g, sum, start);
        }
        sum.forEach((value, i) => { out[from + i] = value; });
      }
      return gradTau;
    },
  };
}
