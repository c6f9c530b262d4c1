// What the tables of README.md and RESULTS.md are made of.
import { readFileSync, readdirSync } from 'node:fs';
import type { Row } from '../src/tasks/rows.js';

export const markdown = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map((_, c) => (c ? '---:' : '---')), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over seeds, with the sample standard deviation, as in reports, where there are several. */
export function spread(values: readonly number[], digits: number): string {
  const centre = mean(values), deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
  return values.length > 1 ? `${centre.toFixed(digits)} ± ${deviation.toFixed(digits)}` : centre.toFixed(digits);
}

const results = 'benchmarks/results';
/** Rows of all results files whose names begin so. */
export const rowsOf = <T = Row>(prefix: string): T[] =>
  readdirSync(results)
    .filter(file => file.startsWith(prefix) && file.endsWith('.json'))
    .sort()
    .flatMap(file => (JSON.parse(readFileSync(`${results}/${file}`, 'utf8')) as { rows: T[] }).rows);

export const exactly = (name: string): Row[] => (JSON.parse(readFileSync(`${results}/${name}.json`, 'utf8')) as { rows: Row[] }).rows;

/** The first row of a method. */
export const rowOf = (name: string, method: string): Row => exactly(name).find(row => row.method === method)!;
