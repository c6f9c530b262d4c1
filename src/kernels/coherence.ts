import { random } from '../core/random.js';
import { scratch } from './memory.js';
import { resident } from './resident.js';
import { checkLength, kernels, readable, room } from './wasm.js';

export interface CoherenceAnnealing {
  readonly a: Float32Array;
  readonly pull: Float32Array;
  /** Codes −1, 0, +1 to begin with; as many of those returned are zero. Without a zero codes stay signs. */
  readonly start: Float32Array;
  /** b and c, c > 0. */
  readonly balance: { readonly weight: number; readonly centre: number };
  /** A sweep at each. */
  readonly temperatures: Float32Array;
  readonly seed: readonly number[];
}

/** Words of the header; see assembly/coherence.ts. */
const headerWords = 32, randomWord = 12, balanceByte = 104;

/**
 * Anneals codes s for the least sᵀGs / t² + pullᵀs / t + b (t / c − 1)², t = aᵀs, over one symmetric G (n × n, row-major): returns the best met, the
 * same for the same seed to the bit. Fields in f32, sums of energies in f64.
 */
export function coherenceAnnealer(G: ArrayLike<number>, n: number): (options: CoherenceAnnealing) => Float32Array {
  if (G.length !== n * n) throw new RangeError(`coherenceAnnealer: expected ${n * n} numbers of G, got ${G.length}`);
  const width = Math.ceil(n / 4) * 4, rows = new Float32Array(width * n);
  const diagonal = Float32Array.from({ length: n }, (_, i) => G[i * n + i]!);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) rows[i * width + j] = G[i * n + j]!;
  const gram = resident(rows);
  return ({ a, pull, start, balance: { weight, centre }, temperatures, seed }) => scratch(() => {
    const own = room(headerWords + 6 * width).fill(0);
    const arrays = Array.from({ length: 6 }, (_, k) => own.subarray(headerWords + k * width, headerWords + (k + 1) * width));
    for (const [k, [name, values]] of Object.entries({ diagonal, a, pull, start }).entries()) {
      checkLength(`coherenceAnnealer: ${name}`, values, n);
      arrays[k]!.set(values);
    }
    const zeros = start.reduce((count, value) => count + (value === 0 ? 1 : 0), 0), rng = random(...seed);
    const header = new Int32Array(own.buffer, own.byteOffset, headerWords);
    header.set([n, 4 * width, readable(gram).byteOffset, ...arrays.map(array => array.byteOffset), zeros, zeros - 1, zeros + 1]);
    // xorshift has no way out of a state of zeros.
    header.set([rng.bits(), rng.bits() | 1], randomWord);
    new Float64Array(own.buffer, own.byteOffset + balanceByte, 2).set([weight, 1 / centre]);
    kernels.coherenceStart(own.byteOffset);
    kernels.coherenceAnneal(own.byteOffset, readable(temperatures).byteOffset, temperatures.length);
    return arrays[5]!.slice(0, n);
  });
}
