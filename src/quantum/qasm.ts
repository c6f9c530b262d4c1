import type { Circuit, Gate } from './circuit.js';

const names: Readonly<Record<Gate['kind'], string>> = {
  h: 'h', x: 'x', y: 'y', z: 'z', cnot: 'cx', cz: 'cz', rx: 'rx', ry: 'ry', rz: 'rz', cry: 'cry',
};

/**
 * OpenQASM 3 of a circuit at given angles, every qubit measured: bit k of `w` is qubit k, so that outcome strings read with
 * bit 0 last are the indices of `simulator` reversed. Rotations are those of stdgates.inc, exp(−iθP/2). Throws a RangeError
 * for another number of angles, and for angles that are not finite.
 */
export function openQasm({ qubits, gates, angles: count }: Circuit, angles: ArrayLike<number>): string {
  if (angles.length !== count) throw new RangeError(`openQasm: expected ${count} angles, got ${angles.length}`);
  const odd = Array.from(angles).find(angle => !Number.isFinite(angle));
  if (odd !== undefined) throw new RangeError(`openQasm: expected finite angles, got ${odd}`);
  const lines = gates.map(gate => {
    const name = names[gate.kind] + ('angle' in gate ? `(${angles[gate.angle]})` : '');
    return `${name} ${'control' in gate ? `q[${gate.control}], ` : ''}q[${gate.qubit}];`;
  });
  const head = ['OPENQASM 3.0;', 'include "stdgates.inc";', `qubit[${qubits}] q;`, `bit[${qubits}] w;`];
  return [...head, ...lines, 'w = measure q;', ''].join('\n');
}
