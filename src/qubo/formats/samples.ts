import { toBits, toSpins } from '../convert.js';
import { energy, type QuadraticModel, type Sample, type Vartype } from '../model.js';
import { finiteNumber, isObject, jsonObject, listAt, printed } from './json.js';

/** What an outside solver or Ising machine found. */
export interface OutsideSamples {
  /** In the model's own vartype and order of variables. */
  readonly samples: readonly Sample[];
  /** Of `samples`, computed in f64 from the model. */
  readonly energies: Float64Array;
  readonly best: { readonly sample: Sample; readonly energy: number };
}

const who = 'samples';
/** Machines work in 32 bits: energies may differ by this part of Σ|coefficients|. */
const agreement = 1e-6;

interface Rows { readonly rows: readonly (readonly unknown[])[]; readonly energies?: readonly unknown[]; readonly vartype?: Vartype }

const refuse = (where: string, expected: string, got: unknown): never => {
  throw new RangeError(`${who}${where}: expected ${expected}, got ${printed(got)}`);
};

function vartypeOf(value: unknown): Vartype | undefined {
  if (value === undefined) return undefined;
  const word = String(value).toUpperCase();
  return word === 'SPIN' ? 'spin' : word === 'BINARY' ? 'binary' : refuse(' vartype', 'BINARY or SPIN', value);
}

/** dimod packs 32 values to a word, the first in its lowest bit. */
const unpacked = (words: readonly unknown[], n: number): number[] =>
  Array.from({ length: n }, (_, i) => ((words[i >> 5] as number) >>> (i & 31)) & 1);

/** The values of a data array of dimod's, as lists. */
function arrayAt(holder: Record<string, unknown>, key: string): readonly unknown[] {
  const array = holder[key];
  if (!isObject(array) || array['use_bytes'] === true || !Array.isArray(array['data']))
    return refuse(` ${key}`, 'an array of dimod with its data as a list (use_bytes false)', array);
  return array['data'];
}

/** Where each column belongs: labels are the model's names, or indices. */
function columnsOf(labels: readonly unknown[], { n, names }: QuadraticModel): number[] {
  const places = new Map(Array.from({ length: n }, (_, i) => [names?.[i] ?? String(i), i]));
  const columns = labels.map((label, k) =>
    places.get(String(label)) ?? refuse(` variable_labels[${k}]`, 'a variable of the model', label));
  if (new Set(columns).size !== n) refuse(' variable_labels', `each of ${n} variables once`, labels);
  return columns;
}

/** What SampleSet.to_serializable() of dimod gives (schema 3), as JSON. */
function sampleSet(file: Record<string, unknown>, model: QuadraticModel): Rows {
  const columns = columnsOf(listAt(who, file, 'variable_labels'), model), vartype = vartypeOf(file['variable_type']);
  const words = Math.ceil(model.n / 32), vectors = file['vectors'], packed = file['sample_packed'] !== false;
  const rows = arrayAt(file, 'sample_data').map((row, r) => {
    if (!Array.isArray(row)) return refuse(` ${r}`, 'a list', row);
    if (packed && (row.length !== words || !row.every(Number.isInteger))) return refuse(` ${r}`, `${words} packed words`, row);
    const values: unknown[] = packed ? unpacked(row, model.n).map(bit => (vartype === 'spin' ? 2 * bit - 1 : bit)) : row;
    const ordered: unknown[] = [];
    columns.forEach((i, k) => { ordered[i] = values[k]; });
    return ordered;
  });
  const energies = isObject(vectors) && vectors['energy'] ? { energies: arrayAt(vectors, 'energy') } : {};
  return { rows, ...energies, ...(vartype && { vartype }) };
}

/** Lists under `samples` with their `energies` and `vartype`, or the best sample that `qubo solve --json` prints. */
function plain(file: Record<string, unknown>): Rows {
  const { best } = file, vartype = vartypeOf(file['vartype']), stated = vartype && { vartype };
  if (file['samples'] === undefined && isObject(best))
    return { rows: [listAt(who, best, 'sample')], energies: [best['energy']], ...stated };
  const rows = listAt(who, file, 'samples').map((row, r) => (Array.isArray(row) ? row as unknown[] : refuse(` ${r}`, 'a list', row)));
  return { rows, ...(file['energies'] === undefined ? {} : { energies: listAt(who, file, 'energies') }), ...stated };
}

/** Σ|coefficients|: no energy is further from 0. */
function sizeOf({ linear, couplings, offset }: QuadraticModel): number {
  let size = Math.abs(offset);
  for (const value of linear) size += Math.abs(value);
  for (const value of couplings.values) size += Math.abs(value) / 2;
  return size;
}

/**
 * Reads samples of `model` that were found elsewhere, from JSON: `{samples: [[…], …], energies?, vartype?}`, what `qubo solve
 * --json` prints, or a dimod SampleSet. Bits for a model over spins, and the other way round, are translated; without a `vartype`
 * any −1 tells spins and any 0 bits. Throws a RangeError that names the sample where a value or an energy is not the model's.
 */
export function readSamples(text: string, model: QuadraticModel): OutsideSamples {
  const file = jsonObject(who, text);
  const { rows, energies: given, vartype } = file['type'] === 'SampleSet' ? sampleSet(file, model) : plain(file);
  if (rows.length === 0) refuse('', 'at least one sample', 'none');
  if (given && given.length !== rows.length) refuse(' energies', `one for each of ${rows.length} samples`, given);
  const has = (value: number): boolean => rows.some(row => row.includes(value));
  const low = (vartype ?? (has(-1) ? 'spin' : has(0) ? 'binary' : model.vartype)) === 'spin' ? -1 : 0, size = sizeOf(model);
  const samples = rows.map((row, r) => {
    if (row.length !== model.n) refuse(` ${r}`, `${model.n} values`, row);
    const odd = row.findIndex(value => value !== 1 && value !== low);
    if (odd >= 0) refuse(` ${r}`, `${low} or 1 at ${odd}`, row[odd]);
    return (model.vartype === 'spin' ? toSpins : toBits)(row as number[]);
  });
  const energies = Float64Array.from(samples, sample => energy(model, sample));
  given?.forEach((value, r) => {
    const stated = finiteNumber(who, `energies[${r}]`, value), own = energies[r]!;
    if (Math.abs(stated - own) <= agreement * size) return;
    const hint = Math.abs(stated + model.offset - own) <= agreement * size ? ', which lacks the offset' : '';
    throw new RangeError(`${who} ${r}: expected energy ${own}, got ${stated}${hint}`);
  });
  const lowest = energies.indexOf(energies.reduce((a, b) => Math.min(a, b)));
  return { samples, energies, best: { sample: samples[lowest]!, energy: energies[lowest]! } };
}
