import { biqmac } from './biqmac.js';
import { bqp } from './bqp.js';
import { bqpjson } from './bqpjson.js';
import { coo } from './coo.js';
import type { Format } from './format.js';
import { mqlib } from './mqlib.js';
import { qbsolv } from './qbsolv.js';
import { rudy } from './rudy.js';

/** Every file format by name. */
export const formats = { rudy, biqmac, bqp, mqlib, qbsolv, coo, bqpjson } satisfies Readonly<Record<string, Format>>;
export type FormatName = keyof typeof formats;

/** File names that say which format it is. */
const names: readonly (readonly [RegExp, FormatName])[] = [
  [/\.(mc|rud|rudy)$/, 'rudy'],
  [/^g\d+(\.(txt|set))?$/, 'rudy'],
  [/\.(sparse|bq)$/, 'biqmac'],
  [/^bqp\d+(\.txt)?$/, 'bqp'],
  [/\.bqp$/, 'bqp'],
  [/\.mqlib$/, 'mqlib'],
  [/\.qubo$/, 'qbsolv'],
  [/\.coo$/, 'coo'],
  [/\.json$/, 'bqpjson'],
];

/** Contents that can be no other; n m and i j w alone may be one of three. */
const contents: readonly (readonly [RegExp, FormatName])[] = [
  [/^\s*\{/, 'bqpjson'],
  [/^p\s+qubo\s/m, 'qbsolv'],
  [/^[ \t]*#.*vartype[:=]/m, 'coo'],
  [/^\s*\d+[ \t\r]*\n/, 'bqp'],
];

const looked = 4096;

/** The format of a file by its content or, where that leaves it open, its name without folders and .gz; undefined where both do. */
export function guessFormat(fileName: string, text: string): FormatName | undefined {
  const name = fileName.replace(/^.*[\\/]/, '').replace(/\.gz$/i, '').toLowerCase(), start = text.slice(0, looked);
  return contents.find(([content]) => content.test(start))?.[1] ?? names.find(([ending]) => ending.test(name))?.[1];
}

export type { Conventions, Format, FormatOptions, Problem, Written } from './format.js';
export { writeBqp } from './bqp.js';
export { type OutsideSamples, readSamples } from './samples.js';
