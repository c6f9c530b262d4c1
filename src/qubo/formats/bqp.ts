import type { QuadraticModel } from '../model.js';
import { toBinary } from '../convert.js';
import { stated, type Conventions, type Format, type FormatOptions, type Problem, type Written } from './format.js';
import { checkPlausible } from './entries.js';
import { lineReader } from './lines.js';
import { matrixLines, readMatrix } from './matrix-text.js';

const name = 'bqp', conventions: Conventions = { base: 1, sense: 'max', counting: 'double' };

/** Several problems in one text. The format has no place for a constant: `offset` is that of the first one. */
export function writeBqp(models: readonly QuadraticModel[], options: FormatOptions = {}): Written {
  if (models.length === 0) throw new RangeError(`${name}: expected at least one problem, got none`);
  const used = stated(conventions, options), binary = models.map(toBinary);
  return { text: `${models.length}\n${binary.map(model => matrixLines(name, model, used)).join('')}`, offset: binary[0]!.offset };
}

/** OR-Library bqp (Beasley 1990, 1998): the number of problems, then each as n m and its entries; maximise xᵀQx. */
export const bqp: Format = {
  name, conventions,
  summary: 'OR-Library bqp: number of problems, each n m, then i j q from 1; maximise, pairs count twice',
  read(text, options = {}) {
    const reader = lineReader(name, text), used = stated(conventions, options), problems: Problem[] = [];
    reader.need('the number of problems');
    const count = reader.integer(`a number of problems from 1 to ${text.length}`, 1, text.length);
    reader.end('the number of problems alone');
    for (let variables = 0; problems.length < count;) {
      const problem = readMatrix(reader, used, () => options.offset ?? 0);
      variables += problem.model.n;
      checkPlausible(reader, variables, reader.line(), reader.line());
      problems.push(problem);
    }
    if (reader.next()) reader.fail(`the end of the text after problem ${count}`);
    return problems;
  },
  write: (model, options) => writeBqp([model], options),
};
