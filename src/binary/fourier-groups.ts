import type { Pattern } from '../types.js';
import { sizeOf } from '../core/array.js';
import { fourierPlan32, realFourierPlan32, scratch, temp } from '../kernels/index.js';
import type { Direction, RowGroups } from './row-groups.js';

/** The frequency −k over `shape`, for every k. */
function opposites(shape: readonly number[]): Uint32Array {
  return Uint32Array.from({ length: sizeOf(shape) }, (_, k) => {
    let rest = k, opposite = 0;
    for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
      const length = shape[axis]!, own = rest % length;
      opposite += ((length - own) % length) * stride;
      rest = Math.floor(rest / length);
      stride *= length;
    }
    return opposite;
  });
}

/**
 * Frequencies meet none but themselves, where outputs are complex; where they are real, k and −k make one wave: the output
 * Re Fᴴ(w R) has the energy Σ_k w_k²|R_k|²/2 + Re Σ_k w_k w_−k R_k R_−k / 2.
 */
export function fourierGroups(
  { shape, complexInput, form, support }: Pattern & { kind: 'diagonal'; basis: 'fourier' }, direction: Direction,
): RowGroups {
  const n = sizeOf(shape), paired = !complexInput && !(form === 'analysis' && direction === 'apply');
  const isSpectrum = form === 'analysis' && direction === 'applyAdjoint';
  const plan = complexInput ? fourierPlan32(shape) : realFourierPlan32(shape), opposite = opposites(shape);
  const places = new Int32Array(n).fill(-1), own = new Float64Array(n), shared = new Float64Array(n);
  for (let k = 0, at = 0; k < n; k++) if (!support || support[k]) places[k] = at++;
  const size = isSpectrum || complexInput ? 2 * n : n;

  function addSpectrum(R: Float32Array, at: number): void {
    for (let k = 0; k < n; k++) {
      const [re, im] = [R[at + 2 * k]!, R[at + 2 * k + 1]!], other = at + 2 * opposite[k]!;
      own[k]! += (re * re + im * im) / (paired ? 2 : 1);
      if (paired) shared[k]! += (re * R[other]! - im * R[other + 1]!) / 2;
    }
  }
  return {
    add: (input, batch) => scratch(() => {
      let R = input;
      if (!isSpectrum) plan.forward(input.subarray(0, size * batch), R = temp(2 * n * batch), batch);
      for (let b = 0; b < batch; b++) addSpectrum(R, 2 * n * b);
    }),
    groups: () => Array.from(places.keys()).flatMap(k => {
      const other = opposite[k]!, place = places[k]!;
      if (place < 0) return [];
      if (!paired || other === k) return [{ places: [Uint32Array.of(place)], gram: () => Float64Array.of(own[k]! + shared[k]!) }];
      if (places[other]! < 0) return [{ places: [Uint32Array.of(place)], gram: () => Float64Array.of(own[k]!) }];
      if (other < k) return [];
      return [{
        places: [Uint32Array.of(place, places[other]!)],
        gram: () => Float64Array.of(own[k]!, shared[k]!, shared[k]!, own[other]!),
      }];
    }),
  };
}
