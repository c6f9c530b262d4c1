import type { Pattern, PatternMap, Shape } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { matrixSize, weightCount } from '../../core/pattern.js';
import { fourierPlan32, type RealFourierPlan, realFourierPlan32, scratch, temp } from '../index.js';

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

/** F and Fᴴ on complex signals in the place of real ones. */
function complexPlan(shape: Shape): RealFourierPlan {
  const { forward, inverse } = fourierPlan32(shape);
  return { forward, adjoint: inverse };
}

/** One real weight a frequency of the support; F is unitary, zero off the support. */
export function fourierMap(pattern: Pattern & { kind: 'diagonal'; basis: 'fourier' }): PatternMap {
  const { shape, complexInput, form, support } = pattern;
  const n = sizeOf(shape), plan = complexInput ? complexPlan(shape) : realFourierPlan32(shape);
  const { rows: outSize, cols: inSize } = matrixSize(pattern);
  const frequencies = Uint32Array.from({ length: n }, (_, k) => k).filter(k => !support || support[k]);

  const spectrum = (x: Float32Array, batch: number): Float32Array => {
    const out = temp(2 * n * batch);
    plan.forward(x, out, batch);
    return out;
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
    plan.adjoint(filtered, out, batch);
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
      plan.adjoint(filtered, out, batch);
    }),
    addGradient: (x, y, gw, batch) => scratch(() => accumulate(spectrum(x, batch), y, gw, batch)),
  };
}
