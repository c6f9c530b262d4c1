import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Case } from '../benchmarks/case.js';
import { bench, select } from '../benchmarks/main.js';

const folder = mkdtempSync(join(tmpdir(), 'signfold-bench-test-'));
const script = join(folder, 'fake.mjs');
writeFileSync(script, `
import { answer } from ${JSON.stringify(pathToFileURL(resolve('benchmarks/peers/answer.mjs')).href)};
const op = change => ({ x }) => {
  let out = x.data;
  return { run() { out = change(out, x.shape); }, read: () => out };
};
const twice = op(out => out.map(value => 2 * value));
const stop = () => process.exit();
await answer('1.2.3', { twice, stop, shorter: op(out => out.slice(1)), nothing: op(out => out.map(() => NaN)) });
`);
const table = { fake: [['/nowhere/node'], [process.execPath, script]], absent: [['/nowhere/node'], [process.execPath, join(folder, 'absent.mjs')]] };

/** Doubles x at every call, as the fake peer does. */
const doubling = (op: string, factor = 2, calls = 1): Case => ({
  kernel: 'doubling', shape: '3', batch: 1, mask: 'dense', tolerance: 1e-6, calls,
  prepare(data) {
    const x = data.normals(3), output = data.zeros(3);
    output.set(x);
    const run = (): void => { for (let i = 0; i < 3; i++) output[i]! *= factor; };
    return { run, output, peers: ['fake', 'absent'].map(peer => ({ peer, op, arrays: { x: { data: x, shape: [3] } } })) };
  },
});
const failure = async (one: Case): Promise<string> => {
  try {
    await bench([one], { quick: true, table });
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
};

const harness = suite('bench');
harness('a row for each peer, times and ratio where it is installed, null where it is not', async () => {
  const lines: string[] = [], { environment, rows } = await bench([doubling('twice')], { quick: true, table, say: line => lines.push(line) });
  assert.equal(Object.keys(environment), ['node', 'cpu', 'cores', 'commit', 'seed', 'threads', 'peers']);
  assert.equal(environment.peers, { fake: '1.2.3', absent: null });
  assert.is(rows.length, 2);
  for (const row of rows) {
    const keys = ['kernel', 'shape', 'batch', 'mask', 'micros', 'peer', 'peerMicros', 'ratio', 'relativeError'];
    assert.equal(Object.keys(row).sort(), keys.sort());
    assert.ok(row.micros > 0);
  }
  const [fake, absent] = rows;
  assert.ok(fake!.peerMicros! > 0);
  assert.is(fake!.ratio, fake!.peerMicros! / fake!.micros);
  assert.is(fake!.relativeError, 0);
  assert.equal([absent!.peerMicros, absent!.ratio, absent!.relativeError], [null, null, null]);
  assert.match(lines[0]!, /^node v/);
  assert.match(lines[2]!, /absent is not installed$/);
});
harness('answers of calls that go on from one another are compared after the same number of calls', async () => {
  const { rows } = await bench([{ ...doubling('twice', 2, 3), prepare: data => {
    const prepared = doubling('twice', 8).prepare(data);
    let called = 0;
    // Right at the third call alone: a comparison after another number of calls fails.
    return { ...prepared, run: () => { if (++called === 3) prepared.run(); } };
  } }], { quick: true, table });
  assert.is(rows[0]!.relativeError, 0);
});
harness('an answer that differs is an error that names case and peer', async () => {
  assert.match(await failure(doubling('twice', 2.1)), /^bench: doubling 3, batch 1: expected the answer of fake within 0\.000001, got relative error 5\.0e-2$/);
  assert.match(await failure(doubling('shorter')), /got relative error Infinity/);
  assert.match(await failure(doubling('nothing')), /got relative error NaN/);
});
harness('a peer that fails or stops is an error', async () => {
  assert.match(await failure(doubling('unheard')), /^bench: expected an answer from fake, got .*not a function/);
  assert.match(await failure(doubling('stop')), /^bench: expected an answer from fake, got none: it has stopped$/);
});
harness('select finds groups and kernels, and says which there are', () => {
  assert.ok(select().length > select('training').length);
  assert.ok(select('kernels', /^gemv$/).every(({ kernel }) => kernel === 'gemv'));
  assert.throws(() => select('magic'), /expected a group of kernels, training, annealing.*, got magic/);
  assert.throws(() => select('training', /gemv/), /expected a pattern that matches one of training-step, .*, got gemv/);
});
harness('bench --json prints environment and rows alone; the rest goes to stderr', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/cli/main.js', 'bench', 'kernels', '--only', '^sign-gemv-fast$', '--quick', '--json'],
    { encoding: 'utf8', timeout: 300_000 });
  assert.is(status, 0, stderr);
  const { environment, rows } = JSON.parse(stdout);
  assert.ok(environment.node && 'numpy' in environment.peers);
  assert.equal([...new Set(rows.map(({ kernel }: { kernel: string }) => kernel))], ['sign-gemv-fast']);
  assert.is(stderr.trim().split('\n').length, rows.length + 1);
});
for (const [name, args] of [['group', ['magic']], ['pattern', ['--only', '(']], ['match', ['--only', 'magic']], ['folder', ['--out', '/nowhere/x']]] as const)
  harness(`bench with a wrong ${name} is one line and exit code 2`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/cli/main.js', 'bench', ...args], { encoding: 'utf8' });
    assert.equal([status, stdout], [2, '']);
    assert.match(stderr, /^signfold: .+\n$/);
  });
harness.after(() => rmSync(folder, { recursive: true }));
harness.run();
