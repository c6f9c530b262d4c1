import type { Shape } from '../types.js';
import { sizeOf } from './array.js';
import { fourierPlan } from './fft.js';
import { alongAxes, type LineTransform } from './lines.js';

/** An orthonormal transform Ψ of signals of one shape: `analyse` is Ψ, `synthesise` its transpose and inverse. Out may be x. */
export interface OrthonormalTransform {
  readonly shape: Shape;
  analyse(x: Float32Array, out: Float32Array, batch: number): void;
  synthesise(z: Float32Array, out: Float32Array, batch: number): void;
}

/** Up to this length the sum itself is faster than a Fourier transform. */
const shortest = 48;

/** X[k] = s_k Σ_i x[i] cos(π k (2i + 1) / 2n), s_0 = √(1/n), s_k = √(2/n), as a matrix [k, i]. */
export const dctMatrix = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => {
    const k = Math.floor(at / n),
      i = at % n;
    return Math.sqrt((k ? 2 : 1) / n) * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * n));
  });

function line(n: number): LineTransform {
  if (n <= shortest) {
    const C = dctMatrix(n),
      out = new Float64Array(n);
    const product =
      (rowStep: number, colStep: number) =>
      (x: Float64Array): void => {
        for (let k = 0; k < n; k++) {
          let sum = 0;
          for (let i = 0; i < n; i++) sum += C[k * rowStep + i * colStep]! * x[i]!;
          out[k] = sum;
        }
        x.set(out);
      };
    return { forward: product(n, 1), inverse: product(1, n) };
  }
  // Makhoul 1980: the even entries ascending and the odd ones descending, one complex transform, one turn for each frequency.
  const plan = fourierPlan([n]),
    work = new Float64Array(2 * n);
  const turns = Float64Array.from({ length: 2 * n }, (_, at) => {
    const angle = (Math.PI * (at >> 1)) / (2 * n),
      scale = at > 1 ? Math.SQRT2 : 1;
    return scale * (at % 2 ? Math.sin(angle) : Math.cos(angle));
  });
  const place = (i: number): number => (i % 2 ? n - 1 - (i - 1) / 2 : i / 2);
  return {
    forward(x) {
      for (let i = 0; i < n; i++) {
        work[2 * place(i)] = x[i]!;
        work[2 * place(i) + 1] = 0;
      }
      plan.forward(work, work);
      for (let k = 0; k < n; k++) x[k] = turns[2 * k]! * work[2 * k]! + turns[2 * k + 1]! * work[2 * k + 1]!;
    },
    // The transpose of forward, step by step.
    inverse(x) {
      for (let k = 0; k < n; k++) {
        work[2 * k] = turns[2 * k]! * x[k]!;
        work[2 * k + 1] = turns[2 * k + 1]! * x[k]!;
      }
      plan.inverse(work, work);
      for (let i = 0; i < n; i++) x[i] = work[2 * place(i)]!;
    },
  };
}

/** The orthonormal DCT-II over 1 or 2 axes (scipy.fft.dctn with norm 'ortho'); f64 inside. */
export function dctTransform(shape: Shape): OrthonormalTransform {
  const lines = shape.map(line),
    size = sizeOf(shape),
    work = new Float64Array(size);
  const run =
    (which: keyof LineTransform) =>
    (x: Float32Array, out: Float32Array, batch: number): void => {
      for (let b = 0; b < batch; b++) {
        work.set(x.subarray(b * size, (b + 1) * size));
        alongAxes(work, shape, shape, axis => lines[axis]![which]);
        out.set(work, b * size);
      }
    };
  return { shape, analyse: run('forward'), synthesise: run('inverse') };
}
