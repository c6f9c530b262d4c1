import { toBinary } from '../convert.js';
import { eachNeighbour, type QuadraticModel } from '../model.js';
import { assembled, checkPlausible, entryList, mostVariables, readEntry } from './entries.js';
import { factorsOf, problemOf, signed, stated, type Conventions, type Format, type Problem } from './format.js';
import { lineReader, type LineReader } from './lines.js';
import { offsetComment, statedOffset } from './offset-comment.js';

/** Reads `n m` and m lines `i j w`; `offset` is asked for the file's constant at their end. */
export function readMatrix(reader: LineReader, conventions: Conventions, offset: () => number): Problem {
  reader.need('a line with the numbers of variables and entries');
  const n = reader.integer(`a number of variables from 1 to ${mostVariables}`, 1, mostVariables), header = reader.line();
  const m = reader.integer('a number of entries', 0, Number.MAX_SAFE_INTEGER), entries = entryList();
  reader.end('the numbers of variables and entries alone');
  const last = n - 1 + conventions.base, variable = `a variable from ${conventions.base} to ${last}`;
  while (entries.count < m) {
    reader.need(`entry ${entries.count + 1} of ${m} after line ${header}`);
    readEntry(reader, entries, conventions.base, last, variable);
  }
  checkPlausible(reader, n, m, header);
  const factors = factorsOf(conventions), constant = signed(factors.single, offset());
  return problemOf(assembled(reader, n, entries, { vartype: 'binary', ...factors, offset: constant }), conventions.sense);
}

/**
 * Calls `emit` with the entries of a binary model in a file's own numbers and units, each pair once: (i, i) before its row, if it
 * is not 0. Throws where halving a coefficient loses a bit.
 */
export function eachEntry(
  name: string, model: QuadraticModel, conventions: Conventions, emit: (i: number, j: number, value: number) => void,
): void {
  const { pair, single } = factorsOf(conventions), { base } = conventions;
  if (model.n < 1) throw new RangeError(`${name}: expected at least one variable, got none`);
  for (let i = 0; i < model.n; i++) {
    if (model.linear[i] !== 0) emit(i + base, i + base, signed(single, model.linear[i]!));
    eachNeighbour(model, i, (j, coupling) => {
      if (j < i) return;
      const value = coupling / pair;
      if (value * pair !== coupling) throw new RangeError(`${name}: expected coefficients that can be halved, got ${coupling}`);
      emit(i + base, j + base, value);
    });
  }
}

/** `n m` and m entries of a binary model. */
export function matrixLines(name: string, model: QuadraticModel, conventions: Conventions): string {
  const lines: string[] = [];
  eachEntry(name, model, conventions, (i, j, value) => lines.push(`${i} ${j} ${value}\n`));
  return `${model.n} ${lines.length}\n${lines.join('')}`;
}

/** A format that is `n m` and entries `i j w` of one matrix with comments after #; the constant goes among those. */
export function matrixFormat(name: string, summary: string, conventions: Conventions): Format {
  return {
    name, summary, conventions,
    read(text, options = {}) {
      const comment = statedOffset(), reader = lineReader(name, text, { comment: '#', onComment: comment.onComment });
      const problem = readMatrix(reader, stated(conventions, options), () => {
        if (reader.next()) reader.fail('the end of the text after its entries');
        return options.offset ?? comment.value() ?? 0;
      });
      return [problem];
    },
    write(given, options = {}) {
      const model = toBinary(given), used = stated(conventions, options), constant = signed(factorsOf(used).single, model.offset);
      return { text: (constant === 0 ? '' : `# ${offsetComment(constant)}\n`) + matrixLines(name, model, used), offset: 0 };
    },
  };
}
