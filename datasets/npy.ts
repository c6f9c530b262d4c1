import type { Shape, Tensor } from '../src/types.js';
import { flat, formatShape, sizeOf, tensor } from '../src/core/array.js';

/** Reads one number at byte `at`; `little` is the byte order. */
type Read = (view: DataView, at: number, little: boolean) => number;

const real: Readonly<Record<string, Read>> = {
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => (view.getUint8(at) ? 1 : 0),
};
const DTYPES = 'f4 f8 c8 c16 i1 i2 i4 i8 u1 u2 u4 u8 b1';

const ascii = (text: string): number[] => [...text].map(letter => letter.charCodeAt(0));
const MAGIC = [0x93, ...ascii('NUMPY')];
const EXAMPLE = `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}`;
const HEADER_LIMIT = 65535;
/** As many axes as NumPy allows. */
const AXES_LIMIT = 32;

const quote = (text: string): string => `"${text.replace(/[^ -~]/g, '?').slice(0, 100).trimEnd()}"`;

/**
 * The array in a .npy file, versions 1 to 3, in f32: floats, complex (a trailing axis of 2), integers, booleans, of either byte
 * order, C or Fortran order. A 0-dimensional array becomes [1]. Throws a RangeError naming what it expected on any other file.
 */
export function parseNpy(bytes: Uint8Array, name = 'npy'): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { text, start } = readHeader(bytes, view, name);
  const { descr, fortran, shape } = parseHeader(text, name);
  const [, order, kind, digits] = /^([<>|])([a-z])(\d{1,2})$/.exec(descr) ?? [];
  const complex = kind === 'c', itemSize = Number(digits), partSize = complex ? itemSize / 2 : itemSize;
  const read = real[complex ? `f${partSize}` : `${kind}${digits}`];
  if (!read || (order === '|' && partSize > 1))
    throw new RangeError(`${name}: expected one of the dtypes ${DTYPES}, got ${quote(descr)}`);

  const count = sizeOf(shape), wanted = count * itemSize;
  if (shape.includes(0)) throw new RangeError(`${name}: expected at least one entry, got shape ${formatShape(shape)}`);
  if (bytes.length - start !== wanted)
    throw new RangeError(`${name}: expected ${wanted} bytes of data for shape ${formatShape(shape)} of ${descr}, ` +
      `got ${bytes.length - start}`);
  const parts = complex ? 2 : 1, data = new Float32Array(count * parts);
  for (let i = 0; i < data.length; i++) data[i] = read(view, start + i * partSize, order !== '>');
  const last = complex ? [2] : [], axes = shape.length ? shape : [1];
  if (!fortran) return tensor(data, [...axes, ...last]);
  // Fortran order is row-major order with the axes reversed; re and im stay together.
  const reversed = tensor(data, [...axes.toReversed(), ...last]);
  return tensor(flat(reversed.transpose(...axes.map((_, i) => axes.length - 1 - i))), [...axes, ...last]);
}

/** The text between the preamble and the data, and where the data start. */
function readHeader(bytes: Uint8Array, view: DataView, name: string): { text: string; start: number } {
  if (bytes.length < MAGIC.length || !MAGIC.every((byte, i) => bytes[i] === byte))
    throw new RangeError(`${name}: expected a .npy file, got ${bytes.length} bytes that do not start with \\x93NUMPY`);
  const major = bytes[6] ?? 0, preamble = major === 1 ? 10 : 12;
  if (bytes.length < preamble) throw new RangeError(`${name}: expected a .npy header, got ${bytes.length} bytes`);
  if (major < 1 || major > 3 || bytes[7] !== 0)
    throw new RangeError(`${name}: expected .npy version 1.0, 2.0 or 3.0, got ${major}.${bytes[7]}`);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true), start = preamble + length;
  if (length > HEADER_LIMIT) throw new RangeError(`${name}: expected a header of at most ${HEADER_LIMIT} bytes, got ${length}`);
  if (start > bytes.length)
    throw new RangeError(`${name}: expected a header of ${length} bytes, got ${bytes.length - preamble}; the file is cut off`);
  return { text: new TextDecoder('latin1').decode(bytes.subarray(preamble, start)), start };
}

/** Reads the Python dict of a header: exactly the keys descr, fortran_order and shape. */
function parseHeader(text: string, name: string): { descr: string; fortran: boolean; shape: Shape } {
  const tokens = text.match(/'[^']*'|"[^"]*"|\w+|\S/g) ?? [];
  const found = new Map<string, string | boolean | number[]>();
  let at = 0;
  const take = (pattern: RegExp): string => {
    const token = tokens[at++] ?? '';
    if (pattern.test(token)) return token;
    throw new RangeError(`${name}: expected a header like ${EXAMPLE}, got ${quote(text)}`);
  };
  const string = (): string => take(/^['"]/).slice(1, -1);
  const tuple = (): number[] => {
    const entries: number[] = [];
    take(/^\($/);
    while (tokens[at] !== ')') {
      // Python 2 wrote long integers with an L.
      entries.push(Number.parseInt(take(/^\d{1,15}L?$/), 10));
      if (tokens[at] !== ')') take(/^,$/);
    }
    at++;
    return entries;
  };
  take(/^\{$/);
  while (tokens[at] !== '}') {
    const key = string();
    take(/^:$/);
    const value = key === 'shape' ? tuple() : key === 'fortran_order' ? take(/^(True|False)$/) === 'True' : string();
    if (found.has(key)) throw new RangeError(`${name}: expected each header key once, got ${quote(key)} twice`);
    found.set(key, value);
    if (tokens[at] !== '}') take(/^,$/);
  }
  at++;
  const descr = found.get('descr'), fortran = found.get('fortran_order'), shape = found.get('shape');
  const complete = typeof descr === 'string' && typeof fortran === 'boolean' && Array.isArray(shape) && found.size === 3;
  if (!complete || at !== tokens.length)
    throw new RangeError(`${name}: expected the header keys descr, fortran_order and shape, got ${quote(text)}`);
  if (shape.length > AXES_LIMIT) throw new RangeError(`${name}: expected at most ${AXES_LIMIT} axes, got ${shape.length}`);
  return { descr, fortran, shape };
}

/** A .npy file (version 1, little-endian f4, C order) of a tensor. */
export function formatNpy(x: Tensor): Uint8Array {
  const shape = x.shape.length === 1 ? `(${x.shape[0]},)` : `(${x.shape.join(', ')})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  // Data start on a multiple of 64 bytes, after 10 bytes of preamble and the newline that ends the header.
  const start = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + 4 * x.size).fill(0x20, 0, start), view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, start - 10, true);
  bytes.set(ascii(dict), 10);
  bytes[start - 1] = 0x0a;
  flat(x).forEach((value, i) => view.setFloat32(start + 4 * i, value, true));
  return bytes;
}
