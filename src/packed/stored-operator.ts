import type { OperatorDescription } from '../types.js';
import { checkFinite } from '../core/array.js';
import type { Safetensors, SafetensorsEntry } from '../core/safetensors.js';

export const f32 = (data: Float32Array): SafetensorsEntry => ({ dtype: 'F32', shape: [data.length], data: Float32Array.from(data) });

/** Moves a description's arrays to tensors named after their place, so that its JSON stays small. */
export function storeOperator(description: OperatorDescription, at: string, tensors: Record<string, SafetensorsEntry>): unknown {
  for (const [name, array] of Object.entries(description.arrays ?? {})) tensors[`${at}.${name}`] = f32(array);
  return {
    kind: description.kind,
    args: description.args,
    ...(description.arrays && { arrays: Object.keys(description.arrays) }),
    ...(description.parts && { parts: description.parts.map((part, i) => storeOperator(part, `${at}.${i}`, tensors)) }),
  };
}

/** Operators nested deeper than this are refused. */
const maxDepth = 16;

/** The description that was stored, its arrays put back. What it describes is not checked. */
export function restoreOperator(stored: unknown, at: string, tensors: Safetensors['tensors'], depth = 0): OperatorDescription {
  const fail = (expected: string): never => {
    throw new RangeError(`model: expected ${expected} in the description of ${at}`);
  };
  if (depth > maxDepth || typeof stored !== 'object' || stored === null) return fail('an operator');
  const { kind, args, arrays, parts } = stored as Record<string, unknown>;
  if (typeof kind !== 'string' || typeof args !== 'object' || args === null) return fail('a kind and arguments');
  if (arrays !== undefined && !(Array.isArray(arrays) && arrays.every(name => typeof name === 'string')))
    return fail('names of arrays');
  if (parts !== undefined && !(Array.isArray(parts) && parts.length <= 4096)) return fail('a list of parts');
  return {
    kind,
    args: args as Record<string, unknown>,
    ...(arrays && { arrays: Object.fromEntries((arrays as string[]).map(name => [name, floats(tensors, `${at}.${name}`)])) }),
    ...(parts && { parts: (parts as unknown[]).map((part, i) => restoreOperator(part, `${at}.${i}`, tensors, depth + 1)) }),
  };
}

/** A tensor of finite f32 numbers. */
export function floats(tensors: Safetensors['tensors'], name: string, length?: number): Float32Array {
  const entry = tensors[name];
  if (!entry || !(entry.data instanceof Float32Array)) throw new RangeError(`model: expected a tensor ${name} of f32 numbers`);
  if (length !== undefined && entry.data.length !== length)
    throw new RangeError(`model: expected ${length} numbers in ${name}, got ${entry.data.length}`);
  checkFinite(`model: ${name}`, entry.data);
  return entry.data;
}
