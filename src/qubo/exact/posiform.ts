import { eachNeighbour, type QuadraticModel } from '../model.js';

/**
 * A quadratic function of bits as a constant plus terms with coefficients of 0 or more over literals: literal 2i is x_i, 2i + 1 is its
 * complement. A pair of variables has two terms at most, u v and ū v̄ for one choice of their literals u and v, numbers 2e and
 * 2e + 1. A term u v says "u implies v̄": place k of variable i leads literal 2i + b over term `terms[k] ^ b` to `targets[k] ^ b`.
 */
export interface Posiform {
  readonly n: number;
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
  readonly terms: Uint32Array;
}

/** One way to write the function where some variables are fixed. The constant is a lower bound. */
export interface Terms {
  constant: number;
  /** Coefficients of the terms of pairs. */
  readonly pairs: Float64Array;
  /** What literal w saves: the coefficient of its complement. */
  readonly wishes: Float64Array;
  /** 0 or 1 of the variables that are fixed, else −1. */
  readonly fixed: Int8Array;
  free: number;
}

export const copyOf = ({ constant, pairs, wishes, fixed, free }: Terms): Terms =>
  ({ constant, pairs: pairs.slice(), wishes: wishes.slice(), fixed: fixed.slice(), free });

/** Of a binary model: q x_i x_j as it is where q > 0, else q x_i + |q| x_i x̄_j. */
export function posiform(model: QuadraticModel): { form: Posiform; terms: Terms } {
  const { n } = model, starts = new Uint32Array(n + 1), linear = model.linear.slice();
  for (let i = 0; i < n; i++) {
    starts[i + 1] = starts[i]!;
    eachNeighbour(model, i, () => { starts[i + 1]!++; });
  }
  const places = starts[n]!, targets = new Uint32Array(places), terms = new Uint32Array(places), pairs = new Float64Array(places);
  const next = starts.slice(0, n);
  let pair = 0;
  for (let i = 0; i < n; i++) eachNeighbour(model, i, (j, q) => {
    if (j < i) return;
    const minus = q < 0 ? 1 : 0, at = next[i]!++, back = next[j]!++;
    if (minus) linear[i]! += q;
    pairs[2 * pair] = Math.abs(q);
    targets[at] = 2 * j + 1 - minus;
    terms[at] = 2 * pair;
    targets[back] = 2 * i + 1 - minus;
    terms[back] = 2 * pair + minus;
    pair++;
  });
  let constant = model.offset;
  const wishes = new Float64Array(2 * n);
  linear.forEach((value, i) => {
    constant += Math.min(0, value);
    wishes[value < 0 ? 2 * i : 2 * i + 1] = Math.abs(value);
  });
  return { form: { n, starts, targets, terms }, terms: { constant, pairs, wishes, fixed: new Int8Array(n).fill(-1), free: n } };
}
