// Codes of least coherence for the published D: SIGNFOLD_DATA=FOLDER node dist/benchmarks/analytic-qubo.js writes
// benchmarks/results/analytic-qubo.json; analytic-networks.ts trains networks on such codes. One thread; seconds are of processor time.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { publishedSparse } from '../datasets/index.js';
import { gaussian, matrix } from '../operators/index.js';
import { recoveryCertificate } from '../src/binary/certificate.js';
import { cloneNetwork, oneBitNetwork, oneBitParams } from '../src/binary/one-bit-network.js';
import { l1 } from '../src/core/prox.js';
import {
  codeEnergies, coherenceBound, commonScale, dictionary, dinkelbach, identityDistances, incoherentCodes, ratioModel, ratioOf, type CodeSearchOptions,
} from '../src/qubo/coherence/index.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import { exact } from '../src/qubo/solvers/exact.js';
import { tabu } from '../src/qubo/solvers/tabu.js';
import { analyticWeight, coherenceOf } from '../src/unrolled/analytic-weight.js';
import { learnedIsta } from '../src/unrolled/presets.js';

const folder = process.env['SIGNFOLD_DATA'];
if (!folder) throw new Error('analytic-qubo: expected SIGNFOLD_DATA, the folder with sparse/alista_D_250x500.npy');
const seed = 1, sparsity = 50, ternaryShare = 0.45;
const { D } = publishedSparse(path => readFileSync(join(folder, path)), { seed });
const [rows, cols] = D.shape as [number, number], operator = matrix(D, { name: 'published-D' });
const problem = dictionary(D.data, rows, cols), W = analyticWeight(operator), zeros = Math.round(ternaryShare * rows);
const start = learnedIsta({ operator, prox: l1() }, { layers: 16, coupling: 'tied' });

const round = (value: number, digits = 4): number => Number(value.toFixed(digits));
const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const mean = (values: readonly number[]): number => round(average(values));
const ratio = (S: ArrayLike<number>, i: number): number => ratioOf(problem, i, Array.from({ length: rows }, (_, r) => S[r * cols + i]!));
async function seconds<T>(run: () => Promise<T> | T): Promise<[T, number]> {
  const before = process.cpuUsage(), result = await run(), { user, system } = process.cpuUsage(before);
  return [result, round((user + system) / 1e6, 2)];
}
function say<T extends object>(row: T): T {
  console.log(JSON.stringify(row));
  return row;
}

function certificate(codes: Float32Array, scale: number): object {
  const net = cloneNetwork(start), [param] = oneBitParams(net), oneBit = oneBitNetwork(net, 'codes', { scale, codes: new Map([[param!, codes]]) });
  const { delta, mu, rho, certifiedSparsity, vacuous } = recoveryCertificate(oneBit, sparsity)!;
  return { delta: round(delta), mu: round(mu), rho: round(rho, 2), sparsity, vacuous, certifiedSparsity };
}

function codeRow(name: string, codes: Float32Array, cpuSeconds: number | null): object {
  const { diagonal, off, energy, symmetry, coherence } = codeEnergies(problem, codes), scale = commonScale([{ diagonal, off }]), distance = identityDistances([{ diagonal, off }]);
  const spread = Math.sqrt(average([...diagonal].map(t => (t * scale - 1) ** 2)));
  return say({
    codes: name, zeros: mean([...codes].map(code => (code === 0 ? 1 : 0))), energy: round(energy, 2),
    scale: round(scale, 6), spread: round(spread), distance: { own: round(distance.own, 2), common: round(distance.common, 2) },
    symmetry: round(symmetry, 2), coherence: round(coherence), cpuSeconds, certificate: certificate(codes, scale),
  });
}

const searched = new Map<string, Float32Array>(), codes = [
  codeRow('sign of A', D.data.map(value => (value < 0 ? -1 : 1)), null),
  codeRow('sign of the closed form', W.map(value => (value < 0 ? -1 : 1)), null),
];
const searches: Record<string, CodeSearchOptions> = {
  'one bit': {}, 'one bit, symmetry 0.5': { symmetry: 0.5 }, 'ternary': { zeros }, 'ternary, symmetry 0.5': { zeros, symmetry: 0.5 },
};
for (const [name, options] of Object.entries(searches)) {
  const [S, cpuSeconds] = await seconds(() => incoherentCodes(problem, { seed, ...options }));
  searched.set(name, S);
  codes.push(codeRow(name, S, cpuSeconds));
}

// Bounds on every 50th column, and what another seed finds on all.
const bounds = [];
for (const [name, budget] of [['one bit', 0], ['ternary', zeros]] as const) {
  const own = searched.get(name)!, other = await incoherentCodes(problem, { seed: seed + 1, zeros: budget });
  const pairs = Array.from({ length: cols }, (_, i) => [ratio(own, i), ratio(other, i)] as const);
  const columns = Array.from({ length: cols / 50 }, (_, k) => 50 * k);
  const [lower, cpuSeconds] = await seconds(() => columns.map(i => coherenceBound(problem, i, budget)!));
  bounds.push(say({
    codes: name, columns, found: mean(columns.map(i => pairs[i]![0])), semidefiniteBound: mean(lower), floatOptimum: mean(columns.map(i => ratio(W, i))),
    gap: mean(columns.map((i, k) => pairs[i]![0] / lower[k]! - 1)), cpuSecondsPerColumn: round(cpuSeconds / columns.length, 2),
    sameFromAnotherSeed: mean(pairs.map(([a, b]) => (Math.abs(a - b) < 1e-6 * a ? 1 : 0))),
    bestOfBoth: round(pairs.reduce((sum, [a, b]) => sum + Math.min(a, b), 0), 2),
  }));
}

// The same columns as Ising problems, by solvers that know of no ratio.
const solvers = [];
for (const solver of [annealing(), tabu()]) {
  const columns = [0, 100, 200, 300, 400], solutions: { ratio: number; rounds: number }[] = [];
  const [, cpuSeconds] = await seconds(async () => {
    for (const i of columns) solutions.push(await dinkelbach(problem, i, solver, { seed, sweeps: 300, reads: 4 }));
  });
  solvers.push(say({
    solver: solver.name, columns, ratios: solutions.map(each => round(each.ratio, 6)), rounds: solutions.map(({ rounds }) => rounds),
    annealedOnTheRatio: columns.map(i => round(ratio(searched.get('one bit')!, i), 6)), cpuSecondsPerColumn: round(cpuSeconds / columns.length, 2),
  }));
}

// Proven minima of smaller columns: how much of a gap is the bound's own.
const small = dictionary(gaussian(32, 64, { seed }).weights!(), 32, 64), smallCodes = await incoherentCodes(small, { seed }), proven = [];
for (let i = 0; i < 64; i += 8) {
  const solution = await dinkelbach(small, i, exact()), certain = await exact().solve(ratioModel(small, i, solution.ratio));
  const found = ratioOf(small, i, Array.from({ length: 32 }, (_, r) => smallCodes[r * 64 + i]!));
  proven.push(say({
    column: i, minimum: round(solution.ratio, 6), proven: certain.info.proven, found: round(found, 6),
    semidefiniteBound: round(coherenceBound(small, i)!, 6), gapOfMinimum: round(solution.ratio / coherenceBound(small, i)! - 1),
  }));
}

const environment = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: 1, seed };
const result = { environment, floatEnergy: round(coherenceOf(operator, W).objective, 2), codes, bounds, solvers, proven: { rows: 32, cols: 64, columns: proven } };
writeFileSync('benchmarks/results/analytic-qubo.json', `${JSON.stringify(result, null, 1)}\n`);
