import type { Prox, Shape } from '../types.js';
import { formatShape, sizeOf } from './array.js';

export interface TotalVariationOptions {
  /**
   * Iterations of the dual problem for one prox. The default is within 1e-3 of the limit for tau up to a third of the image's
   * range; it grows with tau.
   */
  readonly iterations?: number;
  /** Starts from the dual variables of the call before, for solvers whose successive calls are alike. */
  readonly warmStart?: boolean;
  /** Σ |∂₁x| + |∂₂x| in place of Σ ‖∇x‖₂. */
  readonly anisotropic?: boolean;
  /** Keeps every value within [lo, hi]; g is infinite outside. */
  readonly range?: readonly [lo: number, hi: number];
}

/** Dual variables of an image [h, w], one for each forward difference, after a first row of zeros: [1 + h, w] each. */
export interface TotalVariationDual {
  readonly p: Float32Array;
  readonly q: Float32Array;
}

/** Rows of w numbers; `iterations` of the dual; values within lo…hi. */
export interface DualStepOptions {
  readonly w: number;
  readonly iterations: number;
  readonly anisotropic: boolean;
  readonly lo: number;
  readonly hi: number;
}

/**
 * out = the prox of tau TV at the image b, by fast gradient projection from the dual variables (Beck & Teboulle 2009, algorithm FGP),
 * which change in place; out is another array than b.
 */
export type DualSteps = (b: Float32Array, tau: number, dual: TotalVariationDual, out: Float32Array, options: DualStepOptions) => void;

export const dualSteps: DualSteps = (b, tau, { p, q }, out, { w, iterations, anisotropic, lo, hi }) => {
  const h = b.length / w,
    r = p.slice(),
    s = q.slice();
  /** out = b − tau ∇ᵀ(u, v) within the range; u is 0 in the last row, v in the last column, which stands before the next row. */
  function primal(u: Float32Array, v: Float32Array): void {
    for (let at = 0; at < b.length; at++) {
      const x = b[at]! + tau * (u[at + w]! - u[at]! + (v[at + w]! - v[at + w - 1]!));
      out[at] = x < lo ? lo : x > hi ? hi : x;
    }
  }
  let t = 1;
  // The dual gradient is ∇ of the primal point, with Lipschitz constant 8 tau².
  const eta = 1 / (8 * tau);
  for (let k = 0; k < iterations; k++) {
    primal(r, s);
    const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2,
      momentum = (t - 1) / next;
    for (let i = 0, at = 0; i < h; i++)
      for (let j = 0; j < w; j++, at++) {
        const to = at + w;
        let u = i < h - 1 ? r[to]! + eta * (out[at + w]! - out[at]!) : 0,
          v = j < w - 1 ? s[to]! + eta * (out[at + 1]! - out[at]!) : 0;
        if (anisotropic) {
          u = u > 1 ? 1 : u < -1 ? -1 : u;
          v = v > 1 ? 1 : v < -1 ? -1 : v;
        } else if (u * u + v * v > 1) {
          const shrink = 1 / Math.sqrt(u * u + v * v);
          u *= shrink;
          v *= shrink;
        }
        const pBefore = p[to]!,
          qBefore = q[to]!;
        p[to] = u;
        q[to] = v;
        r[to] = p[to]! + momentum * (p[to]! - pBefore);
        s[to] = q[to]! + momentum * (q[to]! - qBefore);
      }
    t = next;
  }
  primal(p, q);
};

/**
 * g(x) = TV(x) = Σ ‖(∇x)_i‖₂ over images [h, w], forward differences that are 0 at the last row and column (isotropic). The
 * prox is computed by fast gradient projection on its dual (Beck & Teboulle 2009), by other `steps` where they are faster; it has no
 * closed-form derivative, so `vjp` throws.
 */
export function totalVariation(
  shape: Shape,
  { iterations = 200, warmStart = false, anisotropic = false, range }: TotalVariationOptions = {},
  steps: DualSteps = dualSteps,
): Prox {
  if (shape.length !== 2) throw new RangeError(`tv: expected images [h,w], got ${formatShape(shape)}`);
  if (!Number.isSafeInteger(iterations) || iterations < 1)
    throw new RangeError(`tv: expected iterations to be a positive integer, got ${iterations}`);
  // Bounds that f32 holds exactly, so that a clamped image lies inside the range.
  const [lo, hi] = (range ?? [-Infinity, Infinity]).map(Math.fround) as [number, number];
  if (!(lo <= hi)) throw new RangeError(`tv: expected a range lo ≤ hi, got ${range!.join(' and ')}`);
  const [h, w] = shape as [number, number],
    size = sizeOf(shape);
  const name = `tv(${h}x${w}${anisotropic ? ',anisotropic' : ''}${range ? `,${lo},${hi}` : ''})`;
  const zeroDual = (): TotalVariationDual => ({ p: new Float32Array(w + size), q: new Float32Array(w + size) });
  const kept: TotalVariationDual[] = [];
  const count = (x: Float32Array): number => {
    if (x.length % size) throw new RangeError(`${name}: expected images of ${formatShape(shape)}, got ${x.length} numbers`);
    return x.length / size;
  };
  const clamp = (value: number): number => (value < lo ? lo : value > hi ? hi : value);

  return {
    name,
    shape,
    value(x) {
      let sum = 0;
      for (let b = 0, n = count(x); b < n; b++)
        for (let i = 0, at = b * size; i < h; i++)
          for (let j = 0; j < w; j++, at++) {
            const u = i < h - 1 ? x[at + w]! - x[at]! : 0,
              v = j < w - 1 ? x[at + 1]! - x[at]! : 0;
            if (x[at]! < lo || x[at]! > hi) return Infinity;
            sum += anisotropic ? Math.abs(u) + Math.abs(v) : Math.sqrt(u * u + v * v);
          }
      return sum;
    },
    prox(x, tau, out) {
      const n = count(x);
      // Not for NaN, which must show in the result.
      if (tau <= 0) for (let i = 0; i < x.length; i++) out[i] = clamp(x[i]!);
      else
        for (let b = 0; b < n; b++) {
          const dual = (warmStart ? kept[b] : undefined) ?? zeroDual();
          if (warmStart) kept[b] = dual;
          steps(x.slice(b * size, (b + 1) * size), tau, dual, out.subarray(b * size, (b + 1) * size), { w, iterations, anisotropic, lo, hi });
        }
    },
    vjp() {
      throw new TypeError(
        `${name}: its prox is iterative and has no derivative here; use it in a solver, or wavelet-l1 in a network`,
      );
    },
  };
}
