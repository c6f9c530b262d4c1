import { scratch } from './memory.js';
import { checkLength, inPlace, kernels, readable, writable, writeBack } from './wasm.js';

/** out = sign(v) max(|v| − theta, 0); NaN stays NaN; out may be v. */
export function softThreshold(v: Float32Array, theta: number, out: Float32Array): void {
  checkLength('softThreshold: out', out, v.length);
  scratch(() => {
    const to = writable(out);
    kernels.softThreshold(readable(v).byteOffset, theta, to.byteOffset, v.length);
    writeBack(to, out);
  });
}

/** x = soft(x − step u, theta), in one pass. */
export function thresholdStep(x: Float32Array, u: Float32Array, step: number, theta: number): void {
  checkLength('thresholdStep: u', u, x.length);
  inPlace(x, at => kernels.thresholdStep(at, readable(u).byteOffset, step, theta, x.length));
}

/** The pullback of `softThreshold`: out = g 1[|v| > theta], returns −Σ g sign(v) 1[|v| > theta]; out may be g or v. */
export function softThresholdVjp(v: Float32Array, theta: number, g: Float32Array, out: Float32Array): number {
  checkLength('softThresholdVjp: g', g, v.length);
  checkLength('softThresholdVjp: out', out, v.length);
  return scratch(() => {
    const to = writable(out);
    const sum = kernels.softThresholdVjp(readable(v).byteOffset, theta, readable(g).byteOffset, to.byteOffset, v.length);
    writeBack(to, out);
    return sum;
  });
}

/** a = max(a, 0); NaN and −0 stay. */
export function rectify(a: Float32Array): void {
  inPlace(a, at => kernels.rectify(at, a.length));
}

/** The pullback of `rectify`, in place: g = g 1[a > 0]; a may be what was rectified, or the result. */
export function rectifyVjp(a: Float32Array, g: Float32Array): void {
  checkLength('rectifyVjp: g', g, a.length);
  inPlace(g, at => kernels.rectifyVjp(readable(a).byteOffset, at, a.length));
}

/** out = a x + b y; out may be x or y. */
export function axpby(a: number, x: Float32Array, b: number, y: Float32Array, out: Float32Array): void {
  checkLength('axpby: y', y, x.length);
  checkLength('axpby: out', out, x.length);
  scratch(() => {
    const to = writable(out);
    kernels.axpby(a, readable(x).byteOffset, b, readable(y).byteOffset, to.byteOffset, x.length);
    writeBack(to, out);
  });
}

/** Σ x y, accumulated in f64. */
export function dot(x: Float32Array, y: Float32Array): number {
  checkLength('dot: y', y, x.length);
  return scratch(() => kernels.dot(readable(x).byteOffset, readable(y).byteOffset, x.length));
}

/** out = −1 where v < 0, else +1. */
export function signsOf(v: Float32Array, out: Float32Array): void {
  checkLength('signsOf: out', out, v.length);
  scratch(() => {
    const to = writable(out);
    kernels.signsOf(readable(v).byteOffset, to.byteOffset, v.length);
    writeBack(to, out);
  });
}

/** x = x kept within ± limit; NaN stays NaN. */
export function clamp(x: Float32Array, limit: number): void {
  inPlace(x, at => kernels.clamp(at, limit, x.length));
}
