import { alloc, contains, free } from './memory.js';
import { kernels } from './wasm.js';

/** All 2ⁿ states of E(x) = Σ linear_i x_i + Σ_{i<j} couplings_ij x_i x_j, 64 after every flip of a Gray code. */
export interface Enumeration {
  /** Flips of a Gray code that there are: 2ⁿ⁻⁶, less one. */
  readonly flips: number;
  /** So many flips on. */
  run(flips: number): void;
  /** The least energy so far, up to f64 sums. */
  minimum(): number;
  /** Its bits. */
  state(): Int8Array;
  release(): void;
}

const together = 6, headerNumbers = 6;

/**
 * `couplings` is n × n, row-major, symmetric with a zero diagonal. Throws a RangeError beyond 38 variables and where the kernels'
 * memory has no room.
 */
export function enumeration(n: number, linear: ArrayLike<number>, couplings: ArrayLike<number>): Enumeration {
  const bits = Math.max(n, together), row = Math.ceil(bits / 2) * 2;
  if (!(n >= 0 && bits - together <= 32)) throw new RangeError(`enumeration: expected at most ${32 + together} variables, got ${n}`);
  const room = alloc(2 * (headerNumbers + (bits + 1) * row + 2 ** together));
  if (!contains(room)) throw new RangeError(`enumeration: expected room for ${room.byteLength} bytes in memory, got none`);
  const all = new Float64Array(room.buffer, room.byteOffset, room.length / 2), words = new Uint32Array(room.buffer, room.byteOffset, 6);
  const field = headerNumbers, matrix = field + row, table = matrix + bits * row, energies = all.subarray(3, 5);
  for (let i = 0; i < n; i++) {
    all[field + i] = linear[i]!;
    for (let j = 0; j < n; j++) all[matrix + i * row + j] = couplings[i * n + j]!;
  }
  const lowest = Array.from({ length: 2 ** together }, (_, state) => {
    let sum = 0;
    for (let i = 0; i < together; i++) for (let j = 0; j < i; j++) if ((state >> i) & (state >> j) & 1) sum += all[matrix + i * row + j]!;
    return sum;
  });
  all.set(lowest, table);
  words.set([matrix, row, field, table].map((at, k) => (k === 1 ? 8 * at : room.byteOffset + 8 * at)));
  energies[1] = Infinity;

  /** Bits of the least of the 64 states of the best flip, which the search does not keep. */
  function state(): Int8Array {
    const code = (words[5]! ^ (words[5]! >>> 1)) >>> 0, sample = new Int8Array(n);
    for (let i = together; i < n; i++) sample[i] = (code >>> (i - together)) & 1;
    let least = Infinity, chosen = 0;
    lowest.forEach((among, low) => {
      let sum = among;
      for (let i = 0; i < together && i < n; i++) if ((low >> i) & 1) {
        sum += linear[i]!;
        for (let j = together; j < n; j++) if (sample[j]) sum += couplings[i * n + j]!;
      }
      if (low < 2 ** n && sum < least) { least = sum; chosen = low; }
    });
    for (let i = 0; i < together && i < n; i++) sample[i] = (chosen >> i) & 1;
    return sample;
  }
  return {
    flips: 2 ** (bits - together) - 1,
    run: flips => kernels.enumerate(room.byteOffset, flips),
    minimum: () => energies[1]!,
    state,
    release: () => free(room),
  };
}
