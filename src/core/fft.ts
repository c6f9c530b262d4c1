import FFT from 'fft.js';
import type { Shape } from '../types.js';
import { checkShape, sizeOf } from './array.js';

/** Interleaved complex numbers: re, im, re, im, … */
export type Complex = Float32Array | Float64Array;

/** The unitary discrete Fourier transform over a shape. */
export interface FourierPlan<Numbers extends Complex = Complex> {
  readonly shape: Shape;
  /** out[k] = N^−½ Σ_j x[j] exp(−2πi jk/N), along every axis; `batch` signals one after the other; out may be x. */
  forward(x: Numbers, out: Numbers, batch?: number): void;
  /** The inverse, which is the adjoint because the transform is unitary. */
  inverse(x: Numbers, out: Numbers, batch?: number): void;
}

/** out[k] = Σ_j x[j] exp(−2πi jk/n), not normalised; out and x are different arrays of 2n. */
type Dft = (x: Float64Array, out: Float64Array) => void;

const dfts = new Map<number, Dft>();

function dft(n: number): Dft {
  let found = dfts.get(n);
  if (!found) dfts.set(n, found = n === 1 ? (x, out) => out.set(x) : (n & (n - 1)) === 0 ? powerOfTwo(n) : bluestein(n));
  return found;
}

function powerOfTwo(n: number): Dft {
  const fft = new FFT(n);
  return (x, out) => fft.transform(out, x);
}

/** Any length as a circular convolution of a power of two ≥ 2n − 1 (Bluestein 1970): jk = (j² + k² − (k − j)²) / 2. */
function bluestein(n: number): Dft {
  let m = 4;
  while (m < 2 * n - 1) m *= 2;
  const fft = new FFT(m);
  const chirp = new Float64Array(2 * n), kernel = new Float64Array(2 * m), response = new Float64Array(2 * m);
  for (let j = 0; j < n; j++) {
    // j² modulo 2n keeps the angle small, hence the sine exact, for long transforms
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    chirp[2 * j] = Math.cos(angle);
    chirp[2 * j + 1] = -Math.sin(angle);
    for (const at of [j, (m - j) % m]) {
      kernel[2 * at] = chirp[2 * j]!;
      kernel[2 * at + 1] = -chirp[2 * j + 1]!;
    }
  }
  fft.transform(response, kernel);
  const padded = new Float64Array(2 * m), spectrum = new Float64Array(2 * m);
  return (x, out) => {
    multiply(x, chirp, padded, n);
    padded.fill(0, 2 * n);
    fft.transform(spectrum, padded);
    multiply(spectrum, response, spectrum, m);
    fft.inverseTransform(padded, spectrum);
    multiply(padded, chirp, out, n);
  };
}

/** out = a ∘ b for n complex numbers. */
function multiply(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < 2 * n; i += 2) {
    const re = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    out[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
    out[i] = re;
  }
}

const columnsPerBlock = 16;

/**
 * Transforms `work` (outer × n × inner complex numbers) along its middle axis in place. Neighbouring columns are gathered
 * together, because one column alone at a power-of-two stride uses one number of every cache line that it loads.
 */
function alongAxis(work: Float64Array, outer: number, n: number, inner: number): void {
  const run = dft(n);
  const lines = Array.from({ length: Math.min(columnsPerBlock, inner) }, () => new Float64Array(2 * n));
  const results = lines.map(() => new Float64Array(2 * n));
  for (let o = 0; o < outer; o++)
    for (let first = 0; first < inner; first += columnsPerBlock) {
      const count = Math.min(columnsPerBlock, inner - first), start = 2 * (o * n * inner + first);
      for (let i = 0, at = start; i < n; i++, at += 2 * inner)
        for (let c = 0; c < count; c++) {
          const line = lines[c]!;
          line[2 * i] = work[at + 2 * c]!;
          line[2 * i + 1] = work[at + 2 * c + 1]!;
        }
      for (let c = 0; c < count; c++) run(lines[c]!, results[c]!);
      for (let i = 0, at = start; i < n; i++, at += 2 * inner)
        for (let c = 0; c < count; c++) {
          const line = results[c]!;
          work[at + 2 * c] = line[2 * i]!;
          work[at + 2 * c + 1] = line[2 * i + 1]!;
        }
    }
}

/** A plan for the unitary Fourier transform of signals of `shape`, any lengths ≥ 1, DC at the corner (index 0); f64 inside. */
export function fourierPlan(shape: Shape): FourierPlan {
  checkShape('fourierPlan', shape);
  const size = sizeOf(shape), n = shape.at(-1)!, normalization = 1 / Math.sqrt(size);
  const work = new Float64Array(2 * size), rows = new Float64Array(2 * size);

  /** Fᴴ x = conj F conj x: `sign` −1 conjugates on the way in and on the way out. */
  const transform = (sign: 1 | -1) => (x: Complex, out: Complex, batch = 1): void => {
    for (let start = 0; start < 2 * size * batch; start += 2 * size) {
      for (let i = 0; i < 2 * size; i += 2) {
        rows[i] = x[start + i]!;
        rows[i + 1] = sign * x[start + i + 1]!;
      }
      const run = dft(n);
      for (let at = 0; at < 2 * size; at += 2 * n) run(rows.subarray(at, at + 2 * n), work.subarray(at, at + 2 * n));
      for (let axis = shape.length - 2, inner = n; axis >= 0; inner *= shape[axis--]!)
        alongAxis(work, size / (shape[axis]! * inner), shape[axis]!, inner);
      for (let i = 0; i < 2 * size; i += 2) {
        out[start + i] = normalization * work[i]!;
        out[start + i + 1] = sign * normalization * work[i + 1]!;
      }
    }
  };
  return { shape, forward: transform(1), inverse: transform(-1) };
}
