import type { Param, PatternMap } from '../types.js';
import { alloc, free } from '../kernels/index.js';

/** A learnt array with a zero gradient. */
export function param(name: string, value: Float32Array,
  { map, oneBit = false, trainable = true, min, entries }: { map?: PatternMap; oneBit?: boolean; trainable?: boolean; min?: number; entries?: number } = {}): Param {
  return { name, value, grad: new Float32Array(value.length), ...(map && { map }), oneBit, trainable, ...(min !== undefined && { min }), ...(entries !== undefined && { entries }) };
}

/** A learnt non-negative number: a threshold, a step size, a penalty. */
export const scalar = (name: string, value: number): Param => param(name, Float32Array.of(value), { min: 0 });

/** Where a layer adds its gradient: nowhere that lasts if the param does not train. */
export const gradientOf = ({ trainable, grad }: Param): Float32Array => (trainable ? grad : new Float32Array(grad.length));

/** Every Param once, in order of first appearance: tied layers share theirs. */
export const distinct = (params: Iterable<Param>): Param[] => [...new Set(params)];

/** Moves values and gradients to where kernels work in place; the returned function moves the values back. */
export function moveToKernels(params: readonly Param[]): () => void {
  for (const param of params) {
    const value = alloc(param.value.length);
    value.set(param.value);
    param.value = value;
    param.grad = alloc(value.length);
  }
  return () => {
    for (const param of params) {
      const { value, grad } = param;
      param.value = value.slice();
      param.grad = new Float32Array(value.length);
      free(value);
      free(grad);
    }
  };
}
