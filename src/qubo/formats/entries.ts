import { fromTriplets, pairCount, type QuadraticModel, type Vartype } from '../model.js';
import type { LineReader } from './lines.js';

export { mostVariables } from '../model.js';

/** So many variables are plausible without entries, and so many more for each entry. */
const plausible = 2 ** 16, plausiblePerEntry = 256;

/** Entries (i, j, w) of a file in its order, from 0, with their lines. */
export interface Entries {
  count: number;
  rows: Int32Array;
  cols: Int32Array;
  lines: Int32Array;
  values: Float64Array;
}

export const entryList = (capacity = 1024): Entries => ({
  count: 0, values: new Float64Array(capacity),
  rows: new Int32Array(capacity), cols: new Int32Array(capacity), lines: new Int32Array(capacity),
});

/** Adds an entry; memory grows with what is there, not with what a header declares. */
function addEntry(entries: Entries, i: number, j: number, value: number, line: number): void {
  const k = entries.count++;
  if (k === entries.rows.length) {
    const wider = entryList(2 * k);
    for (const key of ['rows', 'cols', 'lines', 'values'] as const) wider[key].set(entries[key]);
    Object.assign(entries, { ...wider, count: k + 1 });
  }
  entries.rows[k] = i;
  entries.cols[k] = j;
  entries.lines[k] = line;
  entries.values[k] = value;
}

/** Reads a line `i j w` with indices from `base` to `last`, which are `expected`. */
export function readEntry(reader: LineReader, entries: Entries, base: number, last: number, expected: string): void {
  const i = reader.integer(expected, base, last) - base, j = reader.integer(expected, base, last) - base;
  const value = reader.number('a finite decimal number');
  reader.end('no more than i, j and one number');
  addEntry(entries, i, j, value, reader.line());
}

/** Throws where so many variables would be a claim without entries to show for it. */
export function checkPlausible(reader: LineReader, n: number, entries: number, line: number): void {
  const most = plausible + plausiblePerEntry * entries;
  if (n > most) reader.fail(`at most ${most} variables for ${entries} ${entries === 1 ? 'entry' : 'entries'}`, String(n), line);
}

export interface Assembly {
  readonly vartype: Vartype;
  /** What one unit of an entry adds to E: off the diagonal, and on it. */
  readonly pair: number;
  readonly single: number;
  readonly offset: number;
  /** Entries of one pair add up; an error otherwise. */
  readonly repeats?: boolean;
}

/** The model of n variables; entries (i, i) are linear, for spins too. Leaves the entries reordered. */
export function assembled(reader: LineReader, n: number, entries: Entries, parts: Assembly): QuadraticModel {
  const { vartype, pair, single, offset, repeats = false } = parts;
  const linear = new Float64Array(n), seen = new Uint8Array(repeats ? 0 : n), { rows, cols, values, lines } = entries;
  let pairs = 0, nonzero = 0, size = 0;
  for (let k = 0; k < entries.count; k++) {
    const i = rows[k]!, isPair = i !== cols[k], scaled = (isPair ? pair : single) * values[k]!;
    if (!Number.isFinite(scaled)) reader.fail('a coefficient that can be doubled', String(values[k]), lines[k]);
    if (!isPair) {
      if (!repeats && seen[i]!++) reader.fail('each pair of indices once', 'one again', lines[k]);
      linear[i]! += scaled;
      continue;
    }
    rows[pairs] = i;
    cols[pairs] = cols[k]!;
    lines[pairs] = lines[k]!;
    values[pairs++] = scaled;
    size += Math.abs(scaled);
    if (scaled !== 0) nonzero++;
  }
  const kept = { rows: rows.subarray(0, pairs), cols: cols.subarray(0, pairs), values: values.subarray(0, pairs) };
  for (const value of linear) if (!Number.isFinite(value)) reader.fail('sums below 1e308', String(value));
  if (repeats && size === Infinity) reader.fail('sums below 1e308', 'Infinity');
  const model = fromTriplets(n, kept, { vartype, linear, offset });
  if (!repeats && pairCount(model) !== nonzero) repeated(reader, n, kept, lines);
  return model;
}

/** Throws at the second entry of a pair. */
function repeated(reader: LineReader, n: number, { rows, cols }: Pick<Entries, 'rows' | 'cols'>, lines: Int32Array): void {
  const seen = new Set<number>();
  rows.forEach((i, k) => {
    const j = cols[k]!, key = Math.min(i, j) * n + Math.max(i, j);
    if (seen.has(key)) reader.fail('each pair of indices once', 'one again', lines[k]);
    seen.add(key);
  });
}
