import type { SolveOptions } from './solver.js';

/** Where only time bounds a search: so many reads of each length, then as many of twice the length. */
const readsOfLength = 4;

/** Sweeps of read r: as given, else the default, which grows where only time bounds the search. */
export function sweepsOf(r: number, { sweeps, timeMs, reads }: SolveOptions, defaultSweeps: number): number {
  if (sweeps !== undefined) return sweeps;
  return timeMs === undefined || reads !== undefined ? defaultSweeps : defaultSweeps * 2 ** Math.min(40, Math.floor(r / readsOfLength));
}
