import type { NetworkDescription, OneBitMatrix, OneBitNetwork, OperatorDescription } from '../types.js';
import { fromDescription } from '../../operators/index.js';
import { checkBits, unpackCodes } from '../binary/bits.js';
import { checkFinite } from '../core/array.js';
import { channelsOf } from '../core/channels.js';
import { proxByName } from '../core/prox.js';
import { decodeSafetensors, encodeSafetensors, type Safetensors, type SafetensorsEntry } from '../core/safetensors.js';
import { networkFrom } from '../unrolled/presets.js';

const format = 'signfold-model',
  version = '1';

type Tensors = Record<string, SafetensorsEntry>;

const f32 = (data: Float32Array): SafetensorsEntry => ({ dtype: 'F32', shape: [data.length], data: Float32Array.from(data) });
const u32 = (data: Uint32Array): SafetensorsEntry => ({ dtype: 'U32', shape: [data.length], data: Uint32Array.from(data) });

/** Moves a description's arrays to tensors named after their place, so that its JSON stays small. */
function storeOperator(description: OperatorDescription, at: string, tensors: Tensors): unknown {
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

function restoreOperator(stored: unknown, at: string, tensors: Safetensors['tensors'], depth = 0): OperatorDescription {
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

function floats(tensors: Safetensors['tensors'], name: string, length?: number): Float32Array {
  const entry = tensors[name];
  if (!entry || !(entry.data instanceof Float32Array)) throw new RangeError(`model: expected a tensor ${name} of f32 numbers`);
  if (length !== undefined && entry.data.length !== length)
    throw new RangeError(`model: expected ${length} numbers in ${name}, got ${entry.data.length}`);
  checkFinite(`model: ${name}`, entry.data);
  return entry.data;
}

/**
 * A network as a safetensors file: sign bits as U32 words, everything else f32, and what rebuilds operator and network in its
 * metadata. Throws a TypeError for an operator that cannot be described (one written by hand with linop).
 */
export function encodeModel(net: OneBitNetwork, notes: Readonly<Record<string, string>> = {}): Uint8Array {
  const { operator, prox } = net.problem;
  if (!operator.describe) throw new TypeError(`model: ${operator.name} cannot be rebuilt from a file; give linop a describe()`);
  const tensors: Tensors = {};
  const stored = storeOperator(operator.describe(), 'operator', tensors);
  for (const param of net.params) {
    const matrix = net.matrices.find(({ name }) => name === param.name);
    if (!matrix) {
      tensors[param.name] = f32(param.value);
      continue;
    }
    tensors[`${param.name}.signs`] = u32(matrix.signs);
    if (matrix.zeros) tensors[`${param.name}.zeros`] = u32(matrix.zeros);
    if (matrix.rowScales) tensors[`${param.name}.rowScales`] = f32(matrix.rowScales);
  }
  return encodeSafetensors(tensors, {
    ...Object.fromEntries(Object.entries(notes).map(([name, value]) => [`note.${name}`, value])),
    format,
    version,
    binarizer: net.binarizer,
    scale: String(net.scale),
    prox: prox.name,
    network: JSON.stringify(net.description),
    operator: JSON.stringify(stored),
  });
}

export interface Model {
  readonly net: OneBitNetwork;
  /** What the writer noted: the task, the seed. */
  readonly notes: Readonly<Record<string, string>>;
}

function parsed<T>(metadata: Readonly<Record<string, string>>, name: string): T {
  try {
    return JSON.parse(metadata[name] ?? '') as T;
  } catch {
    throw new RangeError(`model: expected JSON in ${name}, got ${JSON.stringify(metadata[name] ?? null).slice(0, 60)}`);
  }
}

/** Reads a model file back, operator included. Throws a RangeError with one line for a damaged, hostile or foreign file. */
export function decodeModel(bytes: Uint8Array): Model {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata['format'] !== format)
    throw new RangeError(`model: expected a ${format} file, got ${metadata['format'] ?? 'another safetensors file'}`);
  if (metadata['version'] !== version)
    throw new RangeError(`model: expected version ${version}, got ${metadata['version'] ?? 'none'}`);
  const scale = Number(metadata['scale'] || NaN);
  if (!Number.isFinite(scale) || scale < 0)
    throw new RangeError(`model: expected a scale >= 0, got ${metadata['scale'] ?? 'none'}`);
  const operator = fromDescription(restoreOperator(parsed(metadata, 'operator'), 'operator', tensors));
  const description = parsed<NetworkDescription>(metadata, 'network');
  if (typeof description?.preset !== 'string' || typeof description.args !== 'object' || description.args === null)
    throw new RangeError('model: expected a preset and its arguments in network');
  const net = networkFrom({ operator, prox: proxByName(metadata['prox'] ?? '') }, description);
  const matrices = net.params.flatMap((param): OneBitMatrix[] => {
    const signs = tensors[`${param.name}.signs`];
    if (!param.map || !signs) {
      param.value = floats(tensors, param.name, param.value.length).slice();
      return [];
    }
    const words = (entry: SafetensorsEntry, name: string): Uint32Array => {
      if (!(entry.data instanceof Uint32Array)) throw new RangeError(`model: expected a tensor ${name} of u32 words`);
      checkBits(`model: ${name}`, entry.data, param.map!.count);
      return entry.data;
    };
    const zeros = tensors[`${param.name}.zeros`],
      { channels, count } = channelsOf(param.map.pattern);
    const rowScales = tensors[`${param.name}.rowScales`] && floats(tensors, `${param.name}.rowScales`, count);
    const matrix: OneBitMatrix = {
      name: param.name,
      pattern: param.map.pattern,
      signs: words(signs, `${param.name}.signs`),
      ...(zeros && { zeros: words(zeros, `${param.name}.zeros`) }),
      ...(rowScales && { rowScales }),
    };
    unpackCodes(matrix, scale, param.value);
    if (rowScales) for (let i = 0; i < param.value.length; i++) param.value[i]! *= rowScales[channels[i]!]!;
    param.trainable = false;
    return [matrix];
  });
  const notes = Object.fromEntries(
    Object.entries(metadata)
      .filter(([name]) => name.startsWith('note.'))
      .map(([name, value]) => [name.slice(5), value]),
  );
  return { net: { ...net, binarizer: metadata['binarizer'] ?? 'unknown', scale, matrices }, notes };
}
