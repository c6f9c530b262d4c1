import type { Dataset, LinearOperator, Prox } from '../types.js';

/** Reads a file of the user's data folder; throws where it is missing. */
export type ReadData = (path: string) => Uint8Array;

export interface TaskOptions {
  readonly variant: string;
  readonly seed: number;
  /** Given where the user named a data folder. */
  readonly read?: ReadData;
}

/** How long the network of a task trains; `--quick` divides the steps. */
export interface Recipe {
  /** Steps for the step size and threshold of each new layer, on fixed weights, and their rate. */
  readonly layerSteps: number;
  readonly layerRate: number;
  /** Steps with all weights free, and their rate. */
  readonly jointSteps: number;
  readonly jointRate: number;
  readonly batch: number;
  readonly supportSelection?: { readonly perLayer: number; readonly max: number };
}

export interface TaskInstance {
  readonly operator: LinearOperator;
  readonly prox: Prox;
  readonly signals: Dataset;
  /** Which data it is: embedded generators, or published files. */
  readonly data: string;
  /** Nonzeros of a typical signal (in each block, for block operators): what certificates are asked about. */
  readonly sparsity: number;
  /** Weight of the penalty for the classical solvers. */
  readonly lambda: number;
  readonly recipe: Recipe;
}

export interface Task {
  readonly name: string;
  readonly summary: string;
  /** The first is the default. */
  readonly variants: readonly string[];
  readonly layers: number;
  make(options: TaskOptions): TaskInstance;
}
