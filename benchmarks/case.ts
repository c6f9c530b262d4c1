import { random } from '../src/core/random.js';
import { alloc, free } from '../src/kernels/index.js';

export interface BenchRow {
  readonly kernel: string;
  readonly shape: string;
  readonly batch: number;
  readonly mask: string;
  readonly micros: number;
  readonly peer: string;
  /** null, like the two below, where the peer is not installed. */
  readonly peerMicros: number | null;
  /** peerMicros / micros: above 1 this project is faster. */
  readonly ratio: number | null;
  /** ‖own answer − peer's‖ / ‖peer's‖. */
  readonly relativeError: number | null;
}

/** A row-major array that a peer reads. */
export interface Input {
  readonly data: Float32Array | Uint32Array;
  readonly shape: readonly number[];
}

/** The same work done by another library; see peers/protocol.md. */
export interface PeerCall {
  readonly peer: string;
  readonly op: string;
  readonly arrays: Readonly<Record<string, Input>>;
  readonly sizes?: Readonly<Record<string, number>>;
}

export interface Prepared {
  run(): void;
  /** Where `run` leaves its answer. */
  readonly output: Float32Array;
  readonly peers: readonly PeerCall[];
}

/** One measurement: a row for each of its peers. */
export interface Case {
  readonly kernel: string;
  readonly shape: string;
  readonly batch: number;
  readonly mask: string;
  /** The largest relative error that counts as the same answer. */
  readonly tolerance: number;
  /** Calls after which the answers are compared, where each call goes on from the last; 1 if absent. */
  readonly calls?: number;
  prepare(data: CaseData): Prepared;
}

/** Arrays of one case, seeded by the order of the calls, in the kernels' memory. */
export interface CaseData {
  zeros(length: number): Float32Array;
  normals(length: number): Float32Array;
  /** ±1, evenly. */
  signs(length: number): Float32Array;
}

export function caseData(seed: number): CaseData & { release(): void } {
  const arrays: Float32Array[] = [];
  const zeros = (length: number): Float32Array => {
    const array = alloc(length);
    arrays.push(array);
    return array;
  };
  const drawn = (length: number, draw: (rng: ReturnType<typeof random>) => number): Float32Array => {
    const rng = random(seed, arrays.length), array = zeros(length);
    for (let i = 0; i < length; i++) array[i] = draw(rng);
    return array;
  };
  return {
    zeros,
    normals: length => drawn(length, rng => rng.normal()),
    signs: length => drawn(length, rng => rng.bits() & 1 ? -1 : 1),
    release: () => arrays.splice(0).forEach(free),
  };
}
