// The training step and the reconstruction beside PyTorch and tfjs: node dist/benchmarks/main.js [--quick] [--json] [--out FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaussian } from '../operators/index.js';
import { oneBitNetwork } from '../src/binary/one-bit-network.js';
import { tensor } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { l1 } from '../src/core/prox.js';
import { random } from '../src/core/random.js';
import { alloc } from '../src/kernels/index.js';
import { pack } from '../src/packed/engine.js';
import { lossAndGradient } from '../src/unrolled/loss.js';
import { adam } from '../src/unrolled/optimizer.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { startPeer, type Peer } from './peer.js';

export interface BenchRow {
  readonly kernel: string;
  readonly shape: string;
  readonly batch: number;
  readonly mask: string;
  readonly micros: number;
  readonly peer: string;
  readonly peerMicros: number | null;
  /** peerMicros / micros: above 1 this project is faster. */
  readonly ratio: number | null;
  readonly relativeError: number | null;
}

const m = 250,
  n = 500,
  layers = 16,
  batch = 64,
  rate = 5e-4,
  seed = 1,
  lambda = 0.4;
const LOSS_AGREEMENT = 1e-4,
  OUTPUT_AGREEMENT = 1e-4;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const timed = (run: () => void): number => {
  const begin = performance.now();
  run();
  return (performance.now() - begin) * 1000;
};

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

export async function bench({
  json = false,
  quick = false,
  out,
}: {
  json?: boolean;
  quick?: boolean;
  out?: string;
}): Promise<unknown> {
  const environment = {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    commit: commit(),
    seed,
    threads: 1,
  };
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  say(
    Object.entries(environment)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  const rounds = quick ? 7 : 21,
    warm = 3;
  const A = gaussian(m, n, { seed }),
    problem = { operator: A, prox: l1() },
    L = 1.001 * norm(A) ** 2;
  const x = alloc(batch * n),
    y = alloc(batch * m),
    rng = random(seed, 1);
  for (let i = 0; i < x.length; i++) x[i] = rng.bernoulliGaussian(0.1);
  A.apply(x, y, batch);

  const folder = mkdtempSync(join(tmpdir(), 'signfold-bench-'));
  for (const [name, array] of Object.entries({ A: A.weights!(), x, y }))
    writeFileSync(join(folder, `${name}.f32`), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  writeFileSync(
    join(folder, 'sizes.json'),
    JSON.stringify({ m, n, layers, batch, eta: Math.fround(1 / L), theta: Math.fround(lambda / L), rate }),
  );
  const torch =
    (await startPeer('torch', '/usr/bin/python3', ['benchmarks/peers/training.py', folder])) ??
    (await startPeer('torch', 'python3', ['benchmarks/peers/training.py', folder]));
  const tfjs = await startPeer('tfjs-wasm', process.execPath, ['benchmarks/peers/training-tfjs.mjs', folder]);
  const rows: BenchRow[] = [];
  const add = (row: Omit<BenchRow, 'ratio'>): void => {
    const full = { ...row, ratio: row.peerMicros === null ? null : row.peerMicros / row.micros };
    rows.push(full);
    say(
      `${full.kernel}, ${full.shape}, batch ${full.batch}: ${full.micros.toFixed(0)} us; ${full.peer} ${full.peerMicros === null ? 'is not installed' : `${full.peerMicros.toFixed(0)} us, ratio ${full.ratio!.toFixed(2)}, relative error ${full.relativeError!.toExponential(1)}`}`,
    );
  };
  try {
    const net = learnedIsta(problem, { layers, lambda, coupling: 'coupled' });
    for (const param of net.params) {
      const value = alloc(param.value.length);
      value.set(param.value);
      param.value = value;
      param.grad = alloc(value.length);
    }
    const optimizer = adam();
    optimizer.start(net.params);
    let count = 0,
      loss = 0;
    const step = (): void => {
      for (const param of net.params) param.grad.fill(0);
      loss = lossAndGradient(net, layers, x, y, batch);
      optimizer.update(net.params, rate, ++count);
    };
    const peers = [
        ['torch', torch],
        ['tfjs-wasm', tfjs],
      ] as const,
      own: number[] = [];
    const times = peers.map((): number[] => []),
      errors = peers.map(() => 0);
    for (let round = 0; round < warm + rounds; round++) {
      // Training takes one step after the other: an untimed step brings each one's data back into the caches first.
      step();
      const micros = timed(step);
      if (round >= warm) own.push(micros);
      for (const [i, [name, peer]] of peers.entries())
        if (peer) {
          await peer.ask('step');
          const answer = await peer.ask('step'),
            error = Math.abs(answer.loss! - loss) / loss;
          // Checked before anything is timed; rounding makes the trajectories part slowly afterwards.
          if (round < warm) {
            errors[i] = Math.max(errors[i]!, error);
            if (error > LOSS_AGREEMENT)
              throw new Error(`bench: ${name} has loss ${answer.loss} at step ${count}, expected ${loss}`);
          } else times[i]!.push(answer.micros!);
        }
    }
    for (const [i, [name, peer]] of peers.entries())
      add({
        kernel: 'training-step',
        shape: `${layers} coupled layers, ${m}x${n}`,
        batch,
        mask: 'dense',
        micros: median(own),
        peer: name,
        peerMicros: peer ? median(times[i]!) : null,
        relativeError: peer ? errors[i]! : null,
      });
    await reconstruction(problem, y, torch, rounds, add);
  } finally {
    torch?.stop();
    tfjs?.stop();
    rmSync(folder, { recursive: true });
  }
  const result = { environment, rows };
  if (out) writeFileSync(out, `${JSON.stringify(result, null, 1)}\n`);
  if (json) console.log(JSON.stringify(result));
  return result;
}

/** The float network in torch and here, and the packed one-bit network here; the peer of both is torch's float network. */
async function reconstruction(
  problem: Parameters<typeof learnedIsta>[0],
  y: Float32Array,
  torch: Peer | undefined,
  rounds: number,
  add: (row: Omit<BenchRow, 'ratio'>) => void,
): Promise<void> {
  const net = learnedIsta(problem, { layers, lambda, coupling: 'tied' }),
    W = net.params.find(({ name }) => name === 'W')!;
  const codes = W.value.map(value => (value < 0 ? -1 : 1)),
    float = { ...learnedIsta(problem, { layers, lambda, coupling: 'tied' }), binarizer: 'float', scale: 1, matrices: [] };
  const engines = [
    ['float', pack(float)],
    ['one-bit', pack(oneBitNetwork(net, 'sign', { scale: 1 / 400, codes: new Map([[W, codes]]) }))],
  ] as const;
  for (const [name, engine] of engines)
    for (const count of [1, batch]) {
      const part = tensor(y.slice(0, count * m), [count, m]),
        own: number[] = [],
        peer: number[] = [];
      let relativeError: number | null = null;
      for (let round = 0; round < rounds + 3; round++) {
        const micros = timed(() => engine.reconstruct(part)),
          answer = torch && (await torch.ask(`reconstruct ${count}`));
        if (round === 0 && answer && name === 'float') {
          const size = Math.hypot(...engine.reconstruct(part).data);
          relativeError = Math.abs(size - answer.norm!) / size;
          if (relativeError > OUTPUT_AGREEMENT)
            throw new Error(`bench: torch reconstructs signals of norm ${answer.norm}, expected ${size}`);
        }
        if (round >= 3) {
          own.push(micros);
          if (answer) peer.push(answer.micros!);
        }
      }
      add({
        kernel: `reconstruct-${name}`,
        shape: `${layers} tied layers, ${m}x${n}`,
        batch: count,
        mask: 'dense',
        micros: median(own),
        peer: 'torch (float)',
        peerMicros: torch ? median(peer) : null,
        relativeError: torch ? (relativeError ?? 0) : null,
      });
    }
}

if (process.argv[1]?.endsWith('benchmarks/main.js')) {
  const at = process.argv.indexOf('--out');
  await bench({
    json: process.argv.includes('--json'),
    quick: process.argv.includes('--quick'),
    ...(at > 0 && { out: process.argv[at + 1]! }),
  });
}
