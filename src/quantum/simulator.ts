import { qubitState, type Matrix2 } from '../kernels/index.js';
import type { Random } from '../core/random.js';
import type { Circuit } from './circuit.js';
import { adjoint, generators, identity, matrixOf, times } from './matrices.js';
import { planOf, type Rotation } from './plan.js';

const product = (gates: readonly Rotation[], angles: ArrayLike<number>): Matrix2 =>
  gates.reduce((whole, gate) => times(matrixOf(gate, angles), whole), identity());

/** 2 Re tr(G M). */
function twiceTrace(G: Matrix2, M: Matrix2): number {
  const m = times(G, M);
  return 2 * (m[0]! + m[6]!);
}

export interface Simulator {
  readonly circuit: Circuit;
  /** p_w = |⟨w|U(angles)|0…0⟩|², 2ⁿ numbers. */
  probabilities(angles: ArrayLike<number>, out?: Float64Array): Float64Array;
  /**
   * ∂/∂angles of a function of p, given ∂/∂p at the angles that `probabilities` was last called with: adjoint differentiation
   * (Jones & Gacon 2020), all angles for about three passes through the circuit. Once for each call of `probabilities`, and
   * before any other of `amplitudes`.
   */
  pullback(gradient: Float64Array, out?: Float64Array): Float64Array;
  /** ψ = U|0…0⟩, re and im by turns. */
  amplitudes(angles: ArrayLike<number>): Float64Array;
  /** Gives its memory back; every later call throws an Error. */
  release(): void;
}

function checkLength(what: string, { length }: ArrayLike<number>, expected: number): void {
  if (length !== expected) throw new RangeError(`simulator: expected ${expected} ${what}, got ${length}`);
}

/** A state-vector simulator in f64 for at most 20 qubits. Throws a RangeError for more, and for arrays of a wrong length. */
export function simulator(of: Circuit): Simulator {
  const state = qubitState(of.qubits), { opening, passes } = planOf(of), count = 2 ** of.qubits;
  /** From the last qubit, so that those before are 0. */
  const first = [...opening].sort(([p], [q]) => q - p);
  let current: Float64Array | undefined;

  function run(angles: ArrayLike<number>): Float64Array {
    checkLength('angles', angles, of.angles);
    const at = Float64Array.from(angles);
    if (!at.every(Number.isFinite)) throw new RangeError('simulator: expected finite angles, got others');
    current = undefined;
    state.reset();
    for (const [qubit, gates] of first) state.prepare(qubit, product(gates, at));
    for (const pass of passes) {
      if (pass.kind === 'cnot') state.exchange(pass.qubit, pass.control);
      else if (pass.kind === 'cz') state.negate(pass.qubit, pass.control);
      else state.rotate(pass.qubit, product(pass.gates, at), pass.control);
    }
    return at;
  }

  /** Derivatives of the rotations of one pass from the sums after it: a gate's generator moved past the gates that came later. */
  function collect(gates: readonly Rotation[], sums: Matrix2, angles: Float64Array, out: Float64Array): void {
    let later = identity();
    for (const gate of [...gates].reverse()) {
      if ('angle' in gate) out[gate.angle]! += twiceTrace(times(times(later, generators[gate.kind]), adjoint(later)), sums);
      later = times(later, matrixOf(gate, angles));
    }
  }

  return {
    circuit: of,
    probabilities(angles, out = new Float64Array(count)) {
      checkLength('numbers in out', out, count);
      current = run(angles);
      return state.probabilities(out);
    },
    pullback(gradient, out = new Float64Array(of.angles)) {
      if (!current) throw new Error('simulator: expected probabilities before each pullback');
      checkLength('derivatives', gradient, count);
      checkLength('numbers in out', out, of.angles);
      const angles = current;
      current = undefined;
      out.fill(0);
      state.weigh(gradient);
      for (const pass of [...passes].reverse()) {
        if (pass.kind === 'cnot') state.exchange(pass.qubit, pass.control, true);
        else if (pass.kind === 'cz') state.negate(pass.qubit, pass.control, true);
        else collect(pass.gates, state.unrotate(pass.qubit, adjoint(product(pass.gates, angles)), pass.control), angles, out);
      }
      for (const [qubit, gates] of [...first].reverse())
        collect(gates, state.unprepare(qubit, adjoint(product(gates, angles))), angles, out);
      return out;
    },
    amplitudes(angles) {
      run(angles);
      return state.amplitudes();
    },
    release: () => state.release(),
  };
}

/**
 * `count` outcomes of a distribution, each an index of 2ⁿ; by one search in the cumulated probabilities, which need not sum
 * to 1. Throws a RangeError for other numbers than probabilities, where all are 0, and for a count below 0.
 */
export function sampleOutcomes(p: Float64Array, count: number, rng: Random): Uint32Array {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`sampleOutcomes: expected 0 or more outcomes, got ${count}`);
  const cumulated = new Float64Array(p.length);
  let sum = 0;
  for (let w = 0; w < p.length; w++) {
    if (!(p[w]! >= 0)) throw new RangeError(`sampleOutcomes: expected probabilities of at least 0, got ${p[w]}`);
    cumulated[w] = sum += p[w]!;
  }
  if (!(sum > 0 && sum < Infinity)) throw new RangeError(`sampleOutcomes: expected probabilities with a sum above 0, got ${sum}`);
  return Uint32Array.from({ length: count }, () => {
    const u = rng.uniform() * sum;
    let low = 0, high = p.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulated[middle]! > u) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}
