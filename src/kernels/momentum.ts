import { claimer } from './claim.js';
import { free, scratch } from './memory.js';
import type { SpinWalker } from './spins.js';
import { kernels, readable } from './wasm.js';

export interface MomentumStep {
  /** In units of 1/scale. */
  readonly temperature: number;
  /** The chance that a self-coupling is left out, 0 to 1, and what the others are multiplied by. */
  readonly drop: number;
  readonly strength: number;
}

/** Momentum annealing with a walker as one of its two copies. */
export interface MomentumSearch {
  /** Begins at the walker's state: both copies are that. */
  start(): void;
  /** Each draws all spins of one copy; the walker is then at it and keeps the best. */
  run(steps: readonly MomentumStep[]): void;
  release(): void;
}

/** `self` in units of 1/scale: twice the self-coupling of each spin. */
export function momentumSearch(walker: SpinWalker, self: Float64Array): MomentumSearch {
  const width = Math.ceil(self.length / 8) * 8, room = claimer('momentumSearch')(2 * width);
  room.set(self);
  const own = room.subarray(0, width), last = new Int32Array(room.buffer, room.byteOffset + 4 * width, width);
  return {
    start() {
      last.fill(1);
      walker.state().forEach((bit, i) => { last[i] = 2 * bit - 1; });
    },
    run(steps) {
      const schedule = Float32Array.from(steps.flatMap(({ temperature, drop, strength }) => [temperature, drop, strength]));
      scratch(() => kernels.momentum(walker.address, own.byteOffset, last.byteOffset, readable(schedule).byteOffset, steps.length));
    },
    release: () => free(room),
  };
}
