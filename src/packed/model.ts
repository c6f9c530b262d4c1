import type { NetworkDescription, OneBitMatrix, OneBitNetwork } from '../types.js';
import { fromDescription } from '../../operators/index.js';
import { checkBits, unpackCodes } from '../binary/bits.js';
import { channelsOf } from '../core/channels.js';
import { proxByName } from '../core/prox.js';
import { decodeSafetensors, encodeSafetensors, type Safetensors, type SafetensorsEntry } from '../core/safetensors.js';
import { describedWeights } from '../unrolled/described-weights.js';
import { checkProx, networkFrom } from '../unrolled/presets.js';
import { f32, floats, restoreOperator, storeOperator } from './stored-operator.js';

const format = 'signfold-model',
  version = '1';

const u32 = (data: Uint32Array): SafetensorsEntry => ({ dtype: 'U32', shape: [data.length], data: Uint32Array.from(data) });

/**
 * A network as a safetensors file: sign bits as U32 words, everything else f32, and what rebuilds operator and network in its
 * metadata. Throws a TypeError for an operator that cannot be described (one written by hand with linop).
 */
export function encodeModel(net: OneBitNetwork, notes: Readonly<Record<string, string>> = {}): Uint8Array {
  const { operator, prox } = net.problem;
  if (!operator.describe) throw new TypeError(`model: ${operator.name} cannot be rebuilt from a file; give linop a describe()`);
  const tensors: Record<string, SafetensorsEntry> = {};
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

/** As many weights as a file can be for: each takes a bit at least. */
const heldWeights = (tensors: Safetensors['tensors']): number =>
  Object.values(tensors).reduce((sum, { data }) => sum + 8 * data.byteLength, 0);

/** Throws a RangeError where the file says more than was read: a later version's network would be rebuilt as another one. */
function checkAllRead(tensors: Safetensors['tensors'], { params, matrices, description: own }: OneBitNetwork, { args }: NetworkDescription): void {
  const read = new Set(params.map(({ name }) => name));
  for (const { name, zeros, rowScales } of matrices) {
    read.delete(name);
    for (const part of ['signs', ...(zeros ? ['zeros'] : []), ...(rowScales ? ['rowScales'] : [])]) read.add(`${name}.${part}`);
  }
  const tensor = Object.keys(tensors).find(name => !name.startsWith('operator.') && !read.has(name));
  if (tensor !== undefined) throw new RangeError(`model: expected no tensor ${tensor} for the network ${own.preset}`);
  const argument = Object.keys(args).find(name => !Object.hasOwn(own.args, name));
  if (argument !== undefined) throw new RangeError(`model: expected no argument ${argument} of the network ${own.preset}`);
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

/** Reads a model file back, operator included. Throws a RangeError or a TypeError with one line for a damaged, hostile or foreign file. */
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
  const prox = proxByName(metadata['prox'] ?? '');
  checkProx('model', { operator, prox });
  const weights = describedWeights({ operator, prox }, description),
    held = heldWeights(tensors);
  if (weights > held) throw new RangeError(`model: expected tensors for ${weights} weights, got tensors for ${held} at most`);
  const net = networkFrom({ operator, prox }, description);
  const matrices = net.params.flatMap((param): OneBitMatrix[] => {
    const signs = tensors[`${param.name}.signs`];
    if (!param.map || !param.oneBit || !signs) {
      param.value = floats(tensors, param.name, param.value.length).slice();
      // Training threads are sent zeros, also for params whose least value is larger.
      if (param.min !== undefined && param.value.some(value => value < 0)) throw new RangeError(`model: expected numbers from 0 on in ${param.name}, got ${Math.min(...param.value)}`);
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
  const oneBit: OneBitNetwork = { ...net, binarizer: metadata['binarizer'] ?? 'unknown', scale, matrices };
  checkAllRead(tensors, oneBit, description);
  return { net: oneBit, notes };
}
