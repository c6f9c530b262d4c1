import { claimer } from './claim.js';
import { free } from './memory.js';
import type { SpinWalker } from './spins.js';
import { kernels } from './wasm.js';

export interface LadderOptions {
  /** Walkers at each temperature. */
  readonly sets: number;
  readonly mostLevels: number;
  /** Inverting all spins leaves every energy as it is. */
  readonly symmetric: boolean;
  /** Of each level and round: they need two sets, and couplings that are sparse. */
  readonly clusterMoves: number;
  /** Rounds between descents from the colder half of the levels. */
  readonly descentPeriod: number;
}

/** Walkers of one system at ascending temperatures, which neighbours swap. */
export interface SpinLadder {
  /** Temperatures in units of 1/scale; walkers of each level from the coldest on, one set after the other. */
  arrange(temperatures: Float32Array, walkers: readonly SpinWalker[]): void;
  /** Begins with the walkers that were arranged: descents from them and from the leader, which is theirs that is lowest from then on. */
  start(): void;
  /** A sweep of every walker each, cluster moves, swaps of every other pair of neighbours. */
  run(rounds: number): void;
  /** Descents now. */
  descend(): void;
  /** Addresses of the walkers as swaps have ordered them. */
  order(): readonly number[];
  /** How often each pair of neighbouring levels was swapped since they were arranged, all sets together. */
  swaps(): readonly number[];
  release(): void;
}

const headerWords = 16;

/** `leader` keeps the lowest state, `descent` is for descents to it; both are walkers of the same system, in no level. */
export function spinLadder(
  n: number, leader: SpinWalker, descent: SpinWalker, { sets, mostLevels, symmetric, clusterMoves, descentPeriod }: LadderOptions,
): SpinLadder {
  const room = claimer('spinLadder')(headerWords + (sets + 2) * mostLevels + 2 * n);
  const words = new Uint32Array(room.buffer, room.byteOffset, room.length);
  let at = headerWords;
  const part = (length: number): Uint32Array => words.subarray(at, at += length);
  const walkers = part(sets * mostLevels), levels = part(mostLevels), swaps = part(mostLevels), cluster = part(n), marks = part(n);
  const temperatures = new Float32Array(room.buffer, levels.byteOffset, mostLevels);
  return {
    arrange(given, all) {
      words[0] = given.length;
      temperatures.set(given);
      walkers.set(all.map(({ address }) => address));
      swaps.fill(0);
    },
    start() {
      const addresses = [walkers, levels, swaps].map(array => array.byteOffset);
      words.set([sets, ...addresses, leader.address, descent.address, symmetric ? 1 : 0, cluster.byteOffset, marks.byteOffset], 1);
      words.set([0, 0, clusterMoves, descentPeriod], 10);
      marks.fill(0);
      kernels.descendAll(room.byteOffset);
    },
    run: rounds => kernels.temper(room.byteOffset, rounds),
    descend: () => kernels.descendAll(room.byteOffset),
    order: () => [...walkers.subarray(0, sets * words[0]!)],
    swaps: () => [...swaps.subarray(0, words[0]! - 1)],
    release: () => free(room),
  };
}
