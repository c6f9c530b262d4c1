// Networks of 16 layers and more on codes of least coherence for the published D, one ingredient after the other:
// SIGNFOLD_DATA=FOLDER node dist/benchmarks/analytic-networks.js writes benchmarks/results/analytic-networks.json. One thread.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { publishedSparse } from '../datasets/index.js';
import { matrix } from '../operators/index.js';
import { analyticQubo } from '../src/binary/binarizers/analytic-qubo.js';
import { l1 } from '../src/core/prox.js';
import { accounting } from '../src/packed/engine.js';
import { weightBytes } from '../src/report/groups.js';
import { iteratesOn, signalScene } from '../src/tasks/scene.js';
import { scoresOf } from '../src/tasks/scores.js';
import { learnedIsta } from '../src/unrolled/presets.js';

interface Variant {
  readonly symmetry: number;
  /** Share of each column's codes that are zero. */
  readonly zeros?: number;
  readonly layers?: number;
  /** A matrix for each layer, or one. */
  readonly coupling?: 'untied' | 'tied';
  /** Redundancy of a frame in front of the signs. */
  readonly frame?: number;
  /** The share, per cent, that passes untouched at most; it grows by 19.2 / layers a layer. */
  readonly most?: number;
  readonly sweeps?: number;
  readonly steps?: number;
}

const variants: readonly Variant[] = [
  { symmetry: 0 }, { symmetry: 0.5 }, { symmetry: 0.7 }, { symmetry: 0.7, most: 19.2, sweeps: 400, steps: 2000 },
  { symmetry: 0.5, layers: 24 }, { symmetry: 0.5, layers: 32 }, { symmetry: 0.7, layers: 24, most: 19.2, sweeps: 400, steps: 2000 },
  { symmetry: 0, zeros: 0.45 }, { symmetry: 0.5, zeros: 0.45 }, { symmetry: 0.5, zeros: 0.5 }, { symmetry: 0.7, zeros: 0.5 },
  { symmetry: 0.7, coupling: 'untied' },
  { symmetry: 0.5, frame: 1.25 }, { symmetry: 0.5, frame: 1.5 }, { symmetry: 0.5, frame: 2 },
];

const folder = process.env['SIGNFOLD_DATA'];
if (!folder) throw new Error('analytic-networks: expected SIGNFOLD_DATA, the folder with sparse/alista_D_250x500.npy');
const seed = 1, { D, signals } = publishedSparse(path => readFileSync(join(folder, path)), { seed });
const operator = matrix(D, { name: 'published-D' }), scene = signalScene({ operator, signals }, Infinity, seed, Infinity);
const environment = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: 1, seed };
const networks: object[] = [];
for (const { symmetry, zeros = 0, layers = 16, coupling = 'tied', frame, most = 13, sweeps = 100, steps = 300 } of variants) {
  const net = learnedIsta({ operator, prox: l1() }, { layers, coupling, supportSelection: { perLayer: 19.2 / layers, max: most }, ...(frame !== undefined && { frame }) });
  const training = { steps, learningRate: 3e-3, batch: 64, seed }, before = process.cpuUsage();
  const fit = await analyticQubo({ symmetry, zeros, sweeps, passes: sweeps > 100 ? 16 : 8 }).fit(net, signals, training);
  const { user, system } = process.cpuUsage(before), cpuSeconds = (user + system) / 1e6;
  const { bitsPerWeight, bytes } = accounting(fit), nmseDb = iteratesOn(fit, scene).map(x => Number(scoresOf([x], [scene], { kind: 'signals' }).nmseDb.toFixed(2)));
  networks.push({ method: fit.binarizer, bitsPerWeight, weightBytes: weightBytes({ bytes }), coupling, symmetry, zeros, ...(frame !== undefined && { frame }), most, sweeps, training, nmseDb: nmseDb.at(-1), layers: nmseDb, cpuSeconds: Number(cpuSeconds.toFixed(1)) });
  console.log(JSON.stringify(networks.at(-1)));
  writeFileSync('benchmarks/results/analytic-networks.json', `${JSON.stringify({ environment, networks }, null, 1)}\n`);
}
