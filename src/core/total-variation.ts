import type { Prox, Shape } from '../types.js';
import { formatShape, sizeOf } from './array.js';

export interface TotalVariationOptions {
  /** Iterations of the dual problem for one prox. */
  readonly iterations?: number;
  /** Starts from the dual variables of the call before, for solvers whose successive calls are alike. */
  readonly warmStart?: boolean;
}

/**
 * g(x) = TV(x) = Σ ‖(∇x)_i‖₂ over images [h, w], forward differences that are 0 at the last row and column (isotropic). The prox is
 * computed by fast gradient projection on its dual (Beck & Teboulle 2009); it has no closed-form derivative, so `vjp` throws.
 */
export function totalVariation(shape: Shape, { iterations = 200, warmStart = false }: TotalVariationOptions = {}): Prox {
  if (shape.length !== 2) throw new RangeError(`tv: expected images [h,w], got ${formatShape(shape)}`);
  if (!Number.isSafeInteger(iterations) || iterations < 1) throw new RangeError(`tv: expected iterations to be a positive integer, got ${iterations}`);
  const [h, w] = shape as [number, number], size = sizeOf(shape), name = `tv(${h}x${w})`;
  const kept: { p: Float32Array; q: Float32Array }[] = [];
  const r = new Float32Array(size), s = new Float32Array(size), before = { p: new Float32Array(size), q: new Float32Array(size) };
  const count = (x: Float32Array): number => {
    if (x.length % size) throw new RangeError(`${name}: expected images of ${formatShape(shape)}, got ${x.length} numbers`);
    return x.length / size;
  };

  /** out = b − tau ∇ᵀ(r, s). */
  function primal(b: Float32Array, tau: number, u: Float32Array, v: Float32Array, out: Float32Array): void {
    for (let i = 0, at = 0; i < h; i++) for (let j = 0; j < w; j++, at++) {
      const down = (i < h - 1 ? u[at]! : 0) - (i ? u[at - w]! : 0), right = (j < w - 1 ? v[at]! : 0) - (j ? v[at - 1]! : 0);
      out[at] = b[at]! + tau * (down + right);
    }
  }

  function one(b: Float32Array, tau: number, out: Float32Array, { p, q }: { p: Float32Array; q: Float32Array }): void {
    let t = 1;
    r.set(p);
    s.set(q);
    // The dual gradient is ∇ of the primal point, with Lipschitz constant 8 tau².
    const eta = 1 / (8 * tau);
    for (let k = 0; k < iterations; k++) {
      primal(b, tau, r, s, out);
      before.p.set(p);
      before.q.set(q);
      const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2, momentum = (t - 1) / next;
      for (let i = 0, at = 0; i < h; i++) for (let j = 0; j < w; j++, at++) {
        const u = i < h - 1 ? r[at]! + eta * (out[at + w]! - out[at]!) : 0, v = j < w - 1 ? s[at]! + eta * (out[at + 1]! - out[at]!) : 0;
        const length = Math.sqrt(u * u + v * v), shrink = length > 1 ? 1 / length : 1;
        p[at] = u * shrink;
        q[at] = v * shrink;
        r[at] = p[at]! + momentum * (p[at]! - before.p[at]!);
        s[at] = q[at]! + momentum * (q[at]! - before.q[at]!);
      }
      t = next;
    }
    primal(b, tau, p, q, out);
  }

  return {
    name,
    value(x) {
      let sum = 0;
      for (let b = 0, n = count(x); b < n; b++) for (let i = 0, at = b * size; i < h; i++) for (let j = 0; j < w; j++, at++) {
        const u = i < h - 1 ? x[at + w]! - x[at]! : 0, v = j < w - 1 ? x[at + 1]! - x[at]! : 0;
        sum += Math.sqrt(u * u + v * v);
      }
      return sum;
    },
    prox(x, tau, out) {
      if (!(tau > 0)) { out.set(x); return; }
      for (let b = 0, n = count(x); b < n; b++) {
        const dual = (warmStart ? kept[b] : undefined) ?? { p: new Float32Array(size), q: new Float32Array(size) };
        if (warmStart) kept[b] = dual;
        one(x.slice(b * size, (b + 1) * size), tau, out.subarray(b * size, (b + 1) * size), dual);
      }
    },
    vjp() { throw new TypeError(`${name}: its prox is iterative and has no derivative here; use it in a solver, or wavelet-l1 in a network`); },
  };
}
