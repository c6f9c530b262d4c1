import type { DataFolder } from '../task.js';

/** A column of a study's table. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** Decimal places of its numbers; shortest form unless given. */
  readonly digits?: number;
}

/** What one method did once; `method`, `variant` and `seed` say which, the other fields are the study's columns. */
export interface StudyRow {
  readonly method: string;
  readonly variant: string;
  readonly seed: number;
  readonly [column: string]: string | number | boolean | null;
}

export interface StudyOptions {
  readonly variant: string;
  readonly methods: readonly string[];
  readonly seeds: readonly number[];
  /** Fewer samples, sweeps and sizes: seconds instead of minutes. */
  readonly quick: boolean;
  /** Published data; embedded generators without it. */
  readonly folder?: DataFolder;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly phase: string; readonly done: number; readonly total: number }) => void;
  /** Each row as soon as it is known. */
  readonly onRow?: (row: StudyRow) => void;
}

export interface StudyResult {
  /** Which data it was. */
  readonly data: string;
  readonly rows: readonly StudyRow[];
  /** What the table does not show, a line each: methods that were left out, and why. */
  readonly notes?: readonly string[];
}

/** A task that reconstructs nothing: classifiers that are quantized or trained as a QUBO, say. Its rows have columns of its own. */
export interface Study {
  readonly name: string;
  readonly summary: string;
  /** The first is the default. */
  readonly variants: readonly string[];
  /** In the order of a table; all of them run unless told otherwise. */
  readonly methods: readonly string[];
  readonly columns: readonly Column[];
  /** Throws an AbortError where it was stopped; a pure function of its options. */
  run(options: StudyOptions): Promise<StudyResult>;
}
