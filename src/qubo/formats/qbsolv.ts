import { toBinary } from '../convert.js';
import { assembled, checkPlausible, entryList, mostVariables, readEntry } from './entries.js';
import { factorsOf, problemOf, signed, stated, type Conventions, type Format } from './format.js';
import { lineReader } from './lines.js';
import { eachEntry } from './matrix-text.js';
import { offsetComment, statedOffset } from './offset-comment.js';

const name = 'qbsolv', conventions: Conventions = { base: 0, sense: 'min', counting: 'single' };

/**
 * qbsolv's .qubo (Booth, Reinhardt & Roy 2017): comments after c in the first column, `p qubo 0 maxNodes nNodes nCouplers`, then
 * the nodes i i w and the couplers i j w. Written with a line for each node, as its description asks.
 */
export const qbsolv: Format = {
  name, conventions,
  summary: 'qbsolv .qubo: p qubo 0 maxNodes nNodes nCouplers, then i i w and i j w from 0; minimise',
  read(text, options = {}) {
    const used = stated(conventions, options), comment = statedOffset(), entries = entryList();
    const reader = lineReader(name, text, { comment: 'c', firstColumn: true, onComment: comment.onComment });
    reader.need('the line p qubo 0 maxNodes nNodes nCouplers');
    for (const expected of ['p', 'qubo', undefined]) {
      const word = reader.word();
      if (expected ? word !== expected : word === '') reader.fail('p qubo 0 maxNodes nNodes nCouplers', word);
    }
    const n = reader.integer(`a number of nodes from 1 to ${mostVariables}`, 1, mostVariables), header = reader.line();
    const nodes = reader.integer(`a number of nodes from 0 to ${n}`, 0, n);
    const couplers = reader.integer('a number of couplers', 0, Number.MAX_SAFE_INTEGER);
    reader.end('three numbers after p qubo 0');
    const last = n - 1 + used.base, node = `a node from ${used.base} to ${last}`;
    let diagonal = 0;
    while (reader.next()) {
      readEntry(reader, entries, used.base, last, node);
      if (entries.rows[entries.count - 1] === entries.cols[entries.count - 1]) diagonal++;
    }
    if (diagonal !== nodes || entries.count - diagonal !== couplers)
      reader.fail(`nodes and couplers as stated, ${nodes} and ${couplers}`, `${diagonal} and ${entries.count - diagonal}`, header);
    checkPlausible(reader, n, entries.count, header);
    const factors = factorsOf(used), offset = signed(factors.single, options.offset ?? comment.value() ?? 0);
    return [problemOf(assembled(reader, n, entries, { vartype: 'binary', ...factors, offset }), used.sense)];
  },
  write(given, options = {}) {
    const model = toBinary(given), used = stated(conventions, options), { single } = factorsOf(used), couplers: string[] = [];
    eachEntry(name, model, used, (i, j, value) => { if (i !== j) couplers.push(`${i} ${j} ${value}\n`); });
    const nodes = Array.from(model.linear, (value, i) => `${i + used.base} ${i + used.base} ${signed(single, value)}\n`);
    const constant = signed(single, model.offset), comment = constant === 0 ? '' : `c ${offsetComment(constant)}\n`;
    return { text: `${comment}p qubo 0 ${model.n} ${model.n} ${couplers.length}\n${nodes.join('')}${couplers.join('')}`, offset: 0 };
  },
};
