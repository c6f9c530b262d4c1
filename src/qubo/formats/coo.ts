import type { Vartype } from '../model.js';
import { assembled, checkPlausible, entryList, mostVariables, readEntry } from './entries.js';
import { factorsOf, problemOf, signed, stated, type Conventions, type Format } from './format.js';
import { lineReader } from './lines.js';
import { eachEntry } from './matrix-text.js';
import { offsetComment, statedOffset } from './offset-comment.js';
import { plainDecimal } from './plain-decimal.js';

const name = 'coo', conventions: Conventions = { base: 0, sense: 'min', counting: 'single' };
const header = /^.*?vartype[:=][ \t]*([-_.a-zA-Z0-9]+)/;
const vartypes: Readonly<Record<string, Vartype>> = { BINARY: 'binary', SPIN: 'spin' };

/**
 * dimod's coordinate lists: lines i j w, i = j linear, and a comment `# vartype=BINARY` or SPIN. There is no number of variables:
 * it is the highest index, and a variable without coefficients is written with a 0. dimod's own reader passes over exponents in
 * silence and its writer keeps six decimals; here numbers are written to the last bit, without exponents, and read in either form.
 */
export const coo: Format = {
  name, conventions,
  summary: 'dimod COO: # vartype=BINARY or SPIN, then i j w from 0; minimise',
  read(text, options = {}) {
    const used = stated(conventions, options), offsets = statedOffset(), entries = entryList();
    let vartype: Vartype | undefined, highest = -1, highestLine = 0;
    const reader = lineReader(name, text, {
      comment: '#',
      onComment(comment, at) {
        offsets.onComment(comment, at);
        const word = header.exec(comment)?.[1];
        if (word === undefined) return;
        if (vartype) at.fail('one vartype', 'another');
        vartype = vartypes[word] ?? at.fail('vartype=BINARY or vartype=SPIN', word);
      },
    });
    const most = mostVariables - 1 + used.base, index = `a variable from ${used.base} to ${most}`;
    while (reader.next()) {
      readEntry(reader, entries, used.base, most, index);
      const larger = Math.max(entries.rows[entries.count - 1]!, entries.cols[entries.count - 1]!);
      if (larger > highest) { highest = larger; highestLine = reader.line(); }
    }
    if (highest < 0) reader.fail('lines of i, j and a number', 'none');
    if (vartype && options.vartype && vartype !== options.vartype) reader.fail(`vartype ${options.vartype}, as stated`, vartype);
    vartype ??= options.vartype ?? reader.fail('a line # vartype=BINARY or # vartype=SPIN, or the option vartype', 'neither', 1);
    checkPlausible(reader, highest + 1, entries.count, highestLine);
    const factors = factorsOf(used), offset = signed(factors.single, options.offset ?? offsets.value() ?? 0);
    const model = assembled(reader, highest + 1, entries, { vartype, ...factors, offset, repeats: true });
    return [problemOf(model, used.sense)];
  },
  write(model, options = {}) {
    const used = stated(conventions, options), offset = signed(factorsOf(used).single, model.offset), met = new Uint8Array(model.n);
    const lines = [`# vartype=${model.vartype === 'spin' ? 'SPIN' : 'BINARY'}\n`];
    if (offset !== 0) lines.push(`# ${offsetComment(offset)}\n`);
    eachEntry(name, model, used, (i, j, value) => {
      met[i - used.base] = met[j - used.base] = 1;
      lines.push(`${i} ${j} ${plainDecimal(value)}\n`);
    });
    met.forEach((isMet, i) => { if (!isMet) lines.push(`${i + used.base} ${i + used.base} 0\n`); });
    return { text: lines.join(''), offset: 0 };
  },
};
