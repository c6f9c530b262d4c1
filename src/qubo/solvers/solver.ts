import type { QuadraticModel, Sample } from '../model.js';

export interface SolveProgress {
  /** 0 to 1: of the sweeps, or of the time. */
  readonly done: number;
  readonly bestEnergy: number;
  readonly seconds: number;
}

/** What every solver is told. `timeMs` alone bounds by time; `sweeps` and `reads` alone give the same samples for the same seed, to the bit. */
export interface SolveOptions {
  readonly seed?: number;
  /** Stops when this time is over, with what was found by then. */
  readonly timeMs?: number;
  /** Sweeps (n attempted or evaluated flips) of one read. */
  readonly sweeps?: number;
  /** Independent reads; read r is a function of (seed, r) alone. With `timeMs` and no `reads`: as many as there is time for. */
  readonly reads?: number;
  /** Takes the reads firstRead, firstRead + readStep, … instead of 0, 1, …: for sharing them between threads. */
  readonly firstRead?: number;
  readonly readStep?: number;
  /** Stops as soon as an energy of at most this is found. */
  readonly target?: number;
  readonly onProgress?: (progress: SolveProgress) => void;
  /** An AbortSignal, say: stops early and returns the best so far, and does not reject. */
  readonly signal?: { readonly aborted: boolean };
}

export type Stopped = 'done' | 'time' | 'target' | 'interrupted' | 'proven';

export interface SolveInfo {
  readonly solver: string;
  readonly seconds: number;
  /** When the best sample was found. */
  readonly secondsToBest: number;
  readonly reads: number;
  /** Sweeps of all reads together. */
  readonly sweeps: number;
  readonly stopped: Stopped;
  /** The best energy is the minimum: an exact solver ended. */
  readonly proven: boolean;
  /** A lower bound of every energy, where a solver has one. */
  readonly lowerBound?: number;
  /** Where proven: no energy is below the best less this, as real numbers; 0 where all arithmetic was exact. */
  readonly tolerance?: number;
}

export interface SolveResult {
  /** One for each read, best first, in the model's own vartype; the best thousand where there were more. */
  readonly samples: readonly Sample[];
  /** Of `samples`, computed in f64 from the model as given. */
  readonly energies: Float64Array;
  /** Which read each of `samples` is of; equal energies are in this order. */
  readonly reads?: readonly number[];
  readonly best: { readonly sample: Sample; readonly energy: number };
  readonly info: SolveInfo;
}

export interface Solver {
  readonly name: string;
  /** Reads where neither `reads` nor `timeMs` is given. */
  readonly defaultReads?: number;
  solve(model: QuadraticModel, options?: SolveOptions): Promise<SolveResult>;
}
