/** A gate; `angle` is an index into a circuit’s angles, in radians. */
export type Gate =
  | { readonly kind: 'h' | 'x' | 'y' | 'z'; readonly qubit: number }
  | { readonly kind: 'cnot'; readonly control: number; readonly qubit: number }
  | { readonly kind: 'cz'; readonly control: number; readonly qubit: number }
  | { readonly kind: 'rx' | 'ry' | 'rz'; readonly qubit: number; readonly angle: number }
  | { readonly kind: 'cry'; readonly control: number; readonly qubit: number; readonly angle: number };

/** Gates in the order of time, on |0…0⟩. R_P(θ) = exp(−iθP/2). Qubit 0 is the most significant bit of an outcome. */
export interface Circuit {
  readonly qubits: number;
  /** How many angles it takes; gates may share one. */
  readonly angles: number;
  readonly gates: readonly Gate[];
}

/** Throws a RangeError where a gate is on a qubit, or takes an angle, that the circuit does not have. */
export function circuit(qubits: number, angles: number, gates: readonly Gate[]): Circuit {
  const within = (value: number, count: number): boolean => Number.isSafeInteger(value) && value >= 0 && value < count;
  gates.forEach((gate, k) => {
    if (!within(gate.qubit, qubits) || ('control' in gate && !within(gate.control, qubits)))
      throw new RangeError(`circuit: expected qubits 0 to ${qubits - 1} at gate ${k}, got ${JSON.stringify(gate)}`);
    if ('control' in gate && gate.control === gate.qubit) throw new RangeError(`circuit: expected two qubits at gate ${k}, got ${gate.qubit} twice`);
    if ('angle' in gate && !within(gate.angle, angles)) throw new RangeError(`circuit: expected angles 0 to ${angles - 1} at gate ${k}, got ${gate.angle}`);
  });
  return { qubits, angles, gates };
}

export interface BrickOptions {
  /** Sub-layers: an entangler and two rotations of every qubit each. The reference's layer is two of these. */
  readonly depth: number;
  /** 'none': a product state, the mean-field control. */
  readonly entangler?: 'cnot' | 'cz' | 'none';
}

/**
 * The ansatz of Carrasquilla et al. 2023 (arXiv 2301.08292): in sub-layer d, from 1, CNOT(j, j + 1) for every second j, beginning with
 * qubit d mod 2, then Ry and Rz on every qubit. Angles: all Ry by sub-layer and qubit, then all Rz. The Rz of the last sub-layer only
 * turn phases and are left out.
 */
export function brick(qubits: number, { depth, entangler = 'cnot' }: BrickOptions): Circuit {
  if (!Number.isSafeInteger(depth) || depth < 1) throw new RangeError(`brick: expected a depth of at least 1, got ${depth}`);
  const gates: Gate[] = [];
  for (let d = 1; d <= depth; d++) {
    if (entangler !== 'none') for (let j = d % 2; j + 1 < qubits; j += 2) gates.push({ kind: entangler, control: j, qubit: j + 1 });
    for (let q = 0; q < qubits; q++) gates.push({ kind: 'ry', qubit: q, angle: (d - 1) * qubits + q });
    if (d < depth) for (let q = 0; q < qubits; q++) gates.push({ kind: 'rz', qubit: q, angle: (depth + d - 1) * qubits + q });
  }
  return circuit(qubits, (2 * depth - 1) * qubits, gates);
}
