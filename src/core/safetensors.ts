// The safetensors format: 8 bytes of header length (little-endian), a JSON header, then the data of all tensors end to end.
import type { Shape } from '../types.js';
import { sizeOf } from './array.js';

// Half floats stay raw 16-bit words, float8 raw bytes. Typed arrays are little-endian wherever JavaScript runs today.
const arrays = {
  F64: Float64Array, I64: BigInt64Array, U64: BigUint64Array, F32: Float32Array, I32: Int32Array, U32: Uint32Array,
  F16: Uint16Array, BF16: Uint16Array, I16: Int16Array, U16: Uint16Array,
  F8_E4M3: Uint8Array, F8_E5M2: Uint8Array, I8: Int8Array, U8: Uint8Array, BOOL: Uint8Array,
} as const;

export type SafetensorsDtype = keyof typeof arrays;
export type SafetensorsArray = InstanceType<(typeof arrays)[SafetensorsDtype]>;

/** Row-major; the array type follows from the dtype (F16 and BF16: raw Uint16; F8 and BOOL: raw Uint8). */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: Shape;
  readonly data: SafetensorsArray;
}

export interface Safetensors {
  /** Without a prototype, so that any tensor name is safe as a key. */
  readonly tensors: Readonly<Record<string, SafetensorsEntry>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const HEADER_LIMIT = 100_000_000;

const isDtype = (dtype: unknown): dtype is SafetensorsDtype => typeof dtype === 'string' && Object.hasOwn(arrays, dtype);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A value on one line, cut short: what a hostile file holds goes into messages. */
const quote = (value: unknown): string => {
  const short = typeof value === 'string' ? value.slice(0, 100) : value;
  const text = (JSON.stringify(short) ?? String(short)).replace(/[^ -~]/g, '?');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

const expected = (what: string, got: unknown): RangeError => new RangeError(`safetensors: expected ${what}, got ${got}`);
const dtypes = `a dtype among ${Object.keys(arrays).join(' ')}`;

/**
 * A safetensors file. Tensors with wider entries come first, which aligns each to its entries; the header is padded with
 * spaces to a multiple of 8. Throws a RangeError where a shape does not match its data.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SafetensorsEntry>>, metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    if (name === '__metadata__') throw new RangeError('safetensors: expected tensor names other than __metadata__');
    if (!isDtype(dtype)) throw expected(dtypes, quote(dtype));
    if (!(data instanceof arrays[dtype]))
      throw expected(`${quote(name)} as ${arrays[dtype].name} for ${dtype}`, data.constructor.name);
    if (!shape.every(isSize) || sizeOf(shape) !== data.length)
      throw expected(`${quote(name)} to have the entries of ${quote(shape)}`, data.length);
  }
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string') throw expected(`metadata ${quote(key)} to be a string`, quote(value));

  const sorted = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const fields = Object.keys(metadata).length ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    const begin = end;
    end += data.byteLength;
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const header = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(header.length / 8) * 8;
  if (length > HEADER_LIMIT) throw expected(`a header of at most ${HEADER_LIMIT} bytes`, length);
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(header, 8);
  let at = 8 + length;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors and metadata of a safetensors file, copied. Everything the header says is checked before anything is allocated;
 * a truncated or hostile file throws a RangeError that says what was expected.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { header, start } = readHeader(bytes);
  const metadata: Record<string, string> = Object.create(null);
  const tensors: Record<string, SafetensorsEntry> = Object.create(null);
  const entries: { name: string; dtype: SafetensorsDtype; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (!isObject(value)) throw expected(`${quote(name)} to be an object`, quote(value));
    if (name !== '__metadata__') entries.push({ name, ...checkEntry(name, value) });
    else for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string') throw expected(`metadata ${quote(key)} to be a string`, quote(text));
      metadata[key] = text;
    }
  }

  // End to end in some order: no holes, no overlaps, nothing left over. An empty tensor comes before one that shares its begin.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw expected(`the data of ${quote(name)} to begin at ${at}`, begin);
    at = end;
  }
  if (at !== bytes.length - start) throw expected(`${at} bytes of data`, bytes.length - start);

  for (const { name, dtype, shape, begin, end } of entries) {
    // A copy by construction: slice of a Node Buffer would be a view of the whole file.
    const data = new arrays[dtype](new Uint8Array(bytes.subarray(start + begin, start + end)).buffer);
    tensors[name] = { dtype, shape, data };
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw expected('at least 8 bytes', bytes.length);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)), start = 8 + length;
  const limit = Math.min(HEADER_LIMIT, bytes.length - 8);
  if (length > limit) throw expected(`a header of at most ${limit} bytes`, length);
  let text = '', header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch {
    throw expected(`a JSON header of ${length} bytes`, quote(text));
  }
  if (!isObject(header)) throw expected('the header to be a JSON object', quote(header));
  refuseDuplicateKeys(text);
  return { header, start };
}

/** JSON.parse keeps the last of two equal keys, other readers the first: such a file means two things. `text` is valid JSON. */
function refuseDuplicateKeys(text: string): void {
  const objects: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') objects.push(new Set());
    else if (text[at] === '}') objects.pop();
    else if (text[at] === '"') {
      const from = at++;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      let next = at + 1;
      while (' \t\n\r'.includes(text[next]!)) next++;
      if (text[next] !== ':') continue;
      const key: string = JSON.parse(text.slice(from, at + 1)), seen = objects.at(-1)!;
      if (seen.has(key)) throw new RangeError(`safetensors: expected each key once, got ${quote(key)} twice`);
      seen.add(key);
    }
  }
}

function checkEntry(name: string, { dtype, shape, data_offsets: offsets }: Record<string, unknown>) {
  if (!isDtype(dtype))
    throw expected(`${dtypes} for ${quote(name)}`, quote(dtype));
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw expected(`a shape of nonnegative integers for ${quote(name)}`, quote(shape));
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0]! > offsets[1]!)
    throw expected(`data_offsets [begin, end] for ${quote(name)}`, quote(offsets));
  const [begin, end] = offsets as [number, number];
  const wanted = sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT;
  if (!Number.isSafeInteger(wanted))
    throw new RangeError(`safetensors: expected fewer than 2^53 bytes for ${quote(name)}, got shape ${quote(shape)}`);
  if (end - begin !== wanted)
    throw expected(`${wanted} bytes for ${quote(name)}, ${dtype} ${quote(shape)}`, end - begin);
  return { dtype, shape, begin, end };
}
