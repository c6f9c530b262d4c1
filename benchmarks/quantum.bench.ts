// All derivatives of an expected cost through the published ansatz, in f64 on both sides; answers are compared as f32.
import { brick, simulator } from '../src/quantum/index.js';
import type { Case } from './case.js';

function adjointGradient(qubits: number, depth: number): Case {
  return {
    kernel: 'adjoint-gradient', shape: `${qubits} qubits, depth ${depth}`, batch: 1, mask: 'none', tolerance: 1e-5,
    prepare(data) {
      const of = brick(qubits, { depth }), one = simulator(of), angles = data.normals(of.angles), costs = data.normals(2 ** qubits);
      const output = data.zeros(of.angles), slope = Float64Array.from(costs);
      const p = new Float64Array(costs.length), out = new Float64Array(of.angles);
      const run = (): void => {
        one.probabilities(angles, p);
        output.set(one.pullback(slope, out));
      };
      const arrays = { angles: { data: angles, shape: [2 * depth - 1, qubits] }, costs: { data: costs, shape: [costs.length] } };
      return { run, output, peers: [{ peer: 'numpy', op: 'adjoint-gradient', arrays }] };
    },
  };
}

export const quantumCases: readonly Case[] = [adjointGradient(10, 4), adjointGradient(17, 4)];
