import type { LinearOperator, Operation, Param } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { axpby, dot, temp } from '../../kernels/index.js';
import { normalSolver } from '../../solvers/normal-solver.js';
import { productsOf } from '../products.js';
import { adjointProduct, combine, product } from './operations.js';

/** How a layer brings x nearer to what was measured. */
export interface DataStep {
  readonly params: readonly Param[];
  /**
   * v for a batch, and its pullback: the gradient of v becomes that of what is learnt and, where `gx` is given, of x. Arrays live
   * until the enclosing `scratch` ends.
   */
  step(x: Float32Array, y: Float32Array, batch: number): [v: Float32Array, pullback: (gv: Float32Array, gx?: Float32Array) => void];
  /** v from x and y, where operations tell it. */
  operations?(): readonly Operation[];
}

/**
 * v = x − eta Wᵀ(A x − y); without W it is A that goes back, without eta the step is 1. W has the pattern of A, or of G A behind a
 * frame G, and then v = x − eta WᵀG(A x − y).
 */
export function gradientData(operator: LinearOperator, { W, G, eta }: { W?: Param; G?: Param; eta?: Param }): DataStep {
  const A = productsOf(operator), n = sizeOf(operator.inShape), m = sizeOf(operator.outShape), framed = G?.map!.outSize ?? m;
  if (G && !W) throw new TypeError('gradient step: expected a frame in front of a learnt W, got no W');
  /** G r; r itself without a frame. */
  const through = (r: Float32Array, batch: number): Float32Array => {
    if (!G) return r;
    const z = temp(framed * batch);
    G.map!.apply(G.value, r, z, batch);
    return z;
  };
  const back = (r: Float32Array, out: Float32Array, batch: number): void =>
    W ? W.map!.applyAdjoint(W.value, r, out, batch) : A.applyAdjoint(r, out, batch);
  const ahead = (x: Float32Array, out: Float32Array, batch: number): void =>
    W ? W.map!.apply(W.value, x, out, batch) : A.apply(x, out, batch);
  return {
    params: [...(W ? [W] : []), ...(eta ? [eta] : [])],
    operations: () => [product('x', 'r'), combine(1, 'r', -1, 'y', 'r'), ...(G ? [product('r', 'framed', G)] : []),
      adjointProduct(G ? 'framed' : 'r', 'u', W), combine(1, 'x', eta ? -eta.value[0]! : -1, 'u', 'v')],
    step(x, y, batch) {
      const size = eta ? eta.value[0]! : 1, r = temp(m * batch), u = temp(n * batch), v = temp(n * batch);
      A.apply(x, r, batch);
      axpby(1, r, -1, y, r);
      const z = through(r, batch);
      back(z, u, batch);
      axpby(1, x, -size, u, v);
      return [v, (gv, gx) => {
        if (eta?.trainable) eta.grad[0]! -= dot(gv, u);
        if (!gx && !W?.trainable) return;
        const gu = temp(n * batch), gz = temp(framed * batch);
        axpby(-size, gv, 0, gv, gu);
        if (W?.trainable) W.map!.addGradient(gu, z, W.grad, batch);
        if (!gx) return;
        ahead(gu, gz, batch);
        const gr = G ? temp(m * batch) : gz;
        if (G) G.map!.applyAdjoint(G.value, gz, gr, batch);
        A.applyAdjoint(gr, gx, batch);
        axpby(1, gx, 1, gv, gx);
      }];
    },
  };
}

/** v = argmin ‖A v − y‖² + rho ‖v − x‖² = (AᴴA + rho I)⁻¹ (Aᴴy + rho x), by the operator's closed form or by CG. */
export function proximalData(A: LinearOperator, rho: Param): DataStep {
  const n = sizeOf(A.inShape);
  let known: { rho: number; solve: ReturnType<typeof normalSolver> } | undefined;
  const solver = (value: number) => (known?.rho === value ? known : (known = { rho: value, solve: normalSolver(A, value) })).solve;
  return {
    params: [rho],
    step(x, y, batch) {
      const penalty = rho.value[0]!, solve = solver(penalty), b = temp(n * batch), v = temp(n * batch);
      A.applyAdjoint(y, b, batch);
      axpby(1, b, penalty, x, b);
      solve(b, v, batch);
      return [v, (gv, gx) => {
        if (!rho.trainable && !gx) return;
        // (AᴴA + rho I) is self-adjoint, and d/drho of v is its inverse times x − v.
        const out = gx ?? temp(n * batch);
        solve(gv, out, batch);
        if (rho.trainable) rho.grad[0]! += dot(out, x) - dot(out, v);
        axpby(penalty, out, 0, out, out);
      }];
    },
  };
}
