import type { PatternMap } from '../../types.js';
import { fromLanes, laneBlock, scratch, signProduct, temp, toLanes, type Product } from '../index.js';

/** Fewer signals than this train quicker on floats: the table kernels cost the same for 1 to 8. */
const fewestTogether = 5;

type Multiply = (x: Float32Array, out: Float32Array, lanes: number) => void;

function together(multiply: Multiply, from: number, to: number, x: Float32Array, out: Float32Array, batch: number): void {
  scratch(() => {
    const lanes = Math.ceil(batch / laneBlock) * laneBlock, wide = temp(from * lanes), result = temp(to * lanes);
    if (batch < lanes) wide.fill(0);
    toLanes(x.subarray(0, from * batch), batch, wide, lanes);
    multiply(wide, result, lanes);
    fromLanes(result, lanes, out.subarray(0, to * batch), batch);
  });
}

/** A product on signals side by side in the place of a map's own, which takes them one after the other. */
export function signalBySignal(map: PatternMap, product: Product): PatternMap {
  const { inSize, outSize } = map;
  const each = (multiply: Multiply, from: number, to: number): PatternMap['apply'] => (_, x, out, batch) => {
    if (batch > 1) together(multiply, from, to, x, out, batch);
    else multiply(x.subarray(0, from), out.subarray(0, to), 1);
  };
  return { ...map, apply: each(product.apply, inSize, outSize), applyAdjoint: each(product.applyAdjoint, outSize, inSize) };
}

/**
 * A map whose weights are all ±scale for now, multiplied by tables of signs; the weights' own gradient stays in f32. `changed` says
 * that weights are others. Undefined where the pattern has no such kernel.
 */
export function signsMap(map: PatternMap, weights: () => Float32Array): { readonly map: PatternMap; changed(): void } | undefined {
  const product = signProduct(map.pattern, { weights, scale: () => Math.abs(weights()[0]!) });
  if (!product) return undefined;
  const tables = signalBySignal(map, product);
  return {
    changed: product.changed,
    map: {
      ...map,
      apply: (w, x, out, batch) => (batch < fewestTogether ? map : tables).apply(w, x, out, batch),
      applyAdjoint: (w, y, out, batch) => (batch < fewestTogether ? map : tables).applyAdjoint(w, y, out, batch),
    },
  };
}
