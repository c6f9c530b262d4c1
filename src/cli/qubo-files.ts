import { gunzipSync, gzipSync } from 'node:zlib';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { formats, guessFormat, type FormatName, type FormatOptions, type Problem } from '../qubo/formats/index.js';
import { UsageError } from './failure.js';
import { readBytes } from './files.js';
import { finiteNumber, wholeNumber } from './options.js';

/** How a file is to be read or written where its format's own conventions do not hold. */
export interface FileArguments {
  readonly format?: FormatName;
  readonly problem?: number;
  readonly base?: 0 | 1;
  readonly sense?: 'min' | 'max';
  readonly counting?: 'single' | 'double';
  readonly offset?: number;
}

export const formatNames = Object.keys(formats) as FormatName[];
/** Text beyond this does not fit into one JavaScript string. */
const largestText = 2 ** 29 - 24;

/** The options of every command that reads a problem. */
export const addFileOptions = (command: Command): Command => command
  .addOption(new Option('--format <name>', 'file format; told by name and content otherwise').choices(formatNames))
  .option('--problem <K>', 'which problem of a file with several, from 1', wholeNumber)
  .addOption(new Option('--base <B>', 'number of the first variable').choices(['0', '1']).argParser(base))
  .addOption(new Option('--sense <min|max>', 'whether the objective is minimised or maximised').choices(['min', 'max']))
  .addOption(new Option('--counting <kind>', 'an entry counts once, or stands for two of a symmetric matrix').choices(['single', 'double']))
  .option('--offset <C>', 'constant of the objective', finiteNumber);

function base(text: string): 0 | 1 {
  if (text !== '0' && text !== '1') throw new InvalidArgumentError('Allowed choices are 0, 1.');
  return text === '0' ? 0 : 1;
}

const optionsOf = ({ base: first, sense, counting, offset }: FileArguments): FormatOptions => ({
  ...(first !== undefined && { base: first }), ...(sense && { sense }), ...(counting && { counting }), ...(offset !== undefined && { offset }),
});

/** Errors of what is done with a file begin with its name. */
export const naming = (path: string) => (error: unknown): never => {
  throw new Error(`${path}: ${(error as Error).message}`);
};

export function tried<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    return naming(path)(error);
  }
}

/** 1 read, 2 reads. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The text of a file, decompressed where its name ends in .gz. Errors carry the file's name. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  if (!path.toLowerCase().endsWith('.gz')) {
    if (bytes.length > largestText) throw new Error(`${path}: expected at most ${largestText} bytes, got ${bytes.length}`);
    return bytes.toString('utf8');
  }
  return tried(path, () => gunzipSync(bytes, { maxOutputLength: largestText }).toString('utf8'));
}

/** A problem of a file, whose only one it is unless `given` says which. Errors carry the file's name. */
export function readProblem(path: string, given: FileArguments): { problem: Problem; format: FormatName } {
  const text = readText(path), format = given.format ?? guessFormat(path, text);
  if (!format) throw new UsageError(`${path}: cannot tell its format; say --format ${formatNames.join(', ')}`);
  if (format === 'bqpjson' && (given.base !== undefined || given.counting))
    throw new UsageError(`${path}: bqpjson takes neither --base nor --counting`);
  const problems = tried(path, () => formats[format].read(text, optionsOf(given)));
  if (given.problem === undefined && problems.length > 1)
    throw new UsageError(`${path}: holds ${problems.length} problems; say which with --problem 1 to ${problems.length}`);
  const which = given.problem ?? 1, problem = problems[which - 1];
  if (!problem) throw new UsageError(`${path}: expected --problem 1 to ${problems.length}, got ${which}`);
  return { problem, format };
}

/** A problem's text in a format; compressed where the name ends in .gz. */
export function written(path: string, problem: Problem, format: FormatName, given: FileArguments): { bytes: Uint8Array; offset: number } {
  const { text, offset } = formats[format].write(problem.model, optionsOf(given)), bytes = new TextEncoder().encode(text);
  return { bytes: path.toLowerCase().endsWith('.gz') ? gzipSync(bytes) : bytes, offset };
}
