import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatNpy, parseNpy } from '../datasets/index.js';
import { tensor } from '../src/core/array.js';

const main = 'dist/src/cli/main.js';
const folder = mkdtempSync(join(tmpdir(), 'signfold-'));
const at = (name: string): string => join(folder, name);
const env = { ...process.env };
delete env['SIGNFOLD_DATA'];
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env, timeout: 60_000 });
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};

// n = 256 real signals; measurements are the full grid [256, 2].
const model = at('model.safetensors');
const trained = run('train', 'fourier-sampling', '--method', 'sign', '--layers', '2', '--steps', '2', '--threads', '2', '--quick', '-o', model);
const y = formatNpy(
  tensor(
    Float32Array.from({ length: 512 }, (_, i) => Math.sin(i)),
    [256, 2],
  ),
);
const good = write('good.npy', y);
const bytes = existsSync(model) ? readFileSync(model) : new Uint8Array();
const header = (json: string): Uint8Array => {
  const text = new TextEncoder().encode(json),
    out = new Uint8Array(8 + text.length);
  new DataView(out.buffer).setUint32(0, text.length, true);
  out.set(text, 8);
  return out;
};
const nan = tensor(
  Float32Array.from({ length: 512 }, () => NaN),
  [256, 2],
);
mkdirSync(at('folder'));
mkdirSync(at('broken-data/sparse'), { recursive: true });
write('broken-data/sparse/alista_D_250x500.npy', y);

const reconstruct = (input: string, ...rest: string[]): string[] => [
  'reconstruct',
  input,
  '--model',
  model,
  '--out',
  at('x.npy'),
  ...rest,
];
const out = ['--out', at('run')];

/** Command lines that must fail with one line; the exit code is 2 for wrong use, 1 for what goes wrong with files. */
const bad: readonly (readonly [name: string, code: 1 | 2, args: readonly string[]])[] = [
  ['an unknown command', 2, ['frobnicate']],
  ['an unknown option', 2, ['run', 'deconvolution', '--frobnicate']],
  ['a missing task', 2, ['run']],
  ['an unknown task', 2, ['run', 'frobnication', ...out]],
  ['an unknown method', 2, ['run', 'deconvolution', '--methods', 'ista,magic', ...out]],
  ['an empty method', 2, ['run', 'deconvolution', '--methods', '', ...out]],
  ['an unknown variant', 2, ['run', 'deconvolution', '--variant', 'magic', ...out]],
  ['zero layers', 2, ['run', 'deconvolution', '--layers', '0', ...out]],
  ['half a layer', 2, ['run', 'deconvolution', '--layers', '2.5', ...out]],
  ['too many layers', 2, ['run', 'deconvolution', '--layers', '100000', ...out]],
  ['layers that are no number', 2, ['run', 'deconvolution', '--layers', 'many', ...out]],
  ['channels where there are no convolutions', 2, ['run', 'deconvolution', '--features', '8', ...out]],
  ['channels of learned ISTA', 2, ['run', 'block-cs', '--network', 'learned-ista', '--features', '8', ...out]],
  ['too many channels', 2, ['run', 'tomography', '--features', '1000', ...out]],
  ['channels beside weights', 2, ['run', 'block-cs', '--weights', good, '--features', '8', ...out]],
  ['a frame where nothing stands behind one', 2, ['run', 'deconvolution', '--frame', '2', ...out]],
  ['half a frame', 2, ['run', 'sparse-recovery', '--frame', '0.5', ...out]],
  ['a frame in a study', 2, ['run', 'mnist-4x4', '--frame', '2', ...out]],
  ['a frame of words', 2, ['train', 'sparse-recovery', '--method', 'sign', '-o', at('m.safetensors'), '--frame', 'tight']],
  ['no threads', 2, ['run', 'deconvolution', '--threads', '0', ...out]],
  ['too many threads', 2, ['train', 'deconvolution', '--method', 'sign', '-o', at('m.safetensors'), '--threads', '1000']],
  ['threads in a study', 2, ['run', 'mnist-4x4', '--threads', '2', ...out]],
  ['channels in a study', 2, ['run', 'mnist-4x4', '--features', '8', ...out]],
  ['more seeds than anyone waits for', 2, ['run', 'deconvolution', '--seeds', '9007199254740991', ...out]],
  ['negative seeds', 2, ['run', 'deconvolution', '--seeds', '-1', ...out]],
  ['a seed that is no integer', 2, ['run', 'deconvolution', '--seed', 'x', ...out]],
  ['a noise level that is no number', 2, ['run', 'deconvolution', '--snr', 'loud', ...out]],
  ['a noise level of NaN', 2, ['run', 'deconvolution', '--snr', 'NaN', ...out]],
  ['a negative number of steps', 2, ['run', 'deconvolution', '--steps=-1', ...out]],
  ['a missing data folder', 2, ['run', 'sparse-recovery', '--data', at('nowhere'), ...out]],
  ['a data folder without the data', 1, ['run', 'sparse-recovery', '--methods', 'ista', '--data', at('folder'), ...out]],
  ['data of another shape', 1, ['run', 'sparse-recovery', '--methods', 'ista', '--data', at('broken-data'), ...out]],
  ['an output folder that is a file', 1, ['run', 'deconvolution', '--methods', 'ista', '--out', good]],
  ['an output folder below a file', 1, ['run', 'deconvolution', '--methods', 'ista', '--out', join(good, 'below')]],
  ['an output folder that cannot be made', 1, ['run', 'deconvolution', '--methods', 'ista', '--out', '/proc/signfold']],
  ['training without a method', 2, ['train', 'deconvolution', '-o', at('m.safetensors')]],
  ['training without an output file', 2, ['train', 'deconvolution', '--method', 'sign']],
  ['training a classical solver', 2, ['train', 'deconvolution', '--method', 'ista', '-o', at('m.safetensors')]],
  ['a model into a missing folder', 2, ['train', 'deconvolution', '--method', 'sign', '-o', at('none/m.safetensors')]],
  ['a model onto a folder', 2, ['train', 'deconvolution', '--method', 'sign', '-o', at('folder')]],
  ['inspecting a missing file', 1, ['inspect', at('none.safetensors')]],
  ['inspecting a folder', 1, ['inspect', at('folder')]],
  ['inspecting an empty file', 1, ['inspect', write('empty.safetensors', '')]],
  ['inspecting text', 1, ['inspect', write('text.safetensors', 'this is not a model file')]],
  ['inspecting a truncated model', 1, ['inspect', write('short.safetensors', bytes.subarray(0, bytes.length - 5))]],
  ['inspecting a model cut in its header', 1, ['inspect', write('head.safetensors', bytes.subarray(0, 60))]],
  ['inspecting a hostile header length', 1, ['inspect', write('long.safetensors', new Uint8Array(64).fill(255))]],
  ['inspecting another safetensors file', 1, ['inspect', write('other.safetensors', header('{}'))]],
  [
    'inspecting a model of the future',
    1,
    ['inspect', write('future.safetensors', header('{"__metadata__":{"format":"signfold-model","version":"9"}}'))],
  ],
  ['inspecting a header that is no JSON', 1, ['inspect', write('nojson.safetensors', header('{"a":'))]],
  ['reconstructing with a missing model', 1, ['reconstruct', good, '--model', at('none.safetensors'), '--out', at('x.npy')]],
  ['reconstructing without a model', 2, ['reconstruct', good, '--out', at('x.npy')]],
  ['reconstructing a missing input', 1, reconstruct(at('none.npy'))],
  ['reconstructing text', 1, reconstruct(write('text.npy', 'hello'))],
  ['reconstructing an empty file', 1, reconstruct(write('empty.npy', ''))],
  ['reconstructing a truncated array', 1, reconstruct(write('short.npy', y.subarray(0, y.length - 9)))],
  ['reconstructing a truncated PNG', 1, reconstruct(write('image.npy', Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0, 0)))],
  ['reconstructing the wrong shape', 1, reconstruct(write('shape.npy', formatNpy(tensor([1, 2, 3]))))],
  ['reconstructing NaN', 1, reconstruct(write('nan.npy', formatNpy(nan)))],
  ['two inputs into one file', 2, ['reconstruct', good, write('second.npy', y), '--model', model, '--out', at('x.npy')]],
  ['two inputs of one name', 2, ['reconstruct', good, good, '--model', model, '--out', at('many')]],
  ['a reference of another shape', 1, reconstruct(good, '--reference', good)],
  ['a missing reference', 1, reconstruct(good, '--reference', at('none.npy'))],
  ['output onto a file that is no .npy', 2, ['reconstruct', good, '--model', model, '--out', at('text.npy.txt')]],
];
writeFileSync(at('text.npy.txt'), 'keep me');

const leftovers = (): string[] => (readdirSync(folder, { recursive: true }) as string[]).filter(name => name.endsWith('.tmp'));

const errors = suite('wrong input to the commands');
for (const [name, code, args] of bad)
  errors(`${name} gets one line and exit code ${code}`, () => {
    const { status, stderr, stdout } = run(...args);
    assert.match(stderr.trimEnd(), /^signfold: [^\n]+$/);
    assert.not.match(stderr, /\n\s+at |undefined|\[object/);
    assert.is(status, code, stderr);
    assert.is(stdout, '');
    assert.not.ok(existsSync(at('x.npy')));
    assert.equal(leftovers(), []);
  });
errors('a full disk is one line and leaves no half-written file', () => {
  const disk = at('disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk]).status !== 0) {
    console.log('skipped: no tmpfs can be mounted here');
    return;
  }
  try {
    const { status, stderr } = run(
      'reconstruct',
      good,
      write('third.npy', y),
      write('fourth.npy', y),
      '--model',
      model,
      '--out',
      disk,
    );
    assert.is(status, 1);
    assert.match(stderr, /^signfold: [^\n]*no space left on the disk\n$/);
    for (const file of readdirSync(disk)) assert.is(parseNpy(readFileSync(join(disk, file))).size, 256);
  } finally {
    spawnSync('umount', [disk]);
  }
});
errors('an unwritable folder is one line', () => {
  const locked = at('locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  // root may write anywhere: there the read-only /proc stands in.
  const target = process.getuid?.() === 0 ? '/proc/x.npy' : join(locked, 'x.npy');
  const { status, stderr } = run('reconstruct', good, '--model', model, '--out', target);
  assert.is(status, 1);
  assert.match(stderr, /^signfold: [^\n]+\n$/);
});
errors.run();

const commands = suite('the commands');
commands('train writes a model that inspect describes', () => {
  assert.is(trained.status, 0, trained.stderr);
  const facts = JSON.parse(run('inspect', model, '--json').stdout);
  assert.is(facts.binarizer, 'sign');
  assert.is(facts.matrices[0].encoding, 'signs');
  assert.is(facts.bytes.signs, Math.ceil(facts.matrices[0].weights / 8));
});
commands('reconstruct gives a signal for a measurement and a batch for a batch', () => {
  const batch = write('batch.npy', formatNpy(tensor(new Float32Array(3 * 512).fill(0.5), [3, 256, 2])));
  const { status, stdout } = run('reconstruct', good, batch, '--model', model, '--out', at('many-x'), '--json');
  assert.is(status, 0);
  assert.equal(
    JSON.parse(stdout).map(({ shape }: { shape: number[] }) => shape),
    [[256], [3, 256]],
  );
  assert.equal(parseNpy(readFileSync(at('many-x/batch.npy'))).shape, [3, 256]);
});
commands('run prints JSON alone on stdout and writes the same to results.json', () => {
  const { status, stdout } = run(
    'run',
    'fourier-sampling',
    '--methods',
    'ista,fista',
    '--layers',
    '3',
    '--quick',
    '--json',
    '--out',
    at('json'),
  );
  assert.is(status, 0);
  const { task, environment, rows } = JSON.parse(stdout);
  assert.is(task, 'fourier-sampling');
  assert.ok(environment.node);
  assert.equal(
    rows.map(({ method }: { method: string }) => method),
    ['ista', 'fista'],
  );
  assert.equal(JSON.parse(readFileSync(at('json/results.json'), 'utf8')).rows.length, 2);
});
commands('list --json names tasks, methods, operators and datasets', () => {
  const listed = JSON.parse(run('list', '--json').stdout);
  assert.equal(Object.keys(listed), ['tasks', 'methods', 'operators', 'datasets']);
  assert.equal(listed.tasks.find(({ name }: { name: string }) => name === 'tomography').networks, ['ista-net-plus', 'ista-net', 'ista-net-dct']);
  assert.match(run('list').stdout, /^networks .*; tomography: ista-net-plus, ista-net, ista-net-dct/m);
});
commands('every command has --help', () => {
  for (const name of ['demo', 'list', 'run', 'train', 'reconstruct', 'inspect', 'bench'])
    assert.is(run(name, '--help').status, 0);
});
commands('an interrupted run says how to resume, and resumes to the same numbers', async () => {
  const args = ['run', 'fourier-sampling', '--methods', 'float', '--layers', '3', '--steps', '400', '--quick'];
  const child = spawn(process.execPath, [main, ...args, '--out', at('resumed')], { env });
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
    if (!child.killed && /float, seed/.test(said)) child.kill('SIGINT');
  });
  const code = await new Promise(resolve => child.on('exit', resolve));
  assert.is(code, 1, said);
  assert.match(said, /interrupted at step \d+ of 400; the same command resumes/);
  assert.not.ok(existsSync(at('resumed/results.json')));
  assert.is(run(...args, '--out', at('resumed')).status, 0);
  assert.is(run(...args, '--out', at('whole')).status, 0);
  const errorOf = (name: string): number[] => JSON.parse(readFileSync(at(`${name}/results.json`), 'utf8')).rows[0].nmseDbPerLayer;
  assert.equal(errorOf('resumed'), errorOf('whole'));
  assert.not.ok(existsSync(at('resumed/checkpoints')));
});
commands.after(() => rmSync(folder, { recursive: true, force: true }));
commands.run();
