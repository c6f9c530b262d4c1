import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const main = 'dist/src/cli/main.js', folder = mkdtempSync(join(tmpdir(), 'signfold-qubo-'));
const env = { ...process.env };
delete env['SIGNFOLD_DATA'];
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env, timeout: 60_000 });
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

// A cycle of five: its largest cut is 4, and no cut of 5 exists (an odd cycle is not bipartite).
const cycle = write('cycle.mc', '5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n1 5 1\n');

const qubo = suite('qubo on the command line');
qubo('solve finds the cut of an odd cycle with every solver, and exact proves it', () => {
  for (const solver of ['annealing', 'tabu', 'tempering', 'descent', 'exact']) {
    const { status, stdout, stderr } = run('qubo', 'solve', cycle, '--solver', solver, ...(solver === 'exact' ? [] : ['--target', '4']), '--json');
    assert.is(status, 0, stderr);
    const report = JSON.parse(stdout) as { sense: string; best: { energy: number; objective: number; sample: number[] }; info: { proven: boolean } };
    assert.equal([report.sense, report.best.energy, report.best.objective, report.best.sample.length], ['max', -4, 4, 5], solver);
    if (solver === 'exact') assert.ok(report.info.proven);
  }
});
qubo('the same seed gives the same samples, on one thread or two', () => {
  const sampled = (...args: string[]): unknown => {
    const { best, energies } = JSON.parse(run('qubo', 'solve', cycle, '--sweeps', '3', '--reads', '6', '--json', ...args).stdout) as Record<string, unknown>;
    return { best, energies };
  };
  assert.equal(sampled('--threads', '2'), sampled());
});
qubo('convert goes to another format and back, compressed where the name says so', () => {
  const there = join(folder, 'cycle.qubo.gz'), back = join(folder, 'cycle.json');
  assert.is(run('qubo', 'convert', cycle, there).status, 0);
  assert.match(gunzipSync(readFileSync(there)).toString(), /^p qubo 0 5 5 5$/m);
  assert.is(run('qubo', 'convert', there, back).status, 0);
  assert.match(run('qubo', 'solve', back, '--solver', 'exact').stdout, /5 variables, min -4, proven optimal/);
});
qubo('evaluate reads what solve wrote, and samples with another energy are refused', () => {
  const found = join(folder, 'found.json');
  assert.is(run('qubo', 'solve', cycle, '--sweeps', '50', '--out', found).status, 0);
  assert.match(run('qubo', 'evaluate', cycle, found).stdout, /^1 samples, best energy -4, objective 4$/m);
  const wrong = write('wrong.json', JSON.stringify({ samples: [[0, 1, 0, 1, 0]], energies: [-5] }));
  const { status, stderr } = run('qubo', 'evaluate', cycle, wrong);
  assert.equal([status, stderr.trim()], [1, `signfold: ${wrong}: samples 0: expected energy -4, got -5`]);
});
qubo('an interrupted search tells the best so far', async () => {
  const child = spawn(process.execPath, [main, 'qubo', 'solve', cycle, '--time', '60', '--json'], { env });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  setTimeout(() => child.kill('SIGINT'), 1500);
  const code = await new Promise(resolve => { child.on('close', resolve); });
  const { info, best } = JSON.parse(Buffer.concat(chunks).toString()) as { info: { stopped: string }; best: { objective: number } };
  assert.equal([code, info.stopped, best.objective], [0, 'interrupted', 4]);
});
qubo('bench draws the instances that need no data, and asks for the others', () => {
  const { status, stdout } = run('qubo', 'bench', '--set', 'palubeckis', '--only', 'p3000-1', '--solver', 'tabu', '--time', '3', '--json');
  assert.is(status, 0);
  const [row] = (JSON.parse(stdout) as { rows: { instance: string; variables: number; bestKnown: number; objectives: number[] }[] }).rows;
  assert.equal([row!.instance, row!.variables, row!.bestKnown], ['p3000-1', 3000, 3931583]);
  assert.ok(row!.objectives[0]! > 3_800_000 && row!.objectives[0]! <= 3931583);
});

/** Command lines that must fail with one line; 2 is wrong use, 1 what goes wrong with files. */
const bad: readonly (readonly [name: string, code: 1 | 2, message: RegExp, args: readonly string[]])[] = [
  ['a file that is not there', 1, /no such file/, ['solve', join(folder, 'none.mc')]],
  ['a file of no known format', 2, /cannot tell its format; say --format rudy/, ['solve', write('notes.txt', 'hello')]],
  ['a vertex outside', 1, /rudy line 2: expected .*, got 9/, ['solve', write('outside.mc', '2 1\n1 9 1\n')]],
  ['a file that is cut off', 1, /rudy line \d+: expected/, ['solve', write('short.mc', '5 5\n1 2 1\n')]],
  ['damaged compression', 1, /damaged\.mc\.gz: /, ['solve', write('damaged.mc.gz', gzipSync('1 0\n').subarray(0, 12))]],
  ['a solver that is not there', 2, /--solver/, ['solve', cycle, '--solver', 'magic']],
  ['no time', 2, /--time/, ['solve', cycle, '--time', '0']],
  ['a problem that the file lacks', 2, /expected --problem 1 to 1, got 3/, ['solve', cycle, '--problem', '3']],
  ['an output of no known format', 2, /cannot tell which format is meant; say --to/, ['convert', cycle, join(folder, 'out.xyz')]],
  ['instances without data', 2, /expected --data or SIGNFOLD_DATA for gset/, ['bench', '--set', 'gset']],
  ['an unknown set', 2, /expected --set gset, bqp, gka, palubeckis or all, got moon/, ['bench', '--set', 'moon']],
];
for (const [name, code, message, args] of bad) qubo(`${name}: one line, exit code ${code}`, () => {
  const { status, stderr } = run('qubo', ...args);
  assert.is(status, code, stderr);
  assert.match(stderr, message);
  assert.is(stderr.trim().split('\n').length, 1, stderr);
});
qubo.after(() => {
  assert.ok(existsSync(cycle));
  rmSync(folder, { recursive: true });
});
qubo.run();
