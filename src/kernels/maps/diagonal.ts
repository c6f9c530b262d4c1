import type { Pattern, PatternMap } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { fourierPlan } from '../../core/fft.js';
import { matrixSize, weightCount } from '../../core/pattern.js';
import { scratch, temp } from '../index.js';

/** One weight an entry. */
export function identityDiagonalMap(pattern: Pattern & { kind: 'diagonal'; basis: 'identity' }): PatternMap {
  const { size } = pattern;
  const multiply = (w: Float32Array, x: Float32Array, out: Float32Array, batch: number): void => {
    for (let at = 0; at < size * batch; at += size) for (let i = 0; i < size; i++) out[at + i] = w[i]! * x[at + i]!;
  };
  return {
    pattern, inSize: size, outSize: size, count: size, apply: multiply, applyAdjoint: multiply,
    addGradient(x, y, gw, batch) {
      for (let at = 0; at < size * batch; at += size) for (let i = 0; i < size; i++) gw[i]! += x[at + i]! * y[at + i]!;
    },
  };
}

/** One real weight a frequency of the support; F is unitary, zero off the support. */
export function fourierMap(pattern: Pattern & { kind: 'diagonal'; basis: 'fourier' }): PatternMap {
  const { shape, complexInput, form, support } = pattern;
  const n = sizeOf(shape), plan = fourierPlan(shape);
  const { rows: outSize, cols: inSize } = matrixSize(pattern);
  const frequencies = Uint32Array.from({ length: n }, (_, k) => k).filter(k => !support || support[k]);

  /** F x for signals in the input's form. */
  const spectrum = (x: Float32Array, batch: number): Float32Array => {
    const out = temp(2 * n * batch);
    if (complexInput) out.set(x.subarray(0, out.length));
    else for (let i = 0; i < n * batch; i++) { out[2 * i] = x[i]!; out[2 * i + 1] = 0; }
    plan.forward(out, out, batch);
    return out;
  };
  /** Fᴴ X into signals in the input's form; the adjoint of a real input's embedding takes the real part. */
  const signal = (X: Float32Array, out: Float32Array, batch: number): void => {
    plan.inverse(X, X, batch);
    if (complexInput) out.set(X);
    else for (let i = 0; i < n * batch; i++) out[i] = X[2 * i]!;
  };
  /** out = diag(w) X; out is another array. */
  const filter = (w: Float32Array, X: Float32Array, out: Float32Array, batch: number): void => {
    out.fill(0, 0, 2 * n * batch);
    for (let at = 0; at < 2 * n * batch; at += 2 * n)
      for (let j = 0; j < frequencies.length; j++) {
        const k = at + 2 * frequencies[j]!;
        out[k] = w[j]! * X[k]!;
        out[k + 1] = w[j]! * X[k + 1]!;
      }
  };
  const accumulate = (X: Float32Array, Y: Float32Array, gw: Float32Array, batch: number): void => {
    for (let at = 0; at < 2 * n * batch; at += 2 * n)
      for (let j = 0; j < frequencies.length; j++) {
        const k = at + 2 * frequencies[j]!;
        gw[j]! += X[k]! * Y[k]! + X[k + 1]! * Y[k + 1]!;
      }
  };
  const circulant = (w: Float32Array, x: Float32Array, out: Float32Array, batch: number): void => scratch(() => {
    const filtered = temp(2 * n * batch);
    filter(w, spectrum(x, batch), filtered, batch);
    signal(filtered, out, batch);
  });
  const common = { pattern, inSize, outSize, count: weightCount(pattern) };
  if (form === 'circulant') return {
    ...common, apply: circulant, applyAdjoint: circulant,
    addGradient: (x, y, gw, batch) => scratch(() => accumulate(spectrum(x, batch), spectrum(y, batch), gw, batch)),
  };
  return {
    ...common,
    apply: (w, x, out, batch) => scratch(() => filter(w, spectrum(x, batch), out, batch)),
    applyAdjoint: (w, y, out, batch) => scratch(() => {
      const filtered = temp(2 * n * batch);
      filter(w, y, filtered, batch);
      signal(filtered, out, batch);
    }),
    addGradient: (x, y, gw, batch) => scratch(() => accumulate(spectrum(x, batch), y, gw, batch)),
  };
}
