import { toSpin } from '../convert.js';
import { eachNeighbour, type QuadraticModel } from '../model.js';
import { assembled, checkPlausible, entryList, mostVariables, readEntry } from './entries.js';
import { factorsOf, problemOf, stated, type Conventions, type Format } from './format.js';
import { lineReader } from './lines.js';

const name = 'rudy', conventions: Conventions = { base: 1, sense: 'max', counting: 'single' };

/** Σ of half the coefficients, i < j in order: what a reader adds up again, bit for bit. */
function sumOfPairs(model: QuadraticModel): number {
  let sum = 0;
  for (let i = 0; i < model.n; i++) eachNeighbour(model, i, (j, value) => { if (j > i) sum += value; });
  return sum;
}

/**
 * Graphs of max-cut as Rinaldi's generator rudy writes them (G-set, `.mc`, `.rud`): n m and whatever follows in that line, then
 * each edge once. cut = Σ w_ij (1 − s_i s_j)/2, so that E = −cut has J = w/2, no fields and a constant of its own.
 */
export const rudy: Format = {
  name, conventions,
  summary: 'max-cut (G-set, .mc, .rud): n m, then i j w from 1; the cut to be maximised',
  read(text, options = {}) {
    const used = stated(conventions, options), reader = lineReader(name, text, { comment: '#' }), entries = entryList();
    reader.need('a line with the numbers of vertices and edges');
    const n = reader.integer(`a number of vertices from 1 to ${mostVariables}`, 1, mostVariables), header = reader.line();
    const m = reader.integer('a number of edges', 0, Number.MAX_SAFE_INTEGER), last = n - 1 + used.base;
    const vertex = `a vertex from ${used.base} to ${last}`, half = factorsOf(used).pair / 2;
    while (entries.count < m) {
      reader.need(`edge ${entries.count + 1} of ${m} after line ${header}`);
      readEntry(reader, entries, used.base, last, vertex);
      const k = entries.count - 1, weight = entries.values[k]!;
      if (entries.rows[k] === entries.cols[k]) reader.fail('an edge of two vertices', `${entries.rows[k]! + used.base} twice`);
      if (weight * half / half !== weight) reader.fail('a weight that can be halved', String(weight));
    }
    if (reader.next()) reader.fail(`the end of the text after edge ${m}`);
    checkPlausible(reader, n, m, header);
    const spins = assembled(reader, n, entries, { vartype: 'spin', pair: -half, single: 0, offset: 0 });
    const constant = options.offset === undefined ? 0 : (used.sense === 'max' ? -options.offset : options.offset);
    const offset = constant - sumOfPairs(spins);
    if (!Number.isFinite(offset)) reader.fail('weights with a sum below 1e308', String(offset));
    return [problemOf({ ...spins, offset }, used.sense)];
  },
  write(given, options = {}) {
    const model = toSpin(given), used = stated(conventions, options), half = factorsOf(used).pair / 2, lines: string[] = [];
    if (model.n < 1) throw new RangeError(`${name}: expected at least one variable, got none`);
    const field = model.linear.findIndex(value => value !== 0);
    if (field >= 0)
      throw new RangeError(`${name}: expected a model without fields over spins, got ${model.linear[field]} for variable ${field}`);
    for (let i = 0; i < model.n; i++) eachNeighbour(model, i, (j, value) => {
      if (j < i) return;
      const weight = value / -half;
      if (weight * -half !== value) throw new RangeError(`${name}: expected coefficients that can be doubled, got ${value}`);
      lines.push(`${i + used.base} ${j + used.base} ${weight}\n`);
    });
    return { text: `${model.n} ${lines.length}\n${lines.join('')}`, offset: model.offset + sumOfPairs(model) };
  },
};
