import { InvalidArgumentError } from 'commander';

const parser = (expected: string, accept: (value: number) => boolean) => (text: string): number => {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!accept(value)) throw new InvalidArgumentError(`expected ${expected}, got ${text || 'nothing'}.`);
  return value;
};

export const positiveInteger = parser('a positive integer', value => Number.isSafeInteger(value) && value > 0);
export const wholeNumber = parser('an integer of at least 0', value => Number.isSafeInteger(value) && value >= 0);
export const seedNumber = parser('an integer', Number.isSafeInteger);

/** Decibels, or 'inf' for none. */
export function decibels(text: string): number {
  if (/^(inf|infinity|∞)$/i.test(text)) return Infinity;
  return parser('decibels from -20 to 200, or inf', value => value >= -20 && value <= 200)(text);
}
