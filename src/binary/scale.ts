import type { Param, PatternMap, Tensor, UnrolledNetwork } from '../types.js';
import { dot, scratch, temp } from '../kernels/index.js';
import type { Codes } from './bits.js';

/** The least-squares scale of codes for weights v: Σ v·code / Σ code², over all matrices of a network. */
export function leastSquaresScale(pairs: Iterable<readonly [values: Float32Array, codes: Codes]>): number {
  let product = 0, energy = 0;
  for (const [values, codes] of pairs)
    for (let i = 0; i < codes.length; i++) {
      product += values[i]! * codes[i]!;
      energy += codes[i]! ** 2;
    }
  return energy > 0 ? product / energy : 0;
}

/**
 * The scale that makes the codes' products nearest to the weights' own on the network's inputs for measurements y:
 * λ = ⟨W, H, B⟩ / ⟨B, H, B⟩ with H = E[r rᵀ] over what each matrix meets in each layer.
 */
export function calibratedScale(net: UnrolledNetwork, codes: ReadonlyMap<Param, Codes>, y: Tensor): number {
  let product = 0, energy = 0;
  const recording = (map: PatternMap, own: Codes): PatternMap => {
    const record = (run: PatternMap['apply']): PatternMap['apply'] => (w, x, out, batch) => scratch(() => {
      run(w, x, out, batch);
      const coded = temp(out.length);
      run(own, x, coded, batch);
      product += dot(out, coded);
      energy += dot(coded, coded);
    });
    return { ...map, apply: record(map.apply), applyAdjoint: record(map.applyAdjoint) };
  };
  const maps = [...codes].map(([param, own]) => {
    const map = param.map!;
    param.map = recording(map, own);
    return [param, map] as const;
  });
  try {
    net.forward(y);
  } finally {
    for (const [param, map] of maps) param.map = map;
  }
  return energy > 0 ? Math.max(0, product / energy) : 0;
}
