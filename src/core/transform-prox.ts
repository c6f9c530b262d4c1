import type { Prox, Shape } from '../types.js';
import { formatShape, sizeOf } from './array.js';
import { dctMatrix, dctTransform, type OrthonormalTransform } from './dct.js';
import { slidingDctL1 } from './sliding-dct.js';
import { totalVariation } from './total-variation.js';
import { waveletTransform } from './wavelet.js';

/**
 * g(x) = ‖Ψx‖₁ without the coarse coefficients, for an orthonormal Ψ: prox = Ψᵀ soft(Ψx, tau). Arrays hold any number of signals.
 * `coarse` is the corner that is not penalised.
 */
function orthonormalL1(name: string, { shape, analyse, synthesise }: OrthonormalTransform, coarse: Shape): Prox {
  const size = sizeOf(shape),
    width = shape.at(-1)!,
    cols = coarse.at(-1)!,
    rows = coarse.length === 2 ? coarse[0]! : 1;
  const free = new Uint8Array(size);
  for (let r = 0; r < rows; r++) free.fill(1, r * width, r * width + cols);
  const batchOf = (x: Float32Array): number => {
    if (x.length % size) throw new RangeError(`${name}: expected signals of ${formatShape(shape)}, got ${x.length} numbers`);
    return x.length / size;
  };
  return {
    name,
    shape,
    value(x) {
      const z = new Float32Array(x.length);
      analyse(x, z, batchOf(x));
      let sum = 0;
      for (let i = 0; i < z.length; i++) if (!free[i % size]) sum += Math.abs(z[i]!);
      return sum;
    },
    prox(x, tau, out) {
      const batch = batchOf(x);
      analyse(x, out, batch);
      for (let i = 0; i < out.length; i++)
        if (!free[i % size]) {
          const value = out[i]!;
          out[i] = Math.abs(value) <= tau ? 0 : value > 0 ? value - tau : value + tau;
        }
      synthesise(out, out, batch);
    },
    vjp(x, tau, v, out) {
      const batch = batchOf(x),
        z = new Float32Array(x.length);
      analyse(x, z, batch);
      analyse(v, out, batch);
      let gradTau = 0;
      for (let i = 0; i < z.length; i++)
        if (!free[i % size]) {
          const value = z[i]!;
          if (Math.abs(value) <= tau) out[i] = 0;
          else gradTau -= value > 0 ? out[i]! : -out[i]!;
        }
      synthesise(out, out, batch);
      return gradTau;
    },
  };
}

/** Up to this length of an axis a matrix is kept. */
const longestAxis = 128;

/** ‖DCT x‖₁ without the mean's coefficient, over signals of `shape` (1 or 2 axes). */
export function dctL1(shape: Shape): Prox {
  const coarse = shape.map(() => 1),
    prox = orthonormalL1(`dct-l1(${shape.join('x')})`, dctTransform(shape), coarse);
  if (shape.some(n => n > longestAxis)) return prox;
  const [first, last] = [shape[0]!, shape.at(-1)!].map(n => Float32Array.from(dctMatrix(n))) as [Float32Array, Float32Array];
  return { ...prox, basis: { shape, coarse, axes: shape.length === 1 ? [last] : [shape[0] === shape[1] ? last : first, last] } };
}

/** ‖Ψx‖₁ for an orthonormal periodized wavelet transform, without its scaling coefficients. */
export function waveletL1(shape: Shape, { name, levels }: { name: string; levels: number }): Prox {
  const transform = waveletTransform(shape, name, levels);
  return orthonormalL1(`wavelet-l1(${name},${levels},${shape.join('x')})`, transform, transform.coarse);
}

/** Bounds on what a name in a model file may ask for: numbers in all, and along an axis. */
const maxSize = 2 ** 24,
  maxAxis = 2 ** 16;

function shapeOf(text: string): Shape {
  const shape = text.split('x').map(Number);
  if (shape.length > 2 || shape.some(n => n > maxAxis) || sizeOf(shape) > maxSize)
    throw new RangeError(
      `prox: expected a shape of 1 or 2 axes of at most ${maxAxis} and ${maxSize} numbers in all, got ${text}`,
    );
  return shape;
}

export const transformProxForms = [
  'dct-l1(HxW)',
  'sliding-dct-l1(HxW,WIDTH)',
  'wavelet-l1(NAME,LEVELS,HxW)',
  'tv(HxW)',
  'tv(HxW,anisotropic)',
  'tv(HxW,LO,HI)',
] as const;

const size = '([1-9]\\d{0,8}(?:x[1-9]\\d{0,8})*)',
  number = '(-?(?:Infinity|\\d[\\d.e+-]{0,30}))';
const dctForm = new RegExp(`^dct-l1\\(${size}\\)$`),
  slidingForm = new RegExp(`^sliding-dct-l1\\(${size},([1-9]\\d?)\\)$`),
  waveletForm = new RegExp(`^wavelet-l1\\((\\w{1,20}),([1-9]\\d?),${size}\\)$`);
const tvForm = new RegExp(`^tv\\(${size}(,anisotropic)?(?:,${number},${number})?\\)$`);

/** The prox of a name like `dct-l1(33x33)`, `wavelet-l1(db4,3,64x64)` or `tv(64x64)`; undefined for other names. */
export function transformProx(name: string): Prox | undefined {
  const [, dctShape] = dctForm.exec(name) ?? [];
  if (dctShape) return dctL1(shapeOf(dctShape));
  const [, slidingShape, width] = slidingForm.exec(name) ?? [];
  if (slidingShape) return slidingDctL1(shapeOf(slidingShape), Number(width));
  const [, filter, levels, waveletShape] = waveletForm.exec(name) ?? [];
  if (waveletShape) return waveletL1(shapeOf(waveletShape), { name: filter!, levels: Number(levels) });
  const [, tvShape, anisotropic, lo, hi] = tvForm.exec(name) ?? [];
  if (!tvShape) return undefined;
  return totalVariation(shapeOf(tvShape), {
    anisotropic: anisotropic !== undefined,
    ...(lo !== undefined && { range: [Number(lo), Number(hi)] as const }),
  });
}
