import type { Prox } from '../types.js';
import { sizeOf } from '../core/array.js';
import { gemm, resident, scratch, softThreshold, softThresholdVjp, temp, transposed, view } from '../kernels/index.js';
import { oneThreshold, type Shrinkage } from './shrink.js';

const copies = new WeakMap<Float32Array, Float32Array>();

/** A matrix where kernels work, one copy for all layers. */
function shared(axis: Float32Array): Float32Array {
  const known = copies.get(axis) ?? resident(axis);
  copies.set(axis, known);
  return known;
}

/** Soft thresholds in a separable orthonormal basis, which is applied to a batch as products of matrices; coarse coefficients pass. */
export function basisShrinkage({ shape, axes, coarse }: NonNullable<Prox['basis']>): Shrinkage {
  const size = sizeOf(shape),
    w = shape.at(-1)!,
    h = size / w,
    [rows, cols] = [coarse.length === 2 ? coarse[0]! : 1, coarse.at(-1)!];
  const along = axes.map(shared),
    C = view(along.at(-1)!, w, w),
    R = shape.length === 2 ? view(along[0]!, h, h) : undefined;
  const whole = (x: Float32Array) => view(x, x.length / w, w);
  const eachImage = (x: Float32Array, out: Float32Array, left: NonNullable<typeof R>): void => {
    for (let at = 0; at < x.length; at += size) gemm(left, view(x, h, w, w, at), view(out, h, w, w, at));
  };
  function analyse(x: Float32Array, out: Float32Array): void {
    if (!R) return gemm(whole(x), transposed(C), whole(out));
    const between = temp(x.length);
    gemm(whole(x), transposed(C), whole(between));
    eachImage(between, out, R);
  }
  function synthesise(z: Float32Array, out: Float32Array): void {
    if (!R) return gemm(whole(z), C, whole(out));
    const between = temp(z.length);
    eachImage(z, between, transposed(R));
    gemm(whole(between), C, whole(out));
  }
  const eachCoarse = (length: number, visit: (i: number) => void): void => {
    for (let at = 0; at < length; at += size)
      for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) visit(at + r * w + c);
  };
  return oneThreshold({
    apply: (v, theta, out) => scratch(() => {
      const z = temp(v.length),
        cut = temp(v.length);
      analyse(v, z);
      softThreshold(z, theta, cut);
      eachCoarse(z.length, i => { cut[i] = z[i]!; });
      synthesise(cut, out);
    }),
    vjp: (v, theta, grad, out) => scratch(() => {
      const [z, g, through] = [temp(v.length), temp(v.length), temp(v.length)];
      analyse(v, z);
      analyse(grad, g);
      let dTheta = softThresholdVjp(z, theta, g, through);
      eachCoarse(z.length, i => {
        if (Math.abs(z[i]!) > Math.fround(theta)) dTheta += g[i]! * Math.sign(z[i]!);
        through[i] = g[i]!;
      });
      synthesise(through, out);
      return dTheta;
    }),
  });
}
