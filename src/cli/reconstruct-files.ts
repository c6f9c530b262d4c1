import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { isImageName } from '../tasks/image-files.js';
import { UsageError } from './failure.js';

/** One input and what becomes of it. */
export interface Job {
  readonly input: string;
  readonly output: string;
  readonly reference?: string;
}

export interface Jobs {
  readonly jobs: readonly Job[];
  /** Whether the output is one file, not a folder. */
  readonly intoFile: boolean;
  /** How many files of folders are neither arrays nor images. */
  readonly passedOver: number;
}

export const isArray = (path: string): boolean => /\.npy$/i.test(path);
const stem = (path: string): string => basename(path).replace(/\.\w+$/, '');
const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
/** The file behind links, where there is one yet. */
const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));

/** The arrays and images of a folder, sorted, and how many other files it has; hidden files are left out. */
function folderFiles(folder: string): { paths: string[]; others: number } {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(entry => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const known = names.filter(name => isArray(name) || isImageName(name)).sort();
  return { paths: known.map(name => join(folder, name)), others: names.length - known.length };
}

/** The references of inputs: the one file, or in a folder the file of the same name, else the only one of the same stem. */
function referenceFinder(reference: string): { of: (input: string) => string; all: readonly string[] } {
  if (!existsSync(reference)) throw new Error(`${reference}: no such file or folder`);
  if (!isFolder(reference)) return { of: () => reference, all: [reference] };
  const { paths: all } = folderFiles(reference);
  return {
    all,
    of(input) {
      const found = all.filter(path => stem(path) === stem(input)),
        same = found.find(path => basename(path) === basename(input));
      if (same !== undefined) return same;
      const names = found.map(path => basename(path)).join(' and ') || 'none';
      if (found.length !== 1)
        throw new Error(`${input}: expected one reference named ${stem(input)} in ${reference}, got ${names}`);
      return found[0]!;
    },
  };
}

/**
 * What to read and where to write: files as given, and the arrays and images of folders. Throws before anything is written where
 * two outputs would be one file, an output is an input or a reference, or a reference is missing.
 */
export function jobsOf(
  inputs: readonly string[],
  { out, format, reference }: { out: string; format: string; reference?: string },
): Jobs {
  let passedOver = 0;
  const files = inputs.flatMap(input => {
    if (!isFolder(input)) return [input];
    const { paths, others } = folderFiles(input);
    if (!paths.length)
      throw new UsageError(`${input}: expected .npy files or images (png, tiff, bmp, jpeg) in the folder, got none`);
    passedOver += others;
    return paths;
  });
  const intoFile = ['.npy', '.png'].includes(extname(out).toLowerCase());
  if (intoFile && files.length > 1)
    throw new UsageError(`reconstruct: expected a folder for ${files.length} inputs, got --out ${out}`);
  if (reference !== undefined && files.length > 1 && existsSync(reference) && !isFolder(reference))
    throw new UsageError('reconstruct: expected one input with --reference, or a folder of references');

  const outputs = files.map(path => (intoFile ? out : join(out, `${stem(path)}.${isArray(path) ? 'npy' : format}`)));
  const twice = outputs.findIndex((path, i) => outputs.indexOf(path) < i);
  if (twice >= 0) {
    const first = files[outputs.indexOf(outputs[twice]!)];
    throw new UsageError(`reconstruct: expected one input for ${outputs[twice]}, got ${first} and ${files[twice]}`);
  }
  const references = reference === undefined ? undefined : referenceFinder(reference);
  const kept = new Set([...files, ...(references?.all ?? [])].map(realPath));
  const overwritten = outputs.find(path => kept.has(realPath(path)));
  if (overwritten !== undefined)
    throw new UsageError(`reconstruct: expected an output apart from its inputs and references, got ${overwritten}`);
  const jobs = files.map((input, i) => ({
    input,
    output: outputs[i]!,
    ...(references && { reference: references.of(input) }),
  }));
  return { jobs, intoFile, passedOver };
}
