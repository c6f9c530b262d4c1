import type { Study, StudyRow } from './study.js';

/** Rows of one method and variant, one for each seed. */
export interface StudyGroup {
  readonly method: string;
  readonly variant: string;
  readonly rows: readonly StudyRow[];
}

/** In the order in which they came. */
export function groupsOf(rows: readonly StudyRow[]): StudyGroup[] {
  const groups = new Map<string, StudyRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.variant, row.method]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(own => ({ method: own[0]!.method, variant: own[0]!.variant, rows: own }));
}

const shown = (value: number, digits?: number): string => (digits === undefined ? String(Number(value.toPrecision(6))) : value.toFixed(digits));

/** A column's cell: the mean over seeds and its standard deviation where it is a number, else what all rows agree on. */
export function cellOf({ rows }: StudyGroup, { key, digits }: Study['columns'][number]): readonly [text: string, spread: string] {
  const values = rows.map(row => row[key] ?? null), numbers = values.filter(value => typeof value === 'number');
  if (!numbers.length) return [[...new Set(values.map(value => (value === null ? '–' : String(value))))].join(', '), ''];
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  if (numbers.every(value => value === numbers[0])) return [shown(mean, digits), ''];
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1));
  return [shown(mean, digits), `± ${shown(deviation, digits)}`];
}
