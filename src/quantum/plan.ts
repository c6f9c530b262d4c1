import type { Circuit, Gate } from './circuit.js';

export type Rotation = Exclude<Gate, { kind: 'cnot' | 'cz' }>;
/** What is done in one pass: gates of one qubit that follow each other are one matrix. */
type Pass =
  | { readonly kind: 'rotations'; readonly qubit: number; readonly control?: number; readonly gates: readonly Rotation[] }
  | Extract<Gate, { kind: 'cnot' | 'cz' }>;

export interface Plan {
  /** A qubit's gates before any that joins it to another: all of them together leave a product state. */
  readonly opening: ReadonlyMap<number, readonly Rotation[]>;
  readonly passes: readonly Pass[];
}

/** Gates of one qubit wait for each other until something else touches it; what a qubit that is still 0 controls does nothing. */
export function planOf({ gates }: Circuit): Plan {
  const opening = new Map<number, readonly Rotation[]>(), passes: Pass[] = [], open = new Map<number, Rotation[]>();
  const touched = new Set<number>(), joined = new Set<number>();
  for (const gate of gates) {
    if (gate.kind === 'cnot' || gate.kind === 'cz' || gate.kind === 'cry') {
      if (!touched.has(gate.control) || (gate.kind === 'cz' && !touched.has(gate.qubit))) continue;
      for (const qubit of [gate.control, gate.qubit]) {
        open.delete(qubit);
        joined.add(qubit);
      }
      passes.push(gate.kind === 'cry' ? { kind: 'rotations', qubit: gate.qubit, control: gate.control, gates: [gate] } : gate);
    } else if (open.has(gate.qubit)) open.get(gate.qubit)!.push(gate);
    else {
      const own = [gate];
      open.set(gate.qubit, own);
      if (joined.has(gate.qubit)) passes.push({ kind: 'rotations', qubit: gate.qubit, gates: own });
      else opening.set(gate.qubit, own);
    }
    touched.add(gate.qubit);
  }
  return { opening, passes };
}
