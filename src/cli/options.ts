import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { mostRedundant } from '../unrolled/frame.js';

const parser = (expected: string, accept: (value: number) => boolean) => (text: string): number => {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!accept(value)) throw new InvalidArgumentError(`expected ${expected}, got ${text || 'nothing'}.`);
  return value;
};

export const positiveInteger = parser('a positive integer', value => Number.isSafeInteger(value) && value > 0);
export const wholeNumber = parser('an integer of at least 0', value => Number.isSafeInteger(value) && value >= 0);
export const seedNumber = parser('an integer', Number.isSafeInteger);
export const finiteNumber = parser('a number', Number.isFinite);
export const integerUpTo = (most: number): ((text: string) => number) =>
  parser(`an integer from 1 to ${most}`, value => Number.isInteger(value) && value >= 1 && value <= most);

const mostSeconds = 1e6;
export const secondsNumber = parser(`more than 0 and at most ${mostSeconds} seconds`, value => value > 0 && value <= mostSeconds);

/** Decibels, or 'inf' for none. */
export function decibels(text: string): number {
  if (/^(inf|infinity|∞)$/i.test(text)) return Infinity;
  return parser('decibels from -20 to 200, or inf', value => value >= -20 && value <= 200)(text);
}

/** The R of --frame, and what it says of itself. */
export const redundancy = parser(`a number from 1 to ${mostRedundant}`, value => value >= 1 && value <= mostRedundant);
export const frameHelp = 'signs behind tight frames: R times as many; learned ISTA, ISTA-Net and their like';

/** What --threads says of itself. */
export const threadsHelp = (what: string): string => `share ${what} between threads; this machine has ${availableParallelism()}`;
