import { inflate } from './inflate.js';
import { compressed, elementReader, type Fail, type MatValue } from './mat5-elements.js';

/** Of all compressed variables together. As numbers, bytes take eight times as much, but only those that are asked for. */
const maxInflated = 2 ** 30,
  tagBytes = 8;

/**
 * The variables of a MATLAB 5 MAT-file (MAT-File Format, MathWorks), fields of structs read when they are asked for. Throws a RangeError for
 * anything else, HDF5-based version 7.3 included.
 */
export function mat5(bytes: Uint8Array, name = 'mat'): ReadonlyMap<string, () => MatValue> {
  const fail: Fail = (expected, got) => {
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  };
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 116));
  if (bytes.length < 136 || !header.startsWith('MATLAB 5.0')) fail('a MATLAB 5 MAT-file', JSON.stringify(header.slice(0, 20)));
  const little = bytes[126] === 0x49;

  const unpacked = (stream: Uint8Array, most: number): Uint8Array => {
    try {
      return inflate(stream, most);
    } catch (error) {
      return fail('a valid compressed variable', (error as Error).message);
    }
  };
  let left = maxInflated;
  /** The element in a compressed one: its tag, which says its length, is read first. */
  function inflated(stream: Uint8Array): Uint8Array {
    const tag = unpacked(stream, tagBytes);
    if (tag.length < tagBytes) fail('a compressed variable', `${tag.length} bytes`);
    const length = tagBytes + new DataView(tag.buffer).getUint32(4, little);
    if (length > left) fail(`compressed variables of at most ${maxInflated} bytes`, maxInflated - left + length);
    left -= length;
    const content = unpacked(stream, length);
    return content.length > length ? fail(`a compressed variable of ${length} bytes`, 'more') : content;
  }

  const variables = new Map<string, () => MatValue>(),
    { element, value } = elementReader(bytes, little, fail);
  for (let at = 128; at + 8 <= bytes.length;) {
    const own = element(at, bytes.length);
    let found = value(own, 0);
    if (own.type === compressed) {
      const content = inflated(bytes.subarray(own.from, own.from + own.bytes)),
        inner = elementReader(content, little, fail);
      found = inner.value(inner.element(0, content.length), 0);
    }
    if (found.name) variables.set(found.name, found.value);
    at = own.next;
  }
  return variables;
}
