import type { Prox } from '../types.js';
import { transformProx, transformProxForms } from './transform-prox.js';

// Each prox is separable, so the loops run over any number of signals; out may be the input array itself.

/** g(x) = ‖x‖₁: soft-threshold, sign(x) max(|x| − tau, 0). */
export const l1 = (): Prox => ({
  name: 'l1',
  value(x) {
    let sum = 0;
    for (const value of x) sum += Math.abs(value);
    return sum;
  },
  prox(x, tau, out) {
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      // Written so that NaN stays NaN: a solver that diverges must show it.
      out[i] = Math.abs(value) <= tau ? 0 : value > 0 ? value - tau : value + tau;
    }
  },
  vjp(x, tau, v, out) {
    let gradTau = 0;
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!, through = Math.abs(value) <= tau ? 0 : v[i]!;
      gradTau -= value > 0 ? through : -through;
      out[i] = through;
    }
    return gradTau;
  },
});

/** g(x) = ½‖x‖²: shrinks by 1/(1 + tau). */
export const l2Squared = (): Prox => ({
  name: 'l2-squared',
  value(x) {
    let sum = 0;
    for (const value of x) sum += value * value;
    return sum / 2;
  },
  prox(x, tau, out) {
    for (let i = 0; i < x.length; i++) out[i] = x[i]! / (1 + tau);
  },
  vjp(x, tau, v, out) {
    let gradTau = 0;
    for (let i = 0; i < x.length; i++) {
      gradTau -= (v[i]! * x[i]!) / (1 + tau) ** 2;
      out[i] = v[i]! / (1 + tau);
    }
    return gradTau;
  },
});

/** g(x) = ‖x‖₁ for x ≥ 0, infinite elsewhere: max(x − tau, 0). */
export const nonNegativeL1 = (): Prox => ({
  name: 'non-negative-l1',
  value(x) {
    let sum = 0;
    for (const value of x) sum += value < 0 ? Infinity : value;
    return sum;
  },
  prox(x, tau, out) {
    for (let i = 0; i < x.length; i++) out[i] = x[i]! <= tau ? 0 : x[i]! - tau;
  },
  vjp(x, tau, v, out) {
    let gradTau = 0;
    for (let i = 0; i < x.length; i++) {
      const through = x[i]! <= tau ? 0 : v[i]!;
      gradTau -= through;
      out[i] = through;
    }
    return gradTau;
  },
});

/** g(z) = Σ|z| over complex z (pairs re, im): z max(1 − tau/|z|, 0), which keeps the phase. */
export const complexL1 = (): Prox => ({
  name: 'complex-l1',
  value(x) {
    let sum = 0;
    for (let i = 0; i < x.length; i += 2) sum += Math.hypot(x[i]!, x[i + 1]!);
    return sum;
  },
  prox(x, tau, out) {
    for (let i = 0; i < x.length; i += 2) {
      const re = x[i]!, im = x[i + 1]!, magnitude = Math.hypot(re, im);
      const factor = magnitude <= tau ? 0 : tau === 0 ? 1 : 1 - tau / magnitude;
      out[i] = factor * re;
      out[i + 1] = factor * im;
    }
  },
  // With u = z/|z| the Jacobian is I − (tau/|z|)(I − u uᵀ) on pairs: phases shrink, magnitudes pass.
  vjp(x, tau, v, out) {
    let gradTau = 0;
    for (let i = 0; i < x.length; i += 2) {
      const magnitude = Math.hypot(x[i]!, x[i + 1]!);
      if (magnitude <= tau || magnitude === 0) { out[i] = out[i + 1] = 0; continue; }
      const re = x[i]! / magnitude, im = x[i + 1]! / magnitude, shrink = tau / magnitude;
      const vRe = v[i]!, vIm = v[i + 1]!, along = re * vRe + im * vIm;
      gradTau -= along;
      out[i] = vRe - shrink * (vRe - re * along);
      out[i + 1] = vIm - shrink * (vIm - im * along);
    }
    return gradTau;
  },
});

/** g(x) = 0 for lo ≤ x ≤ hi, infinite elsewhere: clamps to [lo, hi] for every tau. Throws a RangeError unless lo ≤ hi. */
export function box(lo: number, hi: number): Prox {
  if (!(lo <= hi)) throw new RangeError(`box: expected lo ≤ hi, got ${lo} and ${hi}`);
  // Bounds that f32 holds exactly, so that a clamped signal lies inside the box.
  lo = Math.fround(lo);
  hi = Math.fround(hi);
  return {
    name: `box(${lo},${hi})`,
    value: x => (x.every(value => value >= lo && value <= hi) ? 0 : Infinity),
    prox(x, _tau, out) {
      for (let i = 0; i < x.length; i++) out[i] = Math.min(Math.max(x[i]!, lo), hi);
    },
    vjp(x, _tau, v, out) {
      for (let i = 0; i < x.length; i++) out[i] = x[i]! < lo || x[i]! > hi ? 0 : v[i]!;
      return 0;
    },
  };
}

/** g(x) = 0: the identity. */
export const zero = (): Prox => ({
  name: 'zero',
  value: () => 0,
  prox: (x, _tau, out) => out.set(x),
  vjp(_x, _tau, v, out) {
    out.set(v);
    return 0;
  },
});

const plain = [l1, l2Squared, nonNegativeL1, complexL1, zero];

/** The prox that a model file names, `box(lo,hi)` included. Throws a RangeError listing the names on any other. */
export function proxByName(name: string): Prox {
  const bounds = /^box\(([^,()]+),([^,()]+)\)$/.exec(name);
  if (bounds) return box(Number(bounds[1]), Number(bounds[2]));
  const found = plain.map(make => make()).find(prox => prox.name === name) ?? transformProx(name);
  if (found) return found;
  const names = plain.map(make => make().name).join(', ');
  throw new RangeError(`prox: expected one of ${names}, box(lo,hi), ${transformProxForms.join(', ')}, got ${JSON.stringify(name)}`);
}
