import { couplingsOf, couplingsOfMatrix, finite, finiteSum } from './couplings.js';

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

/** Beyond, a model of a few entries, or a number in a file, would ask for gigabytes. */
export const mostVariables = 2 ** 24;

function oneOf<T extends string>(what: string, known: readonly T[], given: T): T {
  if (!known.includes(given)) throw new RangeError(`model: expected ${what} ${known.join(' or ')}, got ${String(given)}`);
  return given;
}

export const checkVartype = (vartype: Vartype): Vartype => oneOf('vartype', ['binary', 'spin'], vartype);

/** Everything but couplings, from parts and the diagonal; n is checked. */
function startOf(n: number, parts: ModelParts): Omit<QuadraticModel, 'couplings'> {
  if (!Number.isSafeInteger(n) || n < 0 || n > mostVariables)
    throw new RangeError(`model: expected 0 to ${mostVariables} variables, got ${n}`);
  const { names, layout } = parts, vartype = checkVartype(parts.vartype ?? 'binary'), linear = new Float64Array(n);
  if (layout !== undefined) oneOf('layout', ['dense', 'sparse'], layout);
  if (parts.linear) {
    if (parts.linear.length !== n) throw new RangeError(`model: expected ${n} linear coefficients, got ${parts.linear.length}`);
    for (let i = 0; i < n; i++) linear[i] = finite('model', parts.linear[i]!);
  }
  if (names) {
    if (names.length !== n) throw new RangeError(`model: expected ${n} names, got ${names.length}`);
    const known = new Set<string>();
    for (const name of names) {
      if (known.has(name)) throw new RangeError(`model: expected each name once, got ${JSON.stringify(name)} again`);
      known.add(name);
    }
  }
  return { vartype, n, linear, offset: finite('model', parts.offset ?? 0), ...(names && { names }) };
}

/**
 * A model of n variables from triplets. Throws a RangeError for indices outside 0 … n−1, coefficients that are not finite, sums beyond
 * 1e308, names that repeat and a dense layout that does not fit.
 */
export function fromTriplets(n: number, { rows, cols, values }: Triplets, parts: ModelParts = {}): QuadraticModel {
  const start = startOf(n, parts), { vartype, linear } = start;
  if (rows.length !== values.length || cols.length !== values.length)
    throw new RangeError(`model: expected as many rows and columns as values, got ${rows.length}, ${cols.length} and ${values.length}`);
  const degrees = new Uint32Array(n + 1);
  let { offset } = start;
  for (let k = 0; k < values.length; k++) {
    const i = rows[k]!, j = cols[k]!, value = finite('model', values[k]!);
    if (!Number.isInteger(i) || !Number.isInteger(j) || i < 0 || j < 0 || i >= n || j >= n)
      throw new RangeError(`model: expected indices from 0 to ${n - 1}, got (${i}, ${j})`);
    if (i !== j) { degrees[i + 1]!++; degrees[j + 1]!++; }
    else if (vartype === 'binary') linear[i] = finiteSum(linear[i]! + value);
    else offset = finiteSum(offset + value);
  }
  return { ...start, couplings: couplingsOf(n, { rows, cols, values }, degrees, parts.layout), offset };
}

/** E(v) = vᵀQv + offset for any square Q (n × n, row-major): the pair (i, j) gets Q_ij + Q_ji. Throws as `fromTriplets`. */
export function fromMatrix(Q: ArrayLike<number>, n: number, parts: ModelParts = {}): QuadraticModel {
  const start = startOf(n, parts), { vartype, linear } = start;
  if (Q.length !== n * n) throw new RangeError(`model: expected ${n * n} coefficients of ${n} variables, got ${Q.length}`);
  let { offset } = start;
  for (let k = 0; k < Q.length; k++) finite('model', Q[k]!);
  for (let i = 0; i < n; i++) {
    const value = Q[i * n + i]!;
    if (vartype === 'binary') linear[i] = finiteSum(linear[i]! + value);
    else offset = finiteSum(offset + value);
  }
  return { ...start, couplings: couplingsOfMatrix(Q, n, parts.layout), offset };
}

/** Throws where a coefficient is not finite, or their sizes have no finite sum: of models that were not built here. */
export function checkFinite(who: string, { linear, couplings, offset }: QuadraticModel): void {
  let sum = Math.abs(finite(who, offset));
  for (const values of [linear, couplings.values]) for (let k = 0; k < values.length; k++) sum += Math.abs(values[k]!);
  if (Number.isFinite(sum)) return;
  for (const values of [linear, couplings.values]) for (const value of values) finite(who, value);
  throw new RangeError(`${who}: expected finite coefficients, got sums beyond 1e308`);
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

/** Σ_j coupling_ij v_j + linear_i, in f64. Throws a RangeError where there is no variable i. */
export function field(model: QuadraticModel, sample: ArrayLike<number>, i: number): number {
  const { n, couplings } = model;
  if (!Number.isInteger(i) || i < 0 || i >= n) throw new RangeError(`model: expected a variable from 0 to ${n - 1}, got ${i}`);
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

/** Where the couplings of variable i begin and end among the values. */
export const rowRange = ({ n, couplings }: QuadraticModel, i: number): readonly [from: number, to: number] =>
  (couplings.kind === 'dense' ? [i * n, (i + 1) * n] : [couplings.rowPtr[i]!, couplings.rowPtr[i + 1]!]);

/** Number of pairs with a coefficient. */
export function pairCount({ couplings }: QuadraticModel): number {
  if (couplings.kind === 'sparse') return couplings.values.length / 2;
  return couplings.values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0) / 2;
}
