import { claimer, orFree } from './claim.js';
import { free } from './memory.js';
import { kernels } from './wasm.js';

/** What a 2 × 2 matrix on one qubit does: m00 m01 m10 m11, complex, row-major: 8 numbers. */
export type Matrix2 = Float64Array;

/**
 * Two state vectors of n qubits, ψ and a co-state λ, and the operations of a simulator on them. Qubit 0 is the most significant bit
 * of an index.
 */
export interface QubitState {
  readonly qubits: number;
  /** ψ = |0…0⟩. */
  reset(): void;
  /** A matrix on a qubit of ψ, where the control, if there is one, is 1. */
  rotate(qubit: number, matrix: Matrix2, control?: number): void;
  /** The same where the qubits before this one are 0 in ψ: in the part of ψ that is left. */
  prepare(qubit: number, matrix: Matrix2): void;
  /** X, or CNOT with a control; on λ too if asked. */
  exchange(qubit: number, control?: number, both?: boolean): void;
  /** CZ. */
  negate(a: number, b: number, both?: boolean): void;
  /** Σ ψ_a conj(λ_b) by the qubit's bits, as a matrix, then the matrix on ψ and λ. */
  unrotate(qubit: number, matrix: Matrix2, control?: number): Matrix2;
  /** The same where the matrix turns the qubit of ψ back to 0, and those before are 0. λ is worth nothing then where ψ is 0. */
  unprepare(qubit: number, matrix: Matrix2): Matrix2;
  /** |ψ|² into out, 2ⁿ numbers. */
  probabilities(out: Float64Array): Float64Array;
  /** λ = v ψ. */
  weigh(v: Float64Array): void;
  /** ψ, re and im by turns. */
  amplitudes(): Float64Array;
  /** Gives the memory back, once; every later call throws an Error, this one too. */
  release(): void;
}

export const mostQubits = 20;

const claim = claimer('qubitState');

/** All or nothing, so many doubles each. */
function claimAll(lengths: readonly number[]): Float32Array[] {
  const rooms: Float32Array[] = [];
  return orFree(rooms, () => {
    for (const length of lengths) rooms.push(claim(2 * length));
    return rooms;
  });
}
const doubles = (array: Float32Array): Float64Array => new Float64Array(array.buffer, array.byteOffset, array.length / 2);

/** Throws a RangeError for more than 20 qubits: 2²⁰ amplitudes are 16 MiB, and every further qubit doubles them. */
export function qubitState(qubits: number): QubitState {
  if (!Number.isSafeInteger(qubits) || qubits < 1 || qubits > mostQubits)
    throw new RangeError(`qubitState: expected 1 to ${mostQubits} qubits, got ${qubits}`);
  const count = 2 ** qubits, rooms = claimAll([2 * count, 2 * count, count, 16]);
  const [psi, lambda, real, small] = rooms.map(room => room.byteOffset) as [number, number, number, number];
  const [state, , reals, matrices] = rooms.map(doubles) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const weight = (qubit: number | undefined): number => (qubit === undefined ? 0 : 2 ** (qubits - 1 - qubit));
  const put = (matrix: Matrix2): number => {
    matrices.set(matrix);
    return small;
  };
  let released = false;
  // The rooms may be another state's by then.
  const open = (): void => {
    if (released) throw new Error('qubitState: expected a state in use, got one after release');
  };
  return {
    qubits,
    reset() {
      open();
      state.fill(0);
      state[0] = 1;
    },
    rotate(qubit, matrix, control) {
      open();
      kernels.rotate(psi, count, weight(qubit), weight(control), put(matrix));
    },
    prepare(qubit, matrix) {
      open();
      kernels.rotate(psi, 2 * weight(qubit), weight(qubit), 0, put(matrix));
    },
    exchange(qubit, control, both) {
      open();
      kernels.exchange(psi, count, weight(qubit), weight(control));
      if (both) kernels.exchange(lambda, count, weight(qubit), weight(control));
    },
    negate(a, b, both) {
      open();
      kernels.negate(psi, count, weight(a) | weight(b));
      if (both) kernels.negate(lambda, count, weight(a) | weight(b));
    },
    unrotate(qubit, matrix, control) {
      open();
      kernels.unrotate(psi, lambda, count, weight(qubit), weight(control), put(matrix), small + 64);
      return matrices.slice(8, 16);
    },
    unprepare(qubit, matrix) {
      open();
      kernels.unrotate(psi, lambda, 2 * weight(qubit), weight(qubit), 0, put(matrix), small + 64);
      return matrices.slice(8, 16);
    },
    probabilities(out) {
      open();
      kernels.probabilities(psi, count, real);
      out.set(reals);
      return out;
    },
    weigh(v) {
      open();
      reals.set(v);
      kernels.weigh(psi, count, real, lambda);
    },
    amplitudes() {
      open();
      return state.slice();
    },
    release() {
      open();
      released = true;
      rooms.forEach(free);
    },
  };
}
