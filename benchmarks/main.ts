// What `signfold bench` runs: kernels and training beside other libraries.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BenchRow, Case } from './case.js';
import { annealingCases } from './annealing.bench.js';
import { measure } from './harness.js';
import { kernelCases } from './kernels.bench.js';
import { openPeers, peerTable, type PeerTable } from './peer.js';
import { quantumCases } from './quantum.bench.js';
import { trainingCases } from './training.bench.js';

const groups: Readonly<Record<string, readonly Case[]>> = {
  kernels: kernelCases, training: trainingCases, annealing: annealingCases, quantum: quantumCases,
};

/** The cases of a group, or of all, whose kernel matches. Throws where there is none. */
export function select(group?: string, only = /./): readonly Case[] {
  const known = group === undefined ? Object.values(groups).flat() : groups[group];
  if (!known) throw new RangeError(`bench: expected a group of ${Object.keys(groups).join(', ')}, got ${group}`);
  const cases = known.filter(({ kernel }) => only.test(kernel));
  if (!cases.length)
    throw new RangeError(`bench: expected a pattern that matches one of ${[...new Set(known.map(({ kernel }) => kernel))].join(', ')}, ` +
      `got ${only.source}`);
  return cases;
}

export interface BenchOptions {
  readonly quick?: boolean;
  /** Takes each line for the reader. */
  readonly say?: (line: string) => void;
  readonly table?: PeerTable;
}

const seed = 1;
const thorough = { rounds: 21, sampleMicros: 5000 }, brief = { rounds: 7, sampleMicros: 2000 };

function commit(): string {
  try {
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

const described = ({ kernel, shape, batch, mask, micros, peer, peerMicros, ratio, relativeError }: BenchRow): string =>
  `${kernel} ${shape}, batch ${batch}, ${mask}: ${micros.toFixed(1)} us; ${peer} ` + (peerMicros === null
    ? 'is not installed'
    : `${peerMicros.toFixed(1)} us, ratio ${ratio!.toFixed(2)}, relative error ${relativeError!.toExponential(1)}`);

/** Measures cases one after the other, and says where. */
export async function bench(cases: readonly Case[], { quick = false, say = () => {}, table = peerTable }: BenchOptions = {}) {
  const place = {
    node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, commit: commit(), seed, threads: 1,
  };
  say(Object.entries(place).map(([name, value]) => `${name} ${value}`).join(', '));
  const peers = openPeers(table);
  try {
    const rows = await measure(cases, peers, { seed, ...(quick ? brief : thorough), onRow: row => say(described(row)) });
    return { environment: { ...place, peers: peers.versions() }, rows };
  } finally {
    peers.stop();
  }
}
