import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseNpy } from '../../datasets/index.js';
import { decodeModel, type Model } from '../packed/model.js';
import type { Tensor } from '../types.js';
import type { CheckpointStore } from '../unrolled/checkpoint.js';
import type { DataFolder } from '../tasks/task.js';
import { UsageError } from './failure.js';

/** Writes a file whole or not at all: to a temporary beside it, then by renaming. */
export function writeAtomically(path: string, content: Uint8Array | string): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) unlinkSync(temporary);
    throw Object.assign(error as Error, { path });
  }
}

/** Removes a folder where nothing is in it. */
export function removeIfEmpty(path: string): void {
  if (existsSync(path) && !readdirSync(path).length) rmdirSync(path);
}

/** Makes a folder and those above it, one by one: Node's recursive mkdir never returns on file systems like /proc. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  mkdirSync(path);
}

/** A folder to write to, made if need be; throws before any work where it cannot be. */
export function outputFolder(path: string): string {
  makeFolder(resolve(path));
  const probe = join(path, `.${process.pid}.tmp`);
  writeAtomically(probe, '');
  unlinkSync(probe);
  return path;
}

/** Fails early where a file could not be written later. */
export function checkWritable(path: string): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`${path}: its folder ${folder} does not exist`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new UsageError(`${path}: is a folder, expected a file name`);
  try {
    outputFolder(folder);
  } catch (error) {
    throw new Error(`${path}: cannot be written, its folder ${folder} takes no file (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Whether two names lead to one file, which there is. */
export function sameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const one = statSync(a), other = statSync(b);
  return one.ino === other.ino && one.dev === other.dev;
}

/** A file's bytes; an error names the file, which Node's own does not where it is a folder. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw Object.assign(error as Error, { path });
  }
}

export function readModel(path: string): Model {
  const bytes = readBytes(path);
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

export const readTensor = (path: string): Tensor => parseNpy(readBytes(path), path);

/** The path of --data or SIGNFOLD_DATA, if either is given. */
export function dataPath(option: string | undefined): string | undefined {
  const folder = option ?? (process.env['SIGNFOLD_DATA'] || undefined);
  return folder === undefined ? undefined : resolve(folder);
}

export function dataFolder(option: string | undefined): DataFolder | undefined {
  const folder = dataPath(option);
  if (folder === undefined) return undefined;
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`${folder}: no such data folder; see --data and SIGNFOLD_DATA`);
  return {
    read(path) {
      const bytes = readBytes(join(folder, path));
      if (!path.endsWith('.gz')) return bytes;
      try {
        return gunzipSync(bytes);
      } catch (error) {
        throw new Error(`${path}: expected a whole gzip file (${(error as Error).message})`);
      }
    },
    list: path => readdirSync(join(folder, path)).filter(name => !name.startsWith('.')).sort(),
  };
}

/** Checkpoints as files of a folder, which is made when the first is saved and removed by `clear` when the run is complete. */
export function checkpointFolder(folder: string): CheckpointStore & { clear(): void; readonly resumed: boolean } {
  const at = join(folder, 'checkpoints');
  const resumed = existsSync(at);
  const file = (key: string): string => join(at, `${key.replace(/[^a-z0-9-]+/gi, '-')}.safetensors`);
  return {
    resumed,
    load: key => (existsSync(file(key)) ? readFileSync(file(key)) : undefined),
    save(key, bytes) {
      makeFolder(resolve(at));
      writeAtomically(file(key), bytes);
    },
    clear: () => rmSync(at, { recursive: true, force: true }),
  };
}
