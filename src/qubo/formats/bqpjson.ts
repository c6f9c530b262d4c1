import { eachNeighbour, fromTriplets, type QuadraticModel } from '../model.js';
import { problemOf, stated, type Conventions, type Format, type FormatOptions } from './format.js';
import { finiteNumber, isObject, jsonObject, listAt, printed } from './json.js';

const name = 'bqpjson', conventions: Conventions = { base: 0, sense: 'min', counting: 'single' };
const domains = { spin: 'spin', boolean: 'binary' } as const;

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Where each identifier is among the variables. */
function placesOf(ids: readonly unknown[]): Map<unknown, number> {
  const places = new Map<unknown, number>();
  ids.forEach((id, i) => {
    if (!isId(id)) throw new RangeError(`${name} variable_ids[${i}]: expected an integer of 0 or more, got ${printed(id)}`);
    if (places.has(id)) throw new RangeError(`${name} variable_ids[${i}]: expected each identifier once, got ${id} again`);
    places.set(id, i);
  });
  if (places.size === 0) throw new RangeError(`${name} variable_ids: expected at least one, got none`);
  return places;
}

/** Places and coefficients of a list of terms; a key that comes again is refused. */
function termsOf(
  file: Record<string, unknown>, list: string, idKeys: readonly string[], places: Map<unknown, number>,
): { at: number[][]; values: number[] } {
  const at: number[][] = [], values: number[] = [], seen = new Set<number>();
  listAt(name, file, list).forEach((term, k) => {
    const where = `${list}[${k}]`;
    if (!isObject(term)) throw new RangeError(`${name} ${where}: expected an object, got ${printed(term)}`);
    const ends = idKeys.map(key => places.get(term[key]) ?? refuse(`${where}.${key}`, 'one of variable_ids', term[key]));
    if (ends.length === 2 && ends[0] === ends[1]) refuse(where, 'two different variables', `${term[idKeys[0]!]} twice`);
    const key = ends.reduce((sum, end) => sum * places.size + end, 0);
    if (seen.has(key)) refuse(where, 'each term once', 'one again');
    seen.add(key);
    at.push(ends);
    values.push(finiteNumber(name, `${where}.coeff`, term['coeff']));
  });
  return { at, values };
}

function refuse(where: string, expected: string, got: unknown): never {
  throw new RangeError(`${name} ${where}: expected ${expected}, got ${printed(got)}`);
}

/** Identifiers and terms leave nothing else open. */
function senseOf(options: FormatOptions): 'min' | 'max' {
  const { base, counting, sense } = stated(conventions, options);
  if (base !== conventions.base) throw new RangeError(`${name}: expected base 0, as its variables have identifiers, got ${base}`);
  if (counting !== conventions.counting) throw new RangeError(`${name}: expected counting single, as its terms are those of a sum, got ${counting}`);
  return sense;
}

/** Identifiers of a model whose names are all integers, else 0 … n−1. */
const idsOf = ({ names, n }: QuadraticModel): readonly string[] =>
  names?.every(id => /^(0|[1-9]\d*)$/.test(id) && isId(Number(id))) ? names : Array.from({ length: n }, (_, i) => String(i));

/**
 * bqpjson (Los Alamos National Laboratory): minimise scale · (Σ coeff x x + Σ coeff x + offset) over spins or booleans. A scale
 * other than 1 is multiplied out; identifiers other than 0 … n−1 become names. (a, b) and (b, a) are allowed, and add up.
 */
export const bqpjson: Format = {
  name, conventions,
  summary: 'bqpjson: variable_ids, variable_domain, linear_terms, quadratic_terms, scale, offset; minimise',
  read(text, options = {}) {
    const sense = senseOf(options), file = jsonObject(name, text), domain = file['variable_domain'];
    const places = placesOf(listAt(name, file, 'variable_ids')), ids = [...places.keys()];
    if (domain !== 'spin' && domain !== 'boolean') return refuse('variable_domain', 'spin or boolean', domain);
    const sign = sense === 'max' ? -1 : 1, factor = sign * finiteNumber(name, 'scale', file['scale']);
    const offset = (options.offset === undefined ? factor * finiteNumber(name, 'offset', file['offset']) : sign * options.offset) + 0;
    const fields = termsOf(file, 'linear_terms', ['id'], places);
    const pairs = termsOf(file, 'quadratic_terms', ['id_tail', 'id_head'], places);
    const linear = new Float64Array(places.size);
    fields.at.forEach(([i], k) => { linear[i!] = factor * fields.values[k]! + 0; });
    const [rows, cols] = [0, 1].map(end => pairs.at.map(ends => ends[end]!)), values = pairs.values.map(value => factor * value);
    const parts = { vartype: domains[domain], linear, offset, ...(ids.some((id, i) => id !== i) && { names: ids.map(String) }) };
    return [problemOf(fromTriplets(ids.length, { rows: rows!, cols: cols!, values }, parts), sense)];
  },
  write(model, options = {}) {
    const factor = senseOf(options) === 'max' ? -1 : 1, ids = idsOf(model), fields: string[] = [], pairs: string[] = [];
    if (model.n < 1) throw new RangeError(`${name}: expected at least one variable, got none`);
    model.linear.forEach((value, i) => { if (value !== 0) fields.push(`\n    {"id": ${ids[i]}, "coeff": ${factor * value}}`); });
    for (let i = 0; i < model.n; i++) eachNeighbour(model, i, (j, value) => {
      if (j > i) pairs.push(`\n    {"id_tail": ${ids[i]}, "id_head": ${ids[j]}, "coeff": ${factor * value}}`);
    });
    const text = `{
  "version": "1.0.0",
  "id": 0,
  "metadata": {},
  "variable_ids": [${ids.join(', ')}],
  "variable_domain": "${model.vartype === 'spin' ? 'spin' : 'boolean'}",
  "scale": 1,
  "offset": ${factor * model.offset + 0},
  "linear_terms": [${fields.join(',')}],
  "quadratic_terms": [${pairs.join(',')}]
}
`;
    return { text, offset: 0 };
  },
};
