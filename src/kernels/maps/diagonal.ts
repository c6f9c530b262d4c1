import type { Pattern, PatternMap, Shape } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { matrixSize, weightCount } from '../../core/pattern.js';
import { fourierPlan32, type RealFourierPlan, realFourierPlan32, scratch, type SignalSigns, spectrumSigns, temp } from '../index.js';

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

type Fourier = Pattern & { kind: 'diagonal'; basis: 'fourier' };
/** X ← D X for spectra one after the other, D a real diagonal. */
type Filter = (X: Float32Array, out: Float32Array, batch: number) => void;

const planOf = ({ shape, complexInput }: Fourier): RealFourierPlan => (complexInput ? complexPlan(shape) : realFourierPlan32(shape));

/** Both products with D F, or Fᴴ D F where the pattern is circulant; F is unitary. */
function inFourier(pattern: Fourier, { forward, adjoint }: RealFourierPlan) {
  const n = sizeOf(pattern.shape);
  const back = (filter: Filter, X: Float32Array, out: Float32Array, batch: number): void => {
    const filtered = temp(2 * n * batch);
    filter(X, filtered, batch);
    adjoint(filtered, out, batch);
  };
  const circulant = (filter: Filter, x: Float32Array, out: Float32Array, batch: number): void => scratch(() => {
    const X = temp(2 * n * batch);
    forward(x, X, batch);
    back(filter, X, out, batch);
  });
  if (pattern.form === 'circulant') return { apply: circulant, applyAdjoint: circulant };
  return {
    apply: (filter: Filter, x: Float32Array, out: Float32Array, batch: number) => scratch(() => {
      const X = temp(2 * n * batch);
      forward(x, X, batch);
      filter(X, out, batch);
    }),
    applyAdjoint: (filter: Filter, y: Float32Array, out: Float32Array, batch: number) => scratch(() => back(filter, y, out, batch)),
  };
}

/** The frequencies that have a weight, in the weights' order. */
const frequenciesOf = ({ shape, support }: Fourier): Uint32Array =>
  Uint32Array.from({ length: sizeOf(shape) }, (_, k) => k).filter(k => !support || support[k]);

/** One real weight a frequency of the support, zero off it. */
export function fourierMap(pattern: Fourier): PatternMap {
  const n = sizeOf(pattern.shape), plan = planOf(pattern), { apply, applyAdjoint } = inFourier(pattern, plan);
  const { rows: outSize, cols: inSize } = matrixSize(pattern), frequencies = frequenciesOf(pattern);

  /** out = diag(w) X; out is another array. */
  const by = (w: Float32Array): Filter => (X, out, batch) => {
    out.fill(0, 0, 2 * n * batch);
    for (let at = 0; at < 2 * n * batch; at += 2 * n)
      for (let j = 0; j < frequencies.length; j++) {
        const k = at + 2 * frequencies[j]!;
        out[k] = w[j]! * X[k]!;
        out[k + 1] = w[j]! * X[k + 1]!;
      }
  };
  const spectrum = (x: Float32Array, batch: number): Float32Array => {
    const out = temp(2 * n * batch);
    plan.forward(x, out, batch);
    return out;
  };
  return {
    pattern, inSize, outSize, count: weightCount(pattern),
    apply: (w, x, out, batch) => apply(by(w), x, out, batch),
    applyAdjoint: (w, y, out, batch) => applyAdjoint(by(w), y, out, batch),
    addGradient: (x, y, gw, batch) => scratch(() => {
      const X = spectrum(x, batch), Y = pattern.form === 'circulant' ? spectrum(y, batch) : y;
      for (let at = 0; at < 2 * n * batch; at += 2 * n)
        for (let j = 0; j < frequencies.length; j++) {
          const k = at + 2 * frequencies[j]!;
          gw[j]! += X[k]! * Y[k]! + X[k + 1]! * Y[k + 1]!;
        }
    }),
  };
}

/** The same with weights scale · code(j), code −1, 0 or +1, kept as two bits a frequency. */
export function fourierSigns(pattern: Fourier, code: (j: number) => number): SignalSigns {
  const places = new Int8Array(sizeOf(pattern.shape)), { apply, applyAdjoint } = inFourier(pattern, planOf(pattern));
  frequenciesOf(pattern).forEach((k, j) => { places[k] = code(j); });
  const signs = spectrumSigns(places.length, k => places[k]!), { rows: outSize, cols: inSize } = matrixSize(pattern);
  const by = (scale: number): Filter => (X, out, batch) => signs.multiply(scale, X, out, batch);
  return {
    inSize, outSize,
    apply: (scale, x, out, batch) => apply(by(scale), x, out, batch),
    applyAdjoint: (scale, y, out, batch) => applyAdjoint(by(scale), y, out, batch),
  };
}
