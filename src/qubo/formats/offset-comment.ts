import { decimal, type LineReader } from './lines.js';

/** A constant among comments, for formats that have no place for it; only this project's readers take it from there. */
export const offsetComment = (offset: number): string => `offset=${offset}`;

const stated = /^\s*offset=(.*)$/;

/** Collects it while a text is read. */
export function statedOffset(): { readonly onComment: (text: string, reader: LineReader) => void; value(): number | undefined } {
  let value: number | undefined;
  return {
    onComment(text, reader) {
      const found = stated.exec(text)?.[1]!.trim();
      if (found === undefined) return;
      if (value !== undefined) reader.fail('one offset', 'another');
      value = Number(found);
      if (!decimal.test(found) || !Number.isFinite(value)) reader.fail('a finite offset', found);
    },
    value: () => value,
  };
}
