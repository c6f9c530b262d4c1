import type { QuadraticModel, Vartype } from '../model.js';

/** What a file's numbers mean. */
export interface Conventions {
  /** Number of the first variable. */
  readonly base: 0 | 1;
  /** Whether the file's objective is to be minimised or maximised. */
  readonly sense: 'min' | 'max';
  /** An entry (i, j, w), i ≠ j, stands for w x_i x_j, or for both entries of a symmetric matrix: 2 w x_i x_j. */
  readonly counting: 'single' | 'double';
}

/** Every convention of a format can be stated otherwise; of bqpjson, whose variables have identifiers, the sense alone. */
export interface FormatOptions extends Partial<Conventions> {
  /** Reading: constant of the file's objective, instead of the one that the file states, if it does. */
  readonly offset?: number;
  /** Reading: where the format leaves it open (COO without its header). */
  readonly vartype?: Vartype;
}

export interface Problem {
  /** Its energies are always to be minimised. */
  readonly model: QuadraticModel;
  readonly sense: 'min' | 'max';
  /** The file's own objective at a sample of this energy: a cut, or a value to be maximised. */
  objective(energy: number): number;
}

export interface Written {
  readonly text: string;
  /** E minus the text's objective, or plus it where that is to be maximised; 0 where the format holds all of the model. */
  readonly offset: number;
}

export interface Format {
  readonly name: string;
  readonly summary: string;
  readonly conventions: Conventions;
  /** The problems of a text, mostly one. Throws a RangeError `name line N: expected …, got …`. */
  read(text: string, options?: FormatOptions): readonly Problem[];
  /** Throws a RangeError where the format cannot say what the model is. */
  write(model: QuadraticModel, options?: FormatOptions): Written;
}

function oneOf(what: string, choices: readonly unknown[], got: unknown): void {
  if (!choices.includes(got)) throw new RangeError(`format: expected ${what} ${choices.join(' or ')}, got ${String(got)}`);
}

/** A format's conventions, or those that a user states instead. Throws a RangeError for any that there are not. */
export const stated = (own: Conventions, options: FormatOptions): Conventions => {
  const { base = own.base, sense = own.sense, counting = own.counting, offset = 0 } = options;
  oneOf('base', [0, 1], base);
  oneOf('sense', ['min', 'max'], sense);
  oneOf('counting', ['single', 'double'], counting);
  if (!Number.isFinite(offset)) throw new RangeError(`format: expected a finite offset, got ${String(offset)}`);
  return { base, sense, counting };
};

/** What one unit of an entry off the diagonal adds to E, and one on it. */
export const factorsOf = ({ sense, counting }: Conventions): { pair: number; single: number } => {
  const single = sense === 'max' ? -1 : 1;
  return { single, pair: counting === 'double' ? 2 * single : single };
};

/** −0 would print as a loss of 0. */
export const signed = (factor: number, value: number): number => factor * value + 0;

export const problemOf = (model: QuadraticModel, sense: 'min' | 'max'): Problem =>
  ({ model, sense, objective: energy => signed(sense === 'max' ? -1 : 1, energy) });
