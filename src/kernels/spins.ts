import { random } from '../core/random.js';
import { claimer, orFree } from './claim.js';
import { free, scratch } from './memory.js';
import { kernels, readable } from './wasm.js';

/** Symmetric coefficients with a zero diagonal, dense n × n row-major or as compressed rows; `scale` makes integers of them. */
export type SpinCouplings =
  | { readonly kind: 'dense'; readonly values: Float64Array }
  | { readonly kind: 'sparse'; readonly rowPtr: Uint32Array; readonly colIdx: Uint32Array; readonly values: Float64Array };

/**
 * State of one search over E(x) = Σ l_i x_i + Σ_{i<j} q_ij x_i x_j in integers, with all fields kept. Energies are relative to x = 0,
 * in units of 1/scale, and exact.
 */
export interface SpinWalker {
  readonly address: number;
  /** Begins at a state of 0 and 1 (or −1 and 1); forgets what was best. */
  start(linear: Float64Array, state: ArrayLike<number>, seed: readonly [number, number]): void;
  /** A sweep of Metropolis' rule at each temperature, given in units of 1/scale. */
  anneal(temperatures: Float32Array): void;
  /** Steepest descent, of at most so many flips; whether it ended in a local minimum. */
  descend(flips: number): boolean;
  /** First-improvement descent of at most so many sweeps. */
  settle(sweeps: number): void;
  /** E(x_i = 1) − E(x_i = 0) for every i, in units of 1/scale: valid until the walker moves on. */
  fields(): Int32Array;
  energy(): number;
  bestEnergy(): number;
  flips(): number;
  /** 0 and 1. */
  best(): Int8Array;
  state(): Int8Array;
  release(): void;
}

export interface SpinSystem {
  readonly n: number;
  readonly scale: number;
  walker(): SpinWalker;
  release(): void;
}

const headerBytes = 144, lanes = 16, unreachable = -(2 ** 30);
const padded = (n: number): number => Math.ceil(n / 8) * 8;

const claim = claimer('spinSystem');
const ints = (array: Float32Array): Int32Array => new Int32Array(array.buffer, array.byteOffset, array.length);

interface Stored { readonly kind: number; readonly matrix: Float32Array; readonly rows: Float32Array | number }

function storeSparse(n: number, { rowPtr, colIdx, values }: SpinCouplings & { kind: 'sparse' }, scale: number): Stored {
  const matrix = claim(2 * values.length), entries = ints(matrix), rows = orFree([matrix], () => claim(n + 1)), starts = ints(rows);
  for (let k = 0; k < values.length; k++) {
    entries[2 * k] = 4 * colIdx[k]!;
    entries[2 * k + 1] = Math.round(scale * values[k]!);
  }
  for (let i = 0; i <= n; i++) starts[i] = matrix.byteOffset + 8 * rowPtr[i]!;
  return { kind: 0, matrix, rows };
}

function storeDense(n: number, values: Float64Array, scale: number): Stored {
  const width = padded(n);
  let largest = 0;
  for (let k = 0; k < values.length; k++) largest = Math.max(largest, Math.abs(values[k]!));
  const narrow = Math.round(scale * largest) <= 32767, matrix = claim(narrow ? n * width / 2 : n * width);
  const to = narrow ? new Int16Array(matrix.buffer, matrix.byteOffset, n * width) : ints(matrix);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) to[i * width + j] = Math.round(scale * values[i * n + j]!);
  return { kind: narrow ? 1 : 2, matrix, rows: width * (narrow ? 2 : 4) };
}

/**
 * Couplings as integers in the kernels' memory until `release`: 16 bits each where they fit. The caller picks `scale` so that
 * scale · (|l_i| + Σ_j |q_ij|) stays below 2³⁰ for all i.
 */
export function spinSystem(n: number, couplings: SpinCouplings, scale: number): SpinSystem {
  const { kind, matrix, rows } = couplings.kind === 'dense' ? storeDense(n, couplings.values, scale) : storeSparse(n, couplings, scale);
  return {
    n, scale,
    walker: () => walkerOn(n, scale, { kind, matrix, rows }),
    release() {
      free(matrix);
      if (typeof rows !== 'number') free(rows);
    },
  };
}

function walkerOn(n: number, scale: number, { kind, matrix, rows }: Stored): SpinWalker {
  const size = padded(n), words = headerBytes / 4, room = claim(words + 3 * size), { buffer, byteOffset: address } = room;
  const all = ints(room), field = all.subarray(words, words + size), spin = all.subarray(words + size, words + 2 * size);
  const kept = all.subarray(words + 2 * size), energies = new Float64Array(buffer, address + 32, 2), state64 = all.subarray(12, 14);
  all.set([kind, n, matrix.byteOffset, typeof rows === 'number' ? rows : rows.byteOffset, field.byteOffset, spin.byteOffset, kept.byteOffset, 0]);
  const bits = (from: Int32Array): Int8Array => Int8Array.from(from.subarray(0, n), value => (value > 0 ? 1 : 0));
  const coupled = new Float64Array(n);

  return {
    address,
    start(linear, state, seed) {
      const scaled = linear.map(value => Math.round(scale * value));
      field.fill(unreachable).set(scaled);
      spin.fill(1);
      for (let i = 0; i < n; i++) spin[i] = state[i]! > 0 ? 1 : -1;
      kernels.spinFields(address);
      for (let i = 0; i < n; i++) coupled[i] = field[i]!;
      let twice = 0;
      for (let i = 0; i < n; i++) if (spin[i]! > 0) twice += scaled[i]! + coupled[i]!;
      energies.fill(twice / 2);
      kept.set(spin);
      all[7] = 0;
      // xorshift has no way out of a state of zeros.
      state64.set([seed[0] | 0, seed[1] | 1]);
      const rng = random(...seed);
      for (let k = lanes; k < lanes + 16; k++) all[k] = rng.bits() | 1;
    },
    anneal: temperatures => scratch(() => kernels.anneal(address, readable(temperatures).byteOffset, temperatures.length)),
    descend: flips => kernels.descend(address, Math.min(flips, 2 ** 31 - 1)) !== 0,
    settle: sweeps => kernels.settle(address, sweeps),
    fields: () => field.subarray(0, n),
    energy: () => energies[0]!,
    bestEnergy: () => energies[1]!,
    flips: () => all[7]! >>> 0,
    best: () => bits(kept),
    state: () => bits(spin),
    release: () => free(room),
  };
}
