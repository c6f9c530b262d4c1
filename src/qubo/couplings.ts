import type { Couplings, Triplets } from './model.js';

/** Rows that are filled beyond this are stored densely: from there on a whole row is faster to read than a list. */
const denseFrom = 0.2;
const largestDense = 16384;
/** Rows and columns of a matrix that are read together, so that its transpose is read along rows of the cache too. */
const tile = 32;

const isDense = (n: number, places: number, layout?: Couplings['kind']): boolean =>
  (layout ? layout === 'dense' : n <= largestDense && places >= denseFrom * n * n);

function denseRoom(n: number): Float64Array {
  try {
    return new Float64Array(n * n);
  } catch {
    throw new RangeError(`model: expected dense couplings that fit into memory, got ${n} × ${n} of them`);
  }
}

/** The value. Throws a RangeError where it is not finite. */
export function finite(who: string, value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${who}: expected finite coefficients, got ${value}`);
  return value;
}

/** The sum. Throws a RangeError where it is not finite. */
export function finiteSum(sum: number): number {
  if (!Number.isFinite(sum)) throw new RangeError(`model: expected sums of coefficients below 1e308, got ${sum}`);
  return sum;
}

/** Compressed rows by counting, each sorted, repeated columns summed, zeros dropped. `starts` has the places of row i at i + 1, and is changed. */
export function couplingsOf(n: number, { rows, cols, values }: Triplets, starts: Uint32Array, layout?: Couplings['kind']): Couplings {
  for (let i = 0; i < n; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice(0, n), places = new Uint32Array(starts[n]!), found = new Float64Array(starts[n]!);
  for (let k = 0; k < values.length; k++) {
    const i = rows[k]!, j = cols[k]!;
    if (i === j) continue;
    places[next[i]!] = j; found[next[i]!++] = values[k]!;
    places[next[j]!] = i; found[next[j]!++] = values[k]!;
  }
  const rowPtr = new Uint32Array(n + 1), sums = new Float64Array(n), mark = new Int32Array(n).fill(-1);
  let at = 0;
  for (let i = 0; i < n; i++) {
    const from = at;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const j = places[k]!;
      if (mark[j] !== i) { mark[j] = i; sums[j] = 0; places[at++] = j; }
      sums[j]! += found[k]!;
    }
    const end = at;
    places.subarray(from, end).sort();
    at = from;
    for (let k = from; k < end; k++) {
      const j = places[k]!, sum = finiteSum(sums[j]!);
      if (sum !== 0) { places[at] = j; found[at++] = sum; }
    }
    rowPtr[i + 1] = at;
  }
  if (!isDense(n, at, layout)) {
    return at === places.length ? { kind: 'sparse', rowPtr, colIdx: places, values: found }
      : { kind: 'sparse', rowPtr, colIdx: places.slice(0, at), values: found.slice(0, at) };
  }
  const matrix = denseRoom(n);
  for (let i = 0; i < n; i++) for (let k = rowPtr[i]!; k < rowPtr[i + 1]!; k++) matrix[i * n + places[k]!] = found[k]!;
  return { kind: 'dense', values: matrix };
}

/**
 * Calls `visit(i, j, Q_ij + Q_ji)` for all i < j, some rows at a time, until it is `enough`. What row i sees, as either of the two, comes
 * in ascending order of the other.
 */
function eachPair(Q: ArrayLike<number>, n: number, visit: (i: number, j: number, sum: number) => void, enough = (): boolean => false): void {
  for (let top = 0; top < n && !enough(); top += tile) for (let left = top; left < n; left += tile) {
    const bottom = Math.min(n, top + tile), right = Math.min(n, left + tile);
    for (let i = top; i < bottom; i++) for (let j = Math.max(left, i + 1); j < right; j++) visit(i, j, Q[i * n + j]! + Q[j * n + i]!);
  }
}

/** Q + Qᵀ without its diagonal. Written out: a call for each of the sums would take longer than they do. */
function filled(Q: ArrayLike<number>, n: number): Float64Array {
  const values = denseRoom(n);
  for (let top = 0; top < n; top += tile) for (let left = top; left < n; left += tile) {
    const bottom = Math.min(n, top + tile), right = Math.min(n, left + tile);
    for (let i = top; i < bottom; i++) for (let j = Math.max(left, i + 1); j < right; j++) {
      const sum = Q[i * n + j]! + Q[j * n + i]!;
      if (!(Math.abs(sum) < Infinity)) finiteSum(sum);
      values[i * n + j] = values[j * n + i] = sum;
    }
  }
  return values;
}

/** Of a square matrix, n × n, row-major, of finite numbers; its diagonal is left out. */
export function couplingsOfMatrix(Q: ArrayLike<number>, n: number, layout?: Couplings['kind']): Couplings {
  const rowPtr = new Uint32Array(n + 1);
  let places = 0;
  const dense = (): boolean => isDense(n, places, layout);
  eachPair(Q, n, (i, j, sum) => {
    if (sum === 0) return;
    rowPtr[i + 1]!++;
    rowPtr[j + 1]!++;
    places += 2;
  }, dense);
  if (dense()) return { kind: 'dense', values: filled(Q, n) };
  for (let i = 0; i < n; i++) rowPtr[i + 1]! += rowPtr[i]!;
  const next = rowPtr.slice(0, n), colIdx = new Uint32Array(places), values = new Float64Array(places);
  eachPair(Q, n, (i, j, sum) => {
    if (sum === 0) return;
    colIdx[next[i]!] = j;
    values[next[i]!++] = finiteSum(sum);
    colIdx[next[j]!] = i;
    values[next[j]!++] = sum;
  });
  return { kind: 'sparse', rowPtr, colIdx, values };
}
