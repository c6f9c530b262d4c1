import type { Prox, Shape } from '../types.js';
import { formatShape, sizeOf } from './array.js';
import { dctTransform } from './dct.js';

/** In how many windows of a width each of n places is. */
const coverage = (n: number, width: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.min(i + 1, n - i, width, n - width + 1));

/** For every place of a signal 1 / the windows that it is in. */
export function windowWeights(shape: Shape, width: number): Float32Array {
  const along = shape.map(n => coverage(n, width)), cols = along.at(-1)!, rows = along.length === 2 ? along[0]! : [1];
  return Float32Array.from({ length: sizeOf(shape) }, (_, at) => 1 / (rows[Math.floor(at / cols.length)]! * cols[at % cols.length]!));
}

/**
 * Soft thresholds on the DCT of every window of `width` (× width) inside a signal of `shape` (1 or 2 axes), their means excepted; where windows overlap,
 * their average (cycle spinning, Coifman & Donoho 1995; images: Guleryuz 2007). Unlike the DCT of a block as a whole it suits what is local, edges above all.
 * `value` is the mean over phases of the windows' ‖·‖₁. Of that sum `prox` is no exact prox but the average of its windows' (the prox of their
 * proximal average where all places are in as many windows: Yu 2013); networks learn a threshold for each coefficient. Throws a RangeError for
 * windows larger than the signal.
 */
export function slidingDctL1(shape: Shape, width: number): Prox {
  const name = `sliding-dct-l1(${shape.join('x')},${width})`;
  if (!Number.isSafeInteger(width) || width < 2 || shape.some(n => n < width))
    throw new RangeError(`${name}: expected windows of 2 places or more inside ${formatShape(shape)}, got ${width}`);
  const size = sizeOf(shape), cols = shape.at(-1)!, flat = shape.length === 1, window = flat ? [width] : [width, width], area = sizeOf(window);
  const across = cols - width + 1, count = across * (flat ? 1 : shape[0]! - width + 1), weights = windowWeights(shape, width), transform = dctTransform(window);
  const place = (p: number, i: number): number => (Math.floor(p / across) + Math.floor(i / width)) * cols + (p % across) + (i % width);

  function analysed(x: Float32Array, from: number): Float32Array {
    const z = new Float32Array(count * area);
    for (let p = 0; p < count; p++) for (let i = 0; i < area; i++) z[p * area + i] = x[from + place(p, i)]!;
    transform.analyse(z, z, count);
    return z;
  }
  function synthesised(z: Float32Array): Float64Array {
    const out = new Float64Array(size);
    transform.synthesise(z, z, count);
    for (let p = 0; p < count; p++) for (let i = 0; i < area; i++) out[place(p, i)]! += z[p * area + i]!;
    return out;
  }
  /** Visits the signals of x, and their coefficients. */
  function each(x: Float32Array, visit: (z: Float32Array, from: number) => void): void {
    if (x.length % size) throw new RangeError(`${name}: expected signals of ${formatShape(shape)}, got ${x.length} numbers`);
    for (let from = 0; from < x.length; from += size) visit(analysed(x, from), from);
  }
  return {
    name,
    shape,
    windows: { shape, width },
    value(x) {
      let sum = 0;
      each(x, z => z.forEach((value, i) => { if (i % area) sum += Math.abs(value); }));
      return sum / area;
    },
    prox(x, tau, out) {
      each(x, (z, from) => {
        for (let i = 0; i < z.length; i++) if (i % area) {
          const value = z[i]!;
          z[i] = Math.abs(value) <= tau ? 0 : value > 0 ? value - tau : value + tau;
        }
        synthesised(z).forEach((value, i) => { out[from + i] = value * weights[i]!; });
      });
    },
    vjp(x, tau, v, out) {
      let gradTau = 0;
      each(x, (z, from) => {
        const g = analysed(v.slice(from, from + size).map((value, i) => value * weights[i]!), 0);
        for (let i = 0; i < z.length; i++) if (i % area) {
          const value = z[i]!;
          if (Math.abs(value) <= tau) g[i] = 0;
          else gradTau -= value > 0 ? g[i]! : -g[i]!;
        }
        synthesised(g).forEach((value, i) => { out[from + i] = value; });
      });
      return gradTau;
    },
  };
}
