import type { Random } from '../core/random.js';
import { circuit, type Circuit, type Gate } from './circuit.js';
import { simulator } from './simulator.js';

/** Probabilities that a gate on one or on two qubits is followed by an error. */
export interface Depolarising {
  readonly one: number;
  readonly two: number;
}

const errors = ['x', 'y', 'z'] as const;

/**
 * One trajectory of depolarising noise: after each gate, with the given probability, one of the 3 (or 15) Pauli errors other than
 * the identity on its qubits, all equally likely. Averages over trajectories are those of the channel. Throws a RangeError for
 * probabilities outside 0 … 1.
 */
export function trajectory(of: Circuit, { one, two }: Depolarising, rng: Random): Circuit {
  for (const p of [one, two]) if (!(p >= 0 && p <= 1))
    throw new RangeError(`trajectory: expected probabilities from 0 to 1, got ${p}`);
  const gates: Gate[] = [];
  const hit = (qubit: number, which: number): void => {
    if (which) gates.push({ kind: errors[which - 1]!, qubit });
  };
  for (const gate of of.gates) {
    gates.push(gate);
    if (!('control' in gate)) {
      if (rng.uniform() < one) hit(gate.qubit, 1 + rng.integer(3));
    } else if (rng.uniform() < two) {
      const which = 1 + rng.integer(15);
      hit(gate.control, which >> 2);
      hit(gate.qubit, which & 3);
    }
  }
  return circuit(of.qubits, of.angles, gates);
}

/** The distribution of outcomes under depolarising noise, as the mean over trajectories; one does where there is no noise. */
export function noisyProbabilities(
  of: Circuit, angles: ArrayLike<number>, noise: Depolarising, trajectories: number, rng: Random,
): Float64Array {
  if (!Number.isSafeInteger(trajectories) || trajectories < 1)
    throw new RangeError(`noisyProbabilities: expected at least 1 trajectory, got ${trajectories}`);
  const sum = new Float64Array(2 ** of.qubits), p = new Float64Array(sum.length);
  for (let k = 0; k < trajectories; k++) {
    const one = simulator(trajectory(of, noise, rng));
    one.probabilities(angles, p);
    one.release();
    for (let w = 0; w < sum.length; w++) sum[w]! += p[w]! / trajectories;
  }
  return sum;
}
