/** What is read of a MATLAB value: numbers and text are flat, column-major; a struct array has one record for each element. */
export type MatValue =
  | { readonly kind: 'numbers'; readonly shape: readonly number[]; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'struct'; readonly records: readonly ReadonlyMap<string, () => MatValue>[] }
  | { readonly kind: 'other' };

export type Fail = (expected: string, got: string | number) => never;

interface Element {
  readonly type: number;
  readonly from: number;
  readonly bytes: number;
  readonly next: number;
}

export const compressed = 15;
const matrix = 14,
  structClass = 2,
  charClass = 4,
  maxDepth = 8;

/** Readers of the numeric storage types: [bytes, read]. */
const storage: Readonly<Record<number, readonly [number, (view: DataView, at: number, little: boolean) => number]>> = {
  1: [1, (v, at) => v.getInt8(at)],
  2: [1, (v, at) => v.getUint8(at)],
  3: [2, (v, at, l) => v.getInt16(at, l)],
  4: [2, (v, at, l) => v.getUint16(at, l)],
  5: [4, (v, at, l) => v.getInt32(at, l)],
  6: [4, (v, at, l) => v.getUint32(at, l)],
  7: [4, (v, at, l) => v.getFloat32(at, l)],
  9: [8, (v, at, l) => v.getFloat64(at, l)],
  16: [1, (v, at) => v.getUint8(at)],
  17: [2, (v, at, l) => v.getUint16(at, l)],
};

/** Reads the elements of a MAT-file, or of what one of its compressed elements holds. */
export function elementReader(data: Uint8Array, little: boolean, fail: Fail) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  function element(at: number, end: number): Element {
    if (at + 8 > end) fail('whole elements', `one that ends at byte ${end}`);
    const word = view.getUint32(at, little),
      small = word >>> 16;
    if (small)
      return small <= 4
        ? { type: word & 0xffff, from: at + 4, bytes: small, next: at + 8 }
        : fail('small elements of at most 4 bytes', small);
    const count = view.getUint32(at + 4, little),
      from = at + 8;
    if (from + count > end) fail(`an element of at most ${end - from} bytes`, count);
    return {
      type: word,
      from,
      bytes: count,
      next: Math.min(end, from + (word === compressed ? count : Math.ceil(count / 8) * 8)),
    };
  }
  function numbers({ type, from, bytes: length }: Element): Float64Array {
    const [size, read] = storage[type] ?? fail('a numeric element', `type ${type}`);
    return Float64Array.from({ length: Math.floor(length / size) }, (_, i) => read(view, from + i * size, little));
  }
  const text = (own: Element): string => String.fromCharCode(...numbers(own).subarray(0, 65536)).replace(/\0+$/, '');

  function value({ type, from, bytes: length }: Element, depth: number): { name: string; value: () => MatValue } {
    if (type !== matrix || depth > maxDepth) return { name: '', value: () => ({ kind: 'other' }) };
    if (length === 0) return { name: '', value: () => ({ kind: 'numbers', shape: [0, 0], values: new Float64Array(0) }) };
    const end = from + length,
      flags = element(from, end),
      dimensions = element(flags.next, end),
      label = element(dimensions.next, end);
    const kind = numbers(flags)[0]! & 0xff,
      shape = [...numbers(dimensions)],
      count = shape.reduce((product, n) => product * n, 1);
    return {
      name: text(label),
      value() {
        if (kind === charClass) return { kind: 'text', text: text(element(label.next, end)) };
        if (kind >= 6 && kind <= 15) {
          const own = element(label.next, end),
            values = numbers(own);
          if (values.length !== count) fail(`${count} numbers`, values.length);
          return { kind: 'numbers', shape, values };
        }
        if (kind !== structClass) return { kind: 'other' };
        const width = element(label.next, end),
          names = element(width.next, end),
          each = numbers(width)[0]!;
        const fields =
          each > 0
            ? Array.from({ length: Math.floor(names.bytes / each) }, (_, i) =>
                text({ ...names, from: names.from + i * each, bytes: each }).replace(/\0.*$/s, ''),
              )
            : [];
        if (count * Math.max(1, fields.length) * 8 > length)
          fail('a struct inside its element', `${count} records of ${fields.length} fields`);
        let at = names.next;
        return {
          kind: 'struct',
          records: Array.from(
            { length: count },
            () =>
              new Map(
                fields.map(field => {
                  const own = element(at, end);
                  at = own.next;
                  return [field, () => value(own, depth + 1).value()] as const;
                }),
              ),
          ),
        };
      },
    };
  }
  return { element, value };
}
