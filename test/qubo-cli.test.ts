import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const edge = write('edge.mc', '2 1\n1 2 1\n');
const two = write('two.bqp', '2\n2 2\n1 1 3\n1 2 -4\n2 1\n1 1 5\n');

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
qubo('a result is not written over its problem', () => {
  const kept = write('kept.mc', '2 1\n1 2 1\n'), { status, stderr } = run('qubo', 'solve', kept, '--reads', '1', '--sweeps', '1', '--out', kept);
  assert.is(status, 2);
  assert.match(stderr, /kept\.mc: is the problem's file, expected another name\n$/);
  assert.is(readFileSync(kept, 'utf8'), '2 1\n1 2 1\n');
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
  assert.match(run('qubo', 'convert', edge, join(folder, 'edge.coo')).stdout, /: 2 variables, 1 pair$/m);
});
qubo('evaluate reads what solve wrote, and samples with another energy are refused', () => {
  const found = join(folder, 'found.json');
  assert.is(run('qubo', 'solve', cycle, '--sweeps', '50', '--out', found).status, 0);
  assert.match(run('qubo', 'evaluate', cycle, found).stdout, /^1 sample, best energy -4, objective 4$/m);
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
qubo('bench tells what a solver refuses, goes on and fails at the end; a set that is named twice counts once', () => {
  const data = join(folder, 'beasley'), out = join(folder, 'bench.json');
  for (const path of ['biqmac/beasley', 'beasley_qbsolv']) mkdirSync(join(data, 'qubo', path), { recursive: true });
  writeFileSync(join(data, 'qubo/biqmac/beasley/bqp50-1.sparse.gz'), gzipSync('2 1\n1 2 -1049\n'));
  writeFileSync(join(data, 'qubo/biqmac/beasley/bqp50-2.sparse.gz'), gzipSync('2 1\n1 3 -1\n'));
  const only = ['--set', 'bqp,palubeckis,bqp', '--only', 'bqp50-1,bqp50-2,p3000-1'];
  const { status, stdout, stderr } = run('qubo', 'bench', '--data', data, ...only, '--solver', 'exact', '--time', '0.2', '--out', out);
  assert.is(status, 1, stderr);
  assert.match(stdout, /^bqp50-1 +2 +-2098 +-2098 +0\.000 /m);
  const { rows, failed, complete } = JSON.parse(readFileSync(out, 'utf8')) as { rows: { instance: string; secondsToProof: number[] }[]; failed: string[]; complete: boolean };
  assert.equal([rows.map(({ instance }) => instance), complete], [['bqp50-1'], false]);
  assert.ok(rows[0]!.secondsToProof.length === 1 && rows[0]!.secondsToProof[0]! > 0);
  assert.equal(failed, [
    'bqp50-2: biqmac line 2: expected a variable from 1 to 2, got 3',
    'p3000-1: exact: expected at most 2097152 couplings, got 2238426',
  ]);
  for (const line of failed) assert.ok(stderr.split('\n').includes(`signfold: ${line}`), stderr);
});
qubo('bench writes what it has when it is told to end', async () => {
  // The best known value of G12, 556, is out of reach of this edge.
  const data = join(folder, 'endless'), out = join(folder, 'ended.json'), args = ['--data', data, '--set', 'gset', '--time', '60', '--out', out];
  mkdirSync(join(data, 'qubo/gset'), { recursive: true });
  writeFileSync(join(data, 'qubo/gset/G12.txt.gz'), gzipSync('2 1\n1 2 417\n'));
  const child = spawn(process.execPath, [main, 'qubo', 'bench', ...args], { env, stdio: 'ignore', timeout: 60_000, killSignal: 'SIGKILL' });
  setTimeout(() => child.kill('SIGTERM'), 2500);
  assert.is(await new Promise(resolve => { child.on('close', resolve); }), 0);
  const { rows, complete } = JSON.parse(readFileSync(out, 'utf8')) as { rows: { instance: string }[]; complete: boolean };
  assert.equal([rows.map(({ instance }) => instance), complete], [['G12'], false]);
});
qubo('a proof that rounds says by how much', () => {
  const odd = write('odd.coo', '# vartype=SPIN\n0 1 0.1\n1 2 0.3\n0 2 0.7\n');
  const { stdout } = run('qubo', 'solve', odd, '--solver', 'exact');
  const within = Number(/min -0\.8\d+, proven within (\S+)\n.*; proven$/m.exec(stdout)?.[1]);
  assert.ok(within > 0 && within < 1e-13, stdout);
});
qubo('of a file with several problems one is named', () => {
  assert.match(run('qubo', 'solve', two, '--problem', '2', '--solver', 'exact').stdout, /: 2 variables, max 5, proven optimal$/m);
  assert.is(run('qubo', 'convert', two, join(folder, 'second.mqlib'), '--problem', '2').status, 0);
  assert.match(readFileSync(join(folder, 'second.mqlib'), 'utf8'), /^2 1\n1 1 5$/m);
});
qubo('bench tells the best and the worst run apart, and what is beyond the best known', () => {
  const data = join(folder, 'data'), args = ['qubo', 'bench', '--data', data, '--set', 'gset', '--time', '0.2', '--seeds', '2'];
  mkdirSync(join(data, 'qubo/gset'), { recursive: true });
  // G11, whose best known cut is 564, of another weight; G12 (556) is nothing but one edge of 417.
  writeFileSync(join(data, 'qubo/gset/G11.txt.gz'), gzipSync('2 1\n1 2 705\n'));
  writeFileSync(join(data, 'qubo/gset/G12.txt.gz'), gzipSync('2 1\n1 2 417\n'));
  const { stdout, stderr, status } = run(...args, '--json');
  assert.is(status, 0, stderr);
  const gaps = (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows.map(row => [row['bestGapPercent'], row['worstGapPercent']]);
  assert.equal(gaps, [[-25, -25], [25, 25]]);
  assert.match(stderr, /^\* beyond the best known value: another instance, or a new best$/m);
  const table = run(...args).stdout;
  assert.match(table, /best gap % +worst gap %/);
  assert.match(table, /^G11 .* -25\.000 \* +-25\.000 /m);
  assert.match(table, /^G12 .* 25\.000 +25\.000 /m);
  assert.match(run('qubo', 'bench', '--help').stdout, /signfold qubo bench --set gset --solver tempering --seeds 3 --data DIR/);
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
  ['too long a time', 2, /expected more than 0 and at most 1000000 seconds, got 1e9/, ['solve', cycle, '--time', '1e9']],
  ['too many threads', 2, /--threads.* expected an integer from 1 to 256, got 300/, ['solve', cycle, '--threads', '300']],
  ['too many sweeps', 2, /--sweeps.* expected an integer from 1 to 1073741824, got 9007199254740991/, ['solve', cycle, '--sweeps', '9007199254740991']],
  ['a base where variables have identifiers', 2, /empty\.json: bqpjson takes neither --base nor --counting/,
    ['solve', write('empty.json', '{}'), '--base', '1']],
  ['a folder', 1, /^signfold: \.: is a folder, expected a file$/m, ['solve', '.']],
  ['a sum that is no number', 1, /^signfold: .*huge\.qubo: .*1e308/, ['solve', write('huge.qubo', 'p qubo 0 2 1 1\n0 0 1e308\n0 1 1e308\n'), '--sweeps', '5']],
  ['a model that a format cannot say', 1, /^signfold: .*field\.coo: rudy: expected a model without fields/,
    ['convert', write('field.coo', '# vartype=SPIN\n0 0 1\n'), join(folder, 'field.mc')]],
  ['an output where no file can be', 1, /^signfold: \/proc\/x\.json: cannot be written, its folder \/proc takes no file/,
    ['solve', cycle, '--time', '30', '--out', '/proc/x.json']],
  ['several problems', 2, /two\.bqp: holds 2 problems; say which with --problem 1 to 2/, ['solve', two]],
  ['several problems to convert', 2, /two\.bqp: holds 2 problems; say which/, ['convert', two, join(folder, 'two.qubo')]],
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
