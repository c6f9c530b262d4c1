/** Values of one sample: 0 and 1 for binary variables, −1 and +1 for spins. */
export type Sample = Int8Array;
export type Vartype = 'binary' | 'spin';

/**
 * Symmetric coefficients of pairs with a zero diagonal; both (i, j) and (j, i) are stored, and a pair counts once in the energy.
 * Dense: n × n, row-major. Sparse: compressed rows, columns ascending.
 */
export type Couplings =
  | { readonly kind: 'dense'; readonly values: Float64Array }
  | { readonly kind: 'sparse'; readonly rowPtr: Uint32Array; readonly colIdx: Uint32Array; readonly values: Float64Array };

/**
 * E(v) = offset + Σ_i linear_i v_i + Σ_{i<j} coupling_ij v_i v_j over n binary variables (a QUBO) or spins (an Ising model with h = linear,
 * J = couplings, in the sign convention E = +hᵀs + Σ J s s). Always to be minimised.
 */
export interface QuadraticModel {
  readonly vartype: Vartype;
  readonly n: number;
  readonly linear: Float64Array;
  readonly couplings: Couplings;
  readonly offset: number;
  /** One for each variable, where it was built with names. */
  readonly names?: readonly string[];
}

/** Coefficients in any order: repeated pairs add up, (i, j) and (j, i) are one pair, (i, i) is linear (v² = v) or, for spins, constant. */
export interface Triplets {
  readonly rows: ArrayLike<number>;
  readonly cols: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface ModelParts {
  readonly vartype?: Vartype;
  readonly linear?: ArrayLike<number>;
  readonly offset?: number;
  readonly names?: readonly string[];
  /** Which layout the couplings have; the smaller and faster one unless given. */
  readonly layout?: Couplings['kind'];
}

/** Rows that are filled beyond this are stored densely: from there on a whole row is faster to read than a list. */
const denseFrom = 0.2;
const largestDense = 16384;
/** As in the file formats: beyond, a model of a few entries would ask for gigabytes. */
const mostVariables = 2 ** 24;

const finite = (who: string, value: number): number => {
  if (!Number.isFinite(value)) throw new RangeError(`${who}: expected finite coefficients, got ${value}`);
  return value;
};

function checkSize(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0 || n > mostVariables)
    throw new RangeError(`model: expected 0 to ${mostVariables} variables, got ${n}`);
}

/** A model of n variables from triplets. Throws a RangeError for indices outside 0 … n−1 and coefficients that are not finite. */
export function fromTriplets(n: number, { rows, cols, values }: Triplets, parts: ModelParts = {}): QuadraticModel {
  checkSize(n);
  if (rows.length !== values.length || cols.length !== values.length)
    throw new RangeError(`model: expected as many rows and columns as values, got ${rows.length}, ${cols.length} and ${values.length}`);
  const { vartype = 'binary' } = parts;
  let offset = finite('model', parts.offset ?? 0);
  const linear = new Float64Array(n);
  if (parts.linear) {
    if (parts.linear.length !== n) throw new RangeError(`model: expected ${n} linear coefficients, got ${parts.linear.length}`);
    for (let i = 0; i < n; i++) linear[i] = finite('model', parts.linear[i]!);
  }
  if (parts.names && parts.names.length !== n) throw new RangeError(`model: expected ${n} names, got ${parts.names.length}`);
  const degrees = new Uint32Array(n + 1);
  for (let k = 0; k < values.length; k++) {
    const i = rows[k]!, j = cols[k]!, value = finite('model', values[k]!);
    if (!Number.isInteger(i) || !Number.isInteger(j) || i < 0 || j < 0 || i >= n || j >= n)
      throw new RangeError(`model: expected indices from 0 to ${n - 1}, got (${i}, ${j})`);
    if (i !== j) { degrees[i + 1]!++; degrees[j + 1]!++; }
    else if (vartype === 'binary') linear[i]! += value;
    else offset += value;
  }
  const couplings = gather(n, { rows, cols, values }, degrees, parts.layout);
  return { vartype, n, linear, couplings, offset, ...(parts.names && { names: parts.names }) };
}

/** Compressed rows by counting, each sorted, repeated columns summed, zeros dropped. */
function gather(n: number, { rows, cols, values }: Triplets, degrees: Uint32Array, layout?: Couplings['kind']): Couplings {
  const starts = degrees;
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
    const row = places.subarray(from, at).sort();
    at = from;
    for (const j of row) if (sums[j] !== 0) { places[at] = j; found[at++] = sums[j]!; }
    rowPtr[i + 1] = at;
  }
  const dense = layout ? layout === 'dense' : n <= largestDense && at >= denseFrom * n * n;
  if (!dense) return { kind: 'sparse', rowPtr, colIdx: places.slice(0, at), values: found.slice(0, at) };
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let k = rowPtr[i]!; k < rowPtr[i + 1]!; k++) matrix[i * n + places[k]!] = found[k]!;
  return { kind: 'dense', values: matrix };
}

/** E(v) = vᵀQv + offset for any square Q (n × n, row-major): the pair (i, j) gets Q_ij + Q_ji. */
export function fromMatrix(Q: ArrayLike<number>, n: number, parts: ModelParts = {}): QuadraticModel {
  checkSize(n);
  if (Q.length !== n * n) throw new RangeError(`model: expected ${n * n} coefficients of ${n} variables, got ${Q.length}`);
  const rows: number[] = [], cols: number[] = [], values: number[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (Q[i * n + j] !== 0) { rows.push(i); cols.push(j); values.push(Q[i * n + j]!); }
  return fromTriplets(n, { rows, cols, values }, parts);
}

/** Calls `visit(j, value)` for every variable j that i is coupled to. */
export function eachNeighbour({ n, couplings }: QuadraticModel, i: number, visit: (j: number, value: number) => void): void {
  if (couplings.kind === 'dense') {
    for (let j = 0; j < n; j++) if (couplings.values[i * n + j] !== 0) visit(j, couplings.values[i * n + j]!);
  } else for (let k = couplings.rowPtr[i]!; k < couplings.rowPtr[i + 1]!; k++) visit(couplings.colIdx[k]!, couplings.values[k]!);
}

/** Throws where a sample has another length or other values than the model's variables take. */
export function checkSample(model: QuadraticModel, sample: ArrayLike<number>): void {
  if (sample.length !== model.n) throw new RangeError(`sample: expected ${model.n} values, got ${sample.length}`);
  const low = model.vartype === 'binary' ? 0 : -1;
  for (let i = 0; i < sample.length; i++)
    if (sample[i] !== 1 && sample[i] !== low) throw new RangeError(`sample: expected ${low} or 1, got ${sample[i]} at ${i}`);
}

/** Σ_j coupling_ij v_j + linear_i, in f64. */
export function field(model: QuadraticModel, sample: ArrayLike<number>, i: number): number {
  const { n, couplings } = model;
  let sum = model.linear[i]!;
  if (couplings.kind === 'dense') for (let j = 0, at = i * n; j < n; j++) sum += couplings.values[at + j]! * sample[j]!;
  else for (let k = couplings.rowPtr[i]!; k < couplings.rowPtr[i + 1]!; k++) sum += couplings.values[k]! * sample[couplings.colIdx[k]!]!;
  return sum;
}

/** E(v) in f64. */
export function energy(model: QuadraticModel, sample: ArrayLike<number>): number {
  checkSample(model, sample);
  let twice = 0;
  for (let i = 0; i < model.n; i++) if (sample[i] !== 0) twice += sample[i]! * (model.linear[i]! + field(model, sample, i));
  return model.offset + twice / 2;
}

/** E after variable i is flipped, minus E before, in f64. */
export function flipGain(model: QuadraticModel, sample: ArrayLike<number>, i: number): number {
  const change = model.vartype === 'binary' ? 1 - 2 * sample[i]! : -2 * sample[i]!;
  return change * field(model, sample, i);
}

/** Number of pairs with a coefficient. */
export function pairCount({ couplings }: QuadraticModel): number {
  if (couplings.kind === 'sparse') return couplings.values.length / 2;
  return couplings.values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0) / 2;
}
