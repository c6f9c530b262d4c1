import { turn } from '../../core/breathing.js';
import { toSpins } from '../convert.js';
import { checkFinite, type QuadraticModel, type Sample } from '../model.js';
import { polished, type Polished } from './polish.js';
import type { SolveOptions, SolveResult, Stopped } from './solver.js';

/** One read under way. */
export interface Read {
  /** Works on for some milliseconds; false once it has ended. */
  step(): boolean;
  /** The lowest energy so far, up to the rounding of the search. */
  energy(): number;
  /** Its bits. */
  sample(): Sample;
  /** Sweeps so far: n attempted or evaluated flips each. */
  sweeps(): number;
  /** It went through all states: its energy is the minimum, up to its lower bound. */
  proven?(): boolean;
  /** No energy is lower than this. */
  lowerBound?(): number;
}

/** Starts read r, a function of r and the seed alone. Only one read is under way at a time. */
export interface Reads {
  /** The energy of a read under way is at most so far from that of its sample in f64; any distance unless given. */
  readonly rounding?: number;
  start(r: number): Read;
  release(): void;
}

const yieldMs = 40, progressMs = 100;
/** So many samples of a result, the best ones. */
export const kept = 1000;

/** Throws a RangeError for options out of range. */
export function checkOptions({ seed = 1, timeMs, sweeps, reads, target, firstRead = 0, readStep = 1 }: SolveOptions): void {
  const whole = (name: string, value: number | undefined, least: number): void => {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < least))
      throw new RangeError(`solve: expected ${name} to be an integer of at least ${least}, got ${value}`);
  };
  if (!Number.isSafeInteger(seed)) throw new RangeError(`solve: expected an integer seed, got ${seed}`);
  if (timeMs !== undefined && !(timeMs > 0)) throw new RangeError(`solve: expected a time of more than 0 ms, got ${timeMs}`);
  if (target !== undefined && Number.isNaN(target)) throw new RangeError('solve: expected a target energy, got NaN');
  whole('sweeps', sweeps, 1);
  whole('reads', reads, 1);
  whole('firstRead', firstRead, 0);
  whole('readStep', readStep, 1);
}

interface Kept extends Polished { readonly read: number }
const byEnergy = (a: Kept, b: Kept): number => a.energy - b.energy || a.read - b.read;

/**
 * Runs reads one after the other until they are done, or the time, a target or a signal ends them: what all solvers share. Energies
 * are computed again from the model as given, after a last descent in f64.
 */
export async function runReads(
  solver: string, model: QuadraticModel, begin: () => Reads, options: SolveOptions, defaultReads: number,
): Promise<SolveResult> {
  checkOptions(options);
  const { timeMs, target, signal, onProgress, firstRead = 0, readStep = 1 } = options;
  const limit = options.reads ?? (timeMs === undefined ? defaultReads : Infinity);
  const began = performance.now(), elapsed = (): number => performance.now() - began;
  checkFinite('solve', model);
  const own = (bits: Sample): Sample => (model.vartype === 'spin' ? toSpins(bits) : bits);
  const found: Kept[] = [];
  let reads = 0, sweeps = 0, bestSeconds = 0, lowest = Infinity, lower = -Infinity, yielded = 0, told = 0, proven = false;
  let stopped: Stopped | undefined;
  const all = begin();

  const settled = (read: Read): Polished => polished(model, own(read.sample()));
  const near = target === undefined ? -Infinity : target + (all.rounding ?? Infinity);
  try {
    while (reads < limit && !stopped) {
      const read = all.start(firstRead + reads * readStep);
      let seen = Infinity, met: Polished | undefined;
      for (let more = true; more;) {
        more = read.step();
        const now = elapsed(), current = read.energy();
        if (current < lowest) { lowest = current; bestSeconds = now / 1000; }
        if (current < seen && current <= near) met = settled(read);
        seen = Math.min(seen, current);
        if (met && met.energy <= target!) stopped = 'target';
        else if (timeMs !== undefined && now >= timeMs) stopped = 'time';
        else if (signal?.aborted) stopped = 'interrupted';
        if (onProgress && now - told >= progressMs) {
          told = now;
          const part = Number.isFinite(limit) ? (reads + (more ? 0 : 1)) / limit : 0;
          onProgress({ done: Math.min(1, Math.max(part, timeMs === undefined ? 0 : now / timeMs)), bestEnergy: lowest, seconds: now / 1000 });
        }
        if (stopped) break;
        if (now - yielded >= yieldMs) { await turn(); yielded = elapsed(); }
      }
      // What has met the target is what is returned; another read may only meet it by its last descent.
      const last = stopped === 'target' ? met! : settled(read);
      if (target !== undefined && last.energy <= target) stopped = 'target';
      found.push({ ...last, read: firstRead + reads * readStep });
      if (found.length >= 2 * kept) found.sort(byEnergy).length = kept;
      sweeps += read.sweeps();
      lower = Math.max(lower, read.lowerBound?.() ?? -Infinity);
      reads++;
      if (read.proven?.()) { proven = true; stopped ??= 'proven'; }
    }
  } finally {
    all.release();
  }
  found.sort(byEnergy).length = Math.min(found.length, kept);
  const seconds = elapsed() / 1000, best = { sample: found[0]!.sample, energy: found[0]!.energy }, lowerBound = Math.min(lower, best.energy);
  return {
    samples: found.map(({ sample }) => sample), energies: Float64Array.from(found, one => one.energy), reads: found.map(({ read }) => read), best,
    info: {
      solver, seconds, secondsToBest: bestSeconds, reads, sweeps, stopped: stopped ?? 'done', proven,
      ...(lowerBound > -Infinity && { lowerBound }), ...(proven && { tolerance: best.energy - lowerBound }),
    },
  };
}
