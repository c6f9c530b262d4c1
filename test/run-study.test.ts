// Studies on the command line: what is gone on with after an interruption, and what is not.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const main = 'dist/src/cli/main.js', folder = mkdtempSync(join(tmpdir(), 'signfold-study-')), out = join(folder, 'out');
const place = join(out, 'partial.json'), data = join(folder, 'data'), other = join(folder, 'other');
for (const path of [data, other]) mkdirSync(path);
const env = { ...process.env };
delete env['SIGNFOLD_DATA'];
const args = (seeds: number, path = data): string[] =>
  [main, 'run', 'train-binary', '--quick', '--methods', 'straight-through', '--seeds', String(seeds), '--out', out, '--data', path];
const run = (...given: string[]) => spawnSync(process.execPath, given, { encoding: 'utf8', env, timeout: 60_000 });

const studies = suite('interrupted studies');
studies('another data folder, another version and odd rows are refused in one line; the same command goes on', async () => {
  const child = spawn(process.execPath, args(100_000), { env, stdio: 'ignore', timeout: 60_000, killSignal: 'SIGKILL' }), closed = new Promise(resolve => { child.on('close', resolve); });
  const watch = setInterval(() => {
    if (!existsSync(place)) return;
    clearInterval(watch);
    child.kill('SIGINT');
  }, 20);
  assert.is(await closed, 1);
  const text = readFileSync(place, 'utf8'), partial = JSON.parse(text) as { setting: string; rows: Record<string, unknown>[] };
  const refused = (expected: RegExp, content = text, path = data): void => {
    writeFileSync(place, content);
    const { status, stderr } = run(...args(1, path));
    assert.is(status, 1, stderr);
    assert.match(stderr, expected);
    assert.is(stderr.trim().split('\n').length, 1, stderr);
  };
  const another = /partial\.json: holds rows of another command, data folder or version; delete it or choose another --out/;
  refused(another, text, other);
  refused(another, JSON.stringify({ ...partial, setting: partial.setting.replace(/"\d+\.\d+\.\d+"/, '"0.0.1"') }));
  const [{ energy, ...lacking }] = partial.rows as [Record<string, unknown>];
  assert.type(energy, 'number');
  for (const row of [lacking, { ...lacking, energy: 'low' }, { ...lacking, energy, seed: '1' }, { ...lacking, energy, method: 'x' }, 3])
    refused(/partial\.json: expected rows of an interrupted run, got another one at 0; delete it/, JSON.stringify({ ...partial, rows: [row] }));
  refused(/expected rows of an interrupted run, got something else; delete it/, '{"rows": 3}');
  writeFileSync(place, text);
  const { status, stderr } = run(...args(2));
  assert.is(status, 0, stderr);
  const { rows } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as { rows: Record<string, unknown>[] };
  assert.equal(rows[0], partial.rows[0]);
  assert.equal([rows.map(({ seed }) => seed), existsSync(place)], [[1, 2], false]);
});
studies('a method that is left out is named under the table and in the results, one that is named twice runs once', () => {
  mkdirSync(join(data, 'digits'));
  const lines = Array.from({ length: 30 }, (_, k) => [...Array.from({ length: 64 }, (_, i) => (i * k) % 17), k % 10].join()).join('\n');
  for (const part of ['tra', 'tes']) writeFileSync(join(data, `digits/optdigits.${part}.gz`), gzipSync(lines));
  const to = join(folder, 'quantized');
  const { stdout, status, stderr } = run(main, 'run', 'quantize-dense', '--variant', 'digits', '--quick', '--methods', 'rtn-2,exact-2,rtn-2',
    '--out', to, '--data', data);
  assert.is(status, 0, stderr);
  const note = 'exact-2 left out: 64 inputs, exact search takes at most 40';
  assert.match(stdout, new RegExp(`^${note}$`, 'm'));
  const { rows, notes } = JSON.parse(readFileSync(join(to, 'results.json'), 'utf8')) as { rows: { method: string }[]; notes: unknown };
  assert.equal([rows.map(({ method }) => method), notes], [['rtn-2'], [note]]);
  assert.match(readFileSync(join(to, 'report.html'), 'utf8'), note);
});
studies.after(() => rmSync(folder, { recursive: true }));
studies.run();
