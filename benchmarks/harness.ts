// Times cases beside their peers: answers compared in full first, then rounds in which everybody takes its turn.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseData, type BenchRow, type Case, type Input, type PeerCall } from './case.js';
import type { Peer, Peers } from './peer.js';

export interface MeasureOptions {
  readonly seed: number;
  readonly rounds: number;
  /** A sample repeats its call until it lasts about this long. */
  readonly sampleMicros: number;
  readonly onRow?: (row: BenchRow) => void;
}

/** WASM's first calls run slow code while the fast one is compiled beside them: what must pass before rounds count. */
const warmRounds = 3, warmMillis = 100;
/** Times below this are the clock's, not the call's. */
const clockMicros = 0.01;

/** Mean time of `repeat` calls in a row, after an untimed one that brings their data back into the caches. */
type Sample = (repeat: number) => Promise<number>;
interface Contender {
  readonly sample: Sample;
  repeat: number;
  readonly micros: number[];
}
interface Rival extends Contender { readonly error: number }

const contender = (sample: Sample): Contender => ({ sample, repeat: 1, micros: [] });
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

export function relativeError(own: Float32Array, other: Float32Array): number {
  if (own.length !== other.length) return Infinity;
  let error = 0, size = 0;
  for (let i = 0; i < own.length; i++) {
    error += (own[i]! - other[i]!) ** 2;
    size += other[i]! ** 2;
  }
  return Math.sqrt(error / (size || 1));
}

const ownSample = (run: () => void): Sample => async repeat => {
  run();
  const begin = performance.now();
  for (let i = 0; i < repeat; i++) run();
  return (performance.now() - begin) * 1000 / repeat;
};

/** Writes each array once, however many peers read it; gives the request that all questions of a call share. */
function requests(folder: string): (call: PeerCall) => object {
  const files = new Map<Input['data'], string>();
  const place = ({ data, shape }: Input): object => {
    let file = files.get(data);
    if (!file) {
      files.set(data, file = join(folder, `${files.size}.bin`));
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    return { file, shape, dtype: data instanceof Float32Array ? 'f32' : 'u32' };
  };
  return ({ op, arrays, sizes = {} }) => ({
    op, sizes, arrays: Object.fromEntries(Object.entries(arrays).map(([name, input]) => [name, place(input)])),
  });
}

async function rivalOf(peer: Peer, request: object, own: Float32Array, one: Case, folder: string): Promise<Rival> {
  const { kernel, shape, batch, tolerance, calls = 1 } = one;
  const output = join(folder, 'output.bin');
  await peer.ask({ ...request, untimed: 0, repeat: calls, output });
  const error = relativeError(own, new Float32Array(Uint8Array.from(readFileSync(output)).buffer));
  if (!(error <= tolerance))
    throw new Error(`bench: ${kernel} ${shape}, batch ${batch}: expected the answer of ${peer.name} within ${tolerance}, ` +
      `got relative error ${error.toExponential(1)}`);
  return { ...contender(async repeat => (await peer.ask({ ...request, untimed: 1, repeat })).micros), error };
}

async function play(contenders: readonly Contender[], { rounds, sampleMicros }: MeasureOptions): Promise<void> {
  const begin = performance.now();
  for (let round = 0; round < warmRounds || performance.now() - begin < warmMillis; round++)
    for (const each of contenders) {
      const micros = Math.max(clockMicros, await each.sample(each.repeat));
      each.repeat = Math.max(each.repeat, Math.ceil(sampleMicros / micros));
    }
  for (let round = 0; round < rounds; round++)
    for (const each of contenders) each.micros.push(await each.sample(each.repeat));
}

async function measureCase(one: Case, peers: Peers, options: MeasureOptions, folder: string): Promise<BenchRow[]> {
  const data = caseData(options.seed);
  try {
    const { run, output, peers: calls } = one.prepare(data), requestOf = requests(folder);
    for (let i = 0; i < (one.calls ?? 1); i++) run();
    const rivals: (Rival | undefined)[] = [];
    for (const call of calls) {
      const peer = await peers.open(call.peer);
      rivals.push(peer && await rivalOf(peer, requestOf(call), output, one, folder));
    }
    const own = contender(ownSample(run));
    await play([own, ...rivals.filter(rival => rival !== undefined)], options);
    const { kernel, shape, batch, mask } = one, micros = median(own.micros);
    return calls.map(({ peer }, i) => {
      const rival = rivals[i], row = { kernel, shape, batch, mask, micros, peer };
      if (!rival) return { ...row, peerMicros: null, ratio: null, relativeError: null };
      const peerMicros = median(rival.micros);
      return { ...row, peerMicros, ratio: peerMicros / micros, relativeError: rival.error };
    });
  } finally {
    data.release();
  }
}

/** A row for each case and peer, in order. A peer that is not installed is a row without its time. */
export async function measure(cases: readonly Case[], peers: Peers, options: MeasureOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const one of cases) {
    const folder = mkdtempSync(join(tmpdir(), 'signfold-bench-'));
    try {
      for (const row of await measureCase(one, peers, options, folder)) {
        rows.push(row);
        options.onRow?.(row);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return rows;
}
