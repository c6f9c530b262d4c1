import { claimer } from './claim.js';
import { free } from './memory.js';
import type { SpinWalker } from './spins.js';
import { kernels } from './wasm.js';

export interface TabuOptions {
  /** A flipped spin is held for tenure … tenure + spread − 1 moves. */
  readonly tenure: number;
  readonly spread: number;
  /** After so many moves without a new low, a shake of shake[0] … shake[1] flips. */
  readonly patience: number;
  readonly shake: readonly [number, number];
}

/** A tabu search that moves a walker. */
export interface TabuSearch {
  /** Begins at the walker's state. */
  start(): void;
  /** So many moves on, of at most 2³⁰ in all; how they are cut into calls makes no difference. */
  moves(count: number): void;
  release(): void;
}

const headerWords = 16;

/** Throws a RangeError where the kernels' memory has no room for n numbers. */
export function tabuSearch(walker: SpinWalker, n: number, { tenure, spread, patience, shake: [least, most] }: TabuOptions): TabuSearch {
  const room = claimer('tabuSearch')(headerWords + Math.ceil(n / 8) * 8);
  const all = new Int32Array(room.buffer, room.byteOffset, room.length), lowest = new Float64Array(room.buffer, room.byteOffset + 40, 1);
  return {
    start() {
      all.fill(0).set([room.byteOffset + 4 * headerWords, 0, tenure, spread, patience, least, most - least + 1]);
      lowest[0] = walker.energy();
    },
    moves: count => kernels.tabu(walker.address, room.byteOffset, count),
    release: () => free(room),
  };
}
