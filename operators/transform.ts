import type { LinearOperator, OperatorDescription } from '../src/types.js';
import { sizeOf } from '../src/core/array.js';
import type { OrthonormalTransform } from '../src/core/dct.js';
import { linop } from '../src/core/linop.js';

/** Larger transforms are not written out as matrices. */
const largest = 4096;

/** A fast orthonormal transform as an operator; its matrix is computed where it is asked for. */
export function transformOperator(name: string, { shape, analyse, synthesise }: OrthonormalTransform, describe: () => OperatorDescription): LinearOperator {
  const n = sizeOf(shape);
  return linop({
    name, inShape: shape, outShape: shape, apply: analyse, applyAdjoint: synthesise,
    pattern: () => ({ kind: 'dense', rows: n, cols: n }),
    weights() {
      if (n > largest) throw new RangeError(`${name}: expected at most ${largest} entries a signal to write its matrix out, got ${n}`);
      const unit = new Float32Array(n * n), rows = new Float32Array(n * n);
      for (let i = 0; i < n; i++) unit[i * n + i] = 1;
      // The adjoint of the i-th unit vector is the i-th row.
      synthesise(unit, rows, n);
      return rows;
    },
    normalSolver: rho => (b, out, batch) => { for (let i = 0; i < n * batch; i++) out[i] = b[i]! / (1 + rho); },
    describe,
  });
}
