import { checkQubits } from './circuit.js';

/** P(bit q = 1) of independent bits. Throws a RangeError outside (0, 1), and for other than 1 to 20 qubits. */
export function priorChances(qubits: number, ones: readonly number[] | number = 0.5): readonly number[] {
  checkQubits('prior', qubits);
  const chances = typeof ones === 'number' ? Array.from({ length: qubits }, () => ones) : ones;
  if (chances.length !== qubits || !chances.every(p => p > 0 && p < 1))
    throw new RangeError(`prior: expected ${qubits} probabilities between 0 and 1, got ${chances.join(', ')}`);
  return chances;
}

/**
 * ln π(w) of independent bits, P(bit q = 1) = ones[q], for all w; qubit 0 is the most significant bit. Throws a RangeError outside
 * (0, 1), and for other than 1 to 20 qubits.
 */
export function logPrior(qubits: number, ones: readonly number[] | number = 0.5): Float64Array {
  let table = Float64Array.of(0);
  for (const p of priorChances(qubits, ones)) {
    const next = new Float64Array(2 * table.length), zero = Math.log(1 - p), one = Math.log(p);
    table.forEach((value, w) => {
      next[2 * w] = value + zero;
      next[2 * w + 1] = value + one;
    });
    table = next;
  }
  return table;
}
