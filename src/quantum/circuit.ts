import { mostQubits } from '../kernels/index.js';

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

interface Form { readonly control: boolean; readonly angle: boolean }

const plain: Form = { control: false, angle: false }, rotation: Form = { control: false, angle: true };
const pair: Form = { control: true, angle: false };
/** What each kind of gate has beside its qubit. */
const forms: Readonly<Record<Gate['kind'], Form>> = {
  h: plain, x: plain, y: plain, z: plain, cnot: pair, cz: pair, rx: rotation, ry: rotation, rz: rotation,
  cry: { control: true, angle: true },
};

const within = (value: number | undefined, count: number): boolean =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 && value < count;

/** Throws a RangeError for other than 1 to 20 qubits. */
export function checkQubits(who: string, qubits: number): void {
  if (!Number.isSafeInteger(qubits) || qubits < 1 || qubits > mostQubits)
    throw new RangeError(`${who}: expected 1 to ${mostQubits} qubits, got ${qubits}`);
}

function checkGate(gate: Gate, k: number, qubits: number, angles: number): void {
  const { kind, qubit, control, angle } = gate as Partial<{ kind: Gate['kind']; qubit: number; control: number; angle: number }>;
  const refuse = (expected: string): never => {
    throw new RangeError(`circuit: expected ${expected} at gate ${k}, got ${JSON.stringify(gate)}`);
  };
  if (kind === undefined || !Object.hasOwn(forms, kind)) return refuse(`a gate of ${Object.keys(forms).join(', ')}`);
  const form = forms[kind];
  for (const name of ['control', 'angle'] as const)
    if (form[name] !== (name in gate)) refuse(`${form[name] ? 'a' : 'no'} field ${name} of ${kind}`);
  if (!within(qubit, qubits) || (form.control && !within(control, qubits))) refuse(`qubits 0 to ${qubits - 1}`);
  if (form.control && control === qubit) refuse('two qubits');
  if (form.angle && !within(angle, angles)) refuse(`one of ${angles} angles`);
}

/**
 * Throws a RangeError for other than 1 to 20 qubits, and for a gate of no known kind, on a qubit or with an angle that the
 * circuit does not have, or without a field of its kind or with one of another.
 */
export function circuit(qubits: number, angles: number, gates: readonly Gate[]): Circuit {
  checkQubits('circuit', qubits);
  if (!Number.isSafeInteger(angles) || angles < 0) throw new RangeError(`circuit: expected 0 or more angles, got ${angles}`);
  gates.forEach((gate, k) => checkGate(gate, k, qubits, angles));
  return { qubits, angles, gates };
}

export interface BrickOptions {
  /** Sub-layers: an entangler and two rotations of every qubit each. The reference's layer is two of these. */
  readonly depth: number;
  /** 'none': a product state, the mean-field control. */
  readonly entangler?: 'cnot' | 'cz' | 'none';
}

const entanglers: readonly string[] = ['cnot', 'cz', 'none'];

/**
 * The ansatz of Carrasquilla et al. 2023 (arXiv 2301.08292): in sub-layer d, from 1, CNOT(j, j + 1) for every second j,
 * beginning with qubit d mod 2, then Ry and Rz on every qubit. Angles: all Ry by sub-layer and qubit, then all Rz. The Rz of
 * the last sub-layer only turn phases and are left out. Throws a RangeError for other than 1 to 20 qubits, a depth below 1
 * and another entangler.
 */
export function brick(qubits: number, { depth, entangler = 'cnot' }: BrickOptions): Circuit {
  checkQubits('brick', qubits);
  if (!entanglers.includes(entangler))
    throw new RangeError(`brick: expected an entangler of ${entanglers.join(', ')}, got ${entangler}`);
  if (!Number.isSafeInteger(depth) || depth < 1) throw new RangeError(`brick: expected a depth of at least 1, got ${depth}`);
  const gates: Gate[] = [];
  for (let d = 1; d <= depth; d++) {
    if (entangler !== 'none') for (let j = d % 2; j + 1 < qubits; j += 2) gates.push({ kind: entangler, control: j, qubit: j + 1 });
    for (let q = 0; q < qubits; q++) gates.push({ kind: 'ry', qubit: q, angle: (d - 1) * qubits + q });
    if (d < depth) for (let q = 0; q < qubits; q++) gates.push({ kind: 'rz', qubit: q, angle: (depth + d - 1) * qubits + q });
  }
  return circuit(qubits, (2 * depth - 1) * qubits, gates);
}
