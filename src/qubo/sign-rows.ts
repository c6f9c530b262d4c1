import { cholesky, choleskySolve } from '../core/cholesky.js';
import { energy, type QuadraticModel, type Sample } from './model.js';
import type { SolveOptions, Solver } from './solvers/solver.js';

/**
 * Rows of ±λ that meet the same inputs v_t, where row r is to give d_rt. The squared error of a row is quadratic in its signs,
 *   Σ_t (d_rt − λ sᵀv_t)² = λ² sᵀG s − 2λ c_rᵀs + Σ_t d_rt²,
 * and no term joins two rows (arXiv 2510.16075, with signs in the place of its rounding choices).
 */
export interface SignRows {
  /** G = Σ_t v_t v_tᵀ, n × n row-major, symmetric. */
  readonly gram: Float64Array;
  /** c_r = Σ_t d_rt v_t, n numbers a row. */
  readonly targets: readonly Float64Array[];
}

/**
 * What signs decide of each row's error: an Ising model a row, all on the same couplings. Throws a RangeError for a scale that is not
 * above 0 or a Gram matrix of another size.
 */
export function signModels({ gram, targets }: SignRows, scale: number): QuadraticModel[] {
  const n = targets[0]?.length ?? 0;
  if (gram.length !== n * n) throw new RangeError(`sign rows: expected ${n} × ${n} numbers of a Gram matrix, got ${gram.length}`);
  if (!(scale > 0 && scale < Infinity)) throw new RangeError(`sign rows: expected a finite scale > 0, got ${scale}`);
  const values = gram.map(value => 2 * scale * scale * value);
  let trace = 0;
  for (let i = 0; i < n; i++) {
    trace += gram[i * n + i]!;
    values[i * n + i] = 0;
  }
  const couplings = { kind: 'dense', values } as const, offset = scale * scale * trace;
  return targets.map(target => ({ vartype: 'spin', n, linear: target.map(value => -2 * scale * value), couplings, offset }));
}

/** sᵀc and sᵀG s of a row: the least-squares scale of any rows is Σ sᵀc / Σ sᵀG s. */
export interface SignSums {
  readonly linear: number;
  readonly quadratic: number;
}

/** Their sums over all rows, whose signs are given. */
export function signSums({ gram, targets }: SignRows, signs: readonly Sample[]): SignSums {
  let linear = 0, quadratic = 0;
  targets.forEach((target, r) => {
    const own = signs[r]!, n = target.length;
    for (let i = 0, at = 0; i < n; i++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += gram[at++]! * own[j]!;
      linear += own[i]! * target[i]!;
      quadratic += own[i]! * product;
    }
  });
  return { linear, quadratic };
}

/** Flips the sign that lowers the energy most until none does, in place. The couplings are dense. */
function descend({ n, linear, couplings: { values } }: Pick<QuadraticModel, 'n' | 'linear' | 'couplings'>, signs: Sample): Sample {
  const fields = linear.slice();
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < n; j++) fields[i]! += values[at++]! * signs[j]!;
  for (;;) {
    let chosen = -1, most = 0;
    for (let i = 0; i < n; i++) {
      const own = signs[i]! * fields[i]!;
      if (own > most) { most = own; chosen = i; }
    }
    if (chosen < 0) return signs;
    const change = 2 * signs[chosen]!;
    signs[chosen] = -signs[chosen]!;
    for (let j = 0, at = chosen * n; j < n; j++) fields[j]! -= change * values[at + j]!;
  }
}

/** Share of the mean diagonal that is added to a Gram matrix before it is factored, as in GPTQ: inputs need not fill the space. */
const ridge = 0.01;

/** What a search of signs knows of its rows. */
export interface KnownRows {
  readonly signs: readonly Sample[];
  /** The float weights, which gave the targets on inputs that need not be these. */
  readonly weights: readonly Float64Array[];
  /** Row r is searched with this seed plus r. */
  readonly seed: number;
  /** What errors of the rows are worth together (see `descendTogether`), where that is known. */
  readonly metric?: (() => Float64Array | undefined) | undefined;
}

/** Signs of every row, for one scale. */
export type RowMethod = (rows: SignRows, scale: number, known: KnownRows) => readonly Sample[] | Promise<readonly Sample[]>;

/** 1-flip descent of every row from given signs. */
export const descendRows = (rows: SignRows, scale: number, known: readonly Sample[]): Sample[] =>
  signModels(rows, scale).map((model, r) => descend(model, known[r]!.slice()));

/** The Cholesky factor of G with its ridge; undefined where G is 0. */
function factored(gram: Float64Array, n: number): Float64Array | undefined {
  const damped = gram.slice();
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram[i * n + i]!;
  if (trace === 0) return undefined;
  for (let i = 0; i < n; i++) damped[i * n + i]! += (ridge * trace) / n;
  return cholesky(damped, n);
}

/**
 * Weights w + (G + ridge)⁻¹(c − G w) that give the targets on these inputs: w itself where they are those that the targets were
 * made with (the data alignment of Zhang & Saab 2023, arXiv 2309.10975, in closed form).
 */
export function alignedWeights({ gram, targets }: SignRows, weights: readonly Float64Array[]): Float64Array[] {
  const n = targets[0]?.length ?? 0, L = factored(gram, n);
  return weights.map((own, r) => {
    if (!L) return own.slice();
    const step = targets[r]!.slice();
    for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < n; j++) step[i]! -= gram[at++]! * own[j]!;
    choleskySolve(L, n, step);
    return step.map((value, i) => own[i]! + value);
  });
}

/**
 * One sign after the other from the last to the first, each making up for the errors of those before it: successive rounding of
 * `weights`, G⁻¹c unless given, along the Cholesky factor of G (Babai 1986; the order of GPTQ, Frantar et al. 2022).
 */
export function successiveSigns({ gram, targets }: SignRows, scale: number, weights?: readonly Float64Array[]): Sample[] {
  const n = targets[0]?.length ?? 0, L = factored(gram, n);
  if (!L) return targets.map(() => new Int8Array(n).fill(1));
  return targets.map((target, r) => {
    const errors = (weights?.[r] ?? target).slice(), signs = new Int8Array(n);
    if (!weights) choleskySolve(L, n, errors);
    for (let i = n - 1; i >= 0; i--) {
      let sum = 0;
      for (let j = i + 1; j < n; j++) sum += L[j * n + i]! * errors[j]!;
      signs[i] = errors[i]! + sum / L[i * n + i]! < 0 ? -1 : 1;
      errors[i]! -= scale * signs[i]!;
    }
    return signs;
  });
}

export interface RowSearch {
  readonly solver: Solver;
  readonly options: SolveOptions;
}

/**
 * Signs of each row whose error is at most that of `known`: the best of the descents from `known` and from successive rounding, and
 * of the solver where there is one. Row r is solved with the seed of the options plus r.
 */
export async function improveSigns(rows: SignRows, scale: number, known: readonly Sample[], search?: RowSearch): Promise<Sample[]> {
  const models = signModels(rows, scale), rounded = successiveSigns(rows, scale), found: Sample[] = [];
  for (const [r, model] of models.entries()) {
    const candidates = [known[r]!.slice(), rounded[r]!].map(signs => descend(model, signs));
    if (search) {
      const { best } = await search.solver.solve(model, { ...search.options, seed: (search.options.seed ?? 1) + r });
      candidates.push(best.sample);
    }
    const energies = candidates.map(signs => energy(model, signs));
    found.push(candidates[energies.indexOf(Math.min(...energies))]!);
  }
  return found;
}

/** Passes over the rows, at most. */
const passes = 10;

/**
 * Descends row after row, in place, on what the rows' errors are worth together: Σ_rq B_rq e_rᵀe_q, e_r the error of row r over all
 * inputs and B, rows × rows, symmetric. A row meets the other rows' errors as a change of its target,
 *   c_r + Σ_{q≠r} (B_rq / B_rr)(c_q − λ G s_q).
 */
export function descendTogether(rows: SignRows, metric: Float64Array, scale: number, signs: readonly Sample[]): void {
  const { gram, targets } = rows, [model] = signModels(rows, scale), count = targets.length, { n, couplings } = model!;
  const misses = targets.map(target => target.slice());
  const miss = (r: number): void => {
    const own = misses[r]!, sample = signs[r]!;
    for (let i = 0, at = 0; i < n; i++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += gram[at++]! * sample[j]!;
      own[i] = targets[r]![i]! - scale * product;
    }
  };
  for (let r = 0; r < count; r++) miss(r);
  for (let pass = 0, changed = true; changed && pass < passes; pass++) {
    changed = false;
    for (let r = 0; r < count; r++) {
      const weight = metric[r * count + r]!, before = signs[r]!.slice(), linear = targets[r]!.map(value => -2 * scale * value);
      if (!(weight > 0)) continue;
      for (let q = 0; q < count; q++) {
        const share = (-2 * scale * metric[r * count + q]!) / weight;
        if (q !== r) for (let i = 0; i < n; i++) linear[i]! += share * misses[q]![i]!;
      }
      descend({ n, linear, couplings }, signs[r]!);
      if (signs[r]!.every((sign, i) => sign === before[i])) continue;
      changed = true;
      miss(r);
    }
  }
}
