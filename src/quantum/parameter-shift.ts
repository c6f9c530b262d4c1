import type { Circuit } from './circuit.js';

/**
 * ∂/∂angles of an expectation ⟨C⟩ as hardware measures it: ½[⟨C⟩(θ + π/2) − ⟨C⟩(θ − π/2)] for each angle (Mitarai et al.
 * 2018, Schuld et al. 2019). Exact for angles that one rotation takes; throws a RangeError for others: shared angles, and
 * controlled rotations, whose generator has three eigenvalues.
 */
export function parameterShift(of: Circuit, angles: ArrayLike<number>, expectation: (angles: Float64Array) => number): Float64Array {
  const uses = new Uint32Array(of.angles);
  for (const gate of of.gates) if ('angle' in gate) {
    if (gate.kind === 'cry') throw new RangeError('parameterShift: expected rotations without a control, got cry');
    if (++uses[gate.angle]! > 1)
      throw new RangeError(`parameterShift: expected one rotation for each angle, got angle ${gate.angle} twice`);
  }
  const at = Float64Array.from(angles), shifted = (k: number, by: number): number => {
    const moved = at.slice();
    moved[k]! += by;
    return expectation(moved);
  };
  return Float64Array.from({ length: of.angles }, (_, k) => (shifted(k, Math.PI / 2) - shifted(k, -Math.PI / 2)) / 2);
}
