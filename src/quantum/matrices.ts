import type { Matrix2 } from '../kernels/index.js';
import type { Gate } from './circuit.js';

/** a b, complex 2 × 2. */
export function times(a: Matrix2, b: Matrix2): Matrix2 {
  const out = new Float64Array(8);
  for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) for (let k = 0; k < 2; k++) {
    const p = 4 * i + 2 * k, q = 4 * k + 2 * j, to = 4 * i + 2 * j;
    out[to]! += a[p]! * b[q]! - a[p + 1]! * b[q + 1]!;
    out[to + 1]! += a[p]! * b[q + 1]! + a[p + 1]! * b[q]!;
  }
  return out;
}

/** The conjugate transpose: the inverse of a unitary. */
export const adjoint = (m: Matrix2): Matrix2 => Float64Array.of(m[0]!, -m[1]!, m[4]!, -m[5]!, m[2]!, -m[3]!, m[6]!, -m[7]!);

export const identity = (): Matrix2 => Float64Array.of(1, 0, 0, 0, 0, 0, 1, 0);

/** −i/2 times X, Y or Z: what exp(−iθP/2) is the exponential of, at θ = 1. */
export const generators: Readonly<Record<'rx' | 'ry' | 'rz' | 'cry', Matrix2>> = {
  rx: Float64Array.of(0, 0, 0, -0.5, 0, -0.5, 0, 0),
  ry: Float64Array.of(0, 0, -0.5, 0, 0.5, 0, 0, 0),
  rz: Float64Array.of(0, -0.5, 0, 0, 0, 0, 0, 0.5),
  cry: Float64Array.of(0, 0, -0.5, 0, 0.5, 0, 0, 0),
};

const fixed: Readonly<Record<'h' | 'x' | 'y' | 'z', Matrix2>> = {
  h: Float64Array.of(Math.SQRT1_2, 0, Math.SQRT1_2, 0, Math.SQRT1_2, 0, -Math.SQRT1_2, 0),
  x: Float64Array.of(0, 0, 1, 0, 1, 0, 0, 0),
  y: Float64Array.of(0, 0, 0, -1, 0, 1, 0, 0),
  z: Float64Array.of(1, 0, 0, 0, 0, 0, -1, 0),
};

/** The matrix of a gate on one qubit, or of a controlled rotation where its control is 1. cos(θ/2) I + 2 sin(θ/2) (−i/2 P). */
export function matrixOf(gate: Exclude<Gate, { kind: 'cnot' | 'cz' }>, angles: ArrayLike<number>): Matrix2 {
  if (!('angle' in gate)) return fixed[gate.kind];
  const half = angles[gate.angle]! / 2, c = Math.cos(half), s = 2 * Math.sin(half);
  const m = generators[gate.kind].map(value => s * value);
  m[0]! += c;
  m[6]! += c;
  return m;
}
