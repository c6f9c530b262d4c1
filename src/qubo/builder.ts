import { checkVartype, fromTriplets, type QuadraticModel, type Vartype } from './model.js';

/** A variable by its name with a coefficient, in a sum. */
export type NamedTerm = readonly [coefficient: number, name: string];

/** Adds up a model term by term; every method but `build` returns the builder. Coefficients of the same terms add up. */
export interface ModelBuilder {
  /** A new variable. Throws where the name is taken. */
  variable(name: string): ModelBuilder;
  /** c v. */
  linear(name: string, c: number): ModelBuilder;
  /** c v_a v_b of two different variables. */
  pair(a: string, b: string, c: number): ModelBuilder;
  constant(c: number): ModelBuilder;
  /** weight · (Σ coefficient v + constant)²: 0 where the sum holds, at least `weight` elsewhere if all are whole. */
  squared(weight: number, sum: readonly NamedTerm[], constant?: number): ModelBuilder;
  /**
   * weight · (a b − 2 a z − 2 b z + 3 z), binary: 0 where z = a AND b, `weight` or 3 `weight` elsewhere (Rosenberg 1975). A cubic
   * term c a b d is this with pair(z, d, c) and a weight above |c|.
   */
  and(z: string, a: string, b: string, weight: number): ModelBuilder;
  build(): QuadraticModel;
}

/** A builder without variables. Its methods throw a RangeError for unknown or repeated names and for numbers that are not finite. */
export function modelBuilder({ vartype = 'binary' }: { readonly vartype?: Vartype } = {}): ModelBuilder {
  checkVartype(vartype);
  const places = new Map<string, number>(), linear: number[] = [];
  const rows: number[] = [], cols: number[] = [], values: number[] = [];
  let offset = 0;

  const place = (name: string): number => {
    const found = places.get(name);
    if (found === undefined) throw new RangeError(`modelBuilder: expected a known variable, got ${JSON.stringify(name)}`);
    return found;
  };
  const finite = (value: number): number => {
    if (!Number.isFinite(value)) throw new RangeError(`modelBuilder: expected finite coefficients, got ${value}`);
    return value;
  };
  const addPair = (i: number, j: number, c: number): void => {
    values.push(finite(c));
    rows.push(i);
    cols.push(j);
  };
  const addConstant = (c: number): void => { offset = finite(offset + finite(c)); };
  const addLinear = (i: number, c: number): void => { linear[i] = finite(linear[i]! + finite(c)); };
  /** c v²: v itself for bits, 1 for spins. */
  const addSquare = (i: number, c: number): void => (vartype === 'binary' ? addLinear(i, c) : addConstant(c));

  const builder: ModelBuilder = {
    variable(name) {
      if (places.has(name)) throw new RangeError(`modelBuilder: expected each name once, got ${JSON.stringify(name)} again`);
      places.set(name, linear.push(0) - 1);
      return builder;
    },
    linear(name, c) {
      addLinear(place(name), c);
      return builder;
    },
    pair(a, b, c) {
      if (a === b) throw new RangeError(`modelBuilder: expected two different variables in a pair, got ${JSON.stringify(a)} twice`);
      addPair(place(a), place(b), c);
      return builder;
    },
    constant(c) {
      addConstant(c);
      return builder;
    },
    squared(weight, sum, constant = 0) {
      const terms = sum.map(([c, name]) => [c, place(name)] as const);
      // Before anything is added, so that what is refused leaves nothing behind.
      const largest = terms.reduce((most, [c]) => Math.max(most, Math.abs(finite(c))), Math.abs(finite(constant)));
      finite(2 * weight * largest * largest);
      addConstant(weight * constant * constant);
      terms.forEach(([c, i], k) => {
        addSquare(i, weight * c * c);
        addLinear(i, 2 * weight * c * constant);
        for (const [d, j] of terms.slice(k + 1)) {
          if (i === j) addSquare(i, 2 * weight * c * d);
          else addPair(i, j, 2 * weight * c * d);
        }
      });
      return builder;
    },
    and(z, a, b, weight) {
      if (vartype !== 'binary') throw new RangeError('modelBuilder.and: expected binary variables, got spins');
      if (new Set([z, a, b]).size < 3)
        throw new RangeError(`modelBuilder.and: expected three different variables, got ${JSON.stringify([z, a, b])}`);
      for (const name of [z, a, b]) place(name);
      finite(3 * weight);
      return builder.pair(a, b, weight).pair(a, z, -2 * weight).pair(b, z, -2 * weight).linear(z, 3 * weight);
    },
    build: () => fromTriplets(linear.length, { rows, cols, values }, { vartype, linear, offset, names: [...places.keys()] }),
  };
  return builder;
}

/** The values of a sample by name. Throws where the model has no names or the sample is not one of its own. */
export function decode({ names, n }: QuadraticModel, sample: ArrayLike<number>): Map<string, number> {
  if (!names) throw new RangeError('decode: expected a model with names, got one without');
  if (sample.length !== n) throw new RangeError(`decode: expected a sample of ${n} values, got ${sample.length}`);
  return new Map(names.map((name, i) => [name, sample[i]!]));
}
