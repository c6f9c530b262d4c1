import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deadLeaves, decodeImage, encodePng, formatNpy, parseNpy } from '../datasets/index.js';
import { convolution, gaussianKernel } from '../operators/index.js';
import { flat, tensor } from '../src/core/array.js';
import { l1 } from '../src/core/prox.js';
import { encodeModel } from '../src/packed/model.js';
import { imagePsnrDb } from '../src/tasks/metrics.js';
import type { Tensor } from '../src/types.js';
import { istaNet } from '../src/unrolled/ista-net.js';

const folder = mkdtempSync(join(tmpdir(), 'signfold-images-')), at = (name: string): string => join(folder, name);
const env = { ...process.env };
delete env['SIGNFOLD_DATA'];
const run = (...args: string[]) => spawnSync(process.execPath, ['dist/src/cli/main.js', ...args], { encoding: 'utf8', env, timeout: 120_000 });

// Untrained, ISTA-Net+ is gradient descent, which deblurs a little.
const kernel = gaussianKernel({ size: 5, sigma: 1 });
const net = { ...istaNet({ operator: convolution(kernel, [32, 32]), prox: l1() }, { layers: 4, features: 2 }), binarizer: 'float', scale: 1, matrices: [] };
writeFileSync(at('deblur.safetensors'), encodeModel(net));
const sharp = deadLeaves([70, 91], 3), blurred = convolution(kernel, [70, 91], { boundary: 'reflect' }).forward(sharp);
mkdirSync(at('mixed/inner'), { recursive: true });
mkdirSync(at('truth'));
writeFileSync(at('mixed/a.png'), encodePng(blurred));
writeFileSync(at('mixed/b.txt'), 'no image');
writeFileSync(at('mixed/Thumbs.db'), 'no image');
writeFileSync(at('mixed/c.png'), encodePng(blurred).slice(0, 200));
writeFileSync(at('mixed/d.png'), encodePng(tensor(Float32Array.from({ length: 40 * 33 * 3 }, (_, i) => flat(sharp)[i]!), [40, 33, 3])));
writeFileSync(at('truth/a.png'), encodePng(sharp));
const unit = (image: Tensor): Tensor => tensor(flat(image).map(value => value / 255), image.shape);
for (const name of ['inputs', 'references', 'twofold', 'texts']) mkdirSync(at(name));
const small = tensor(flat(sharp).slice(0, 72), [8, 9]);
writeFileSync(at('inputs/a.png'), encodePng(blurred));
writeFileSync(at('inputs/small.npy'), formatNpy(unit(small)));
writeFileSync(at('references/a.npy'), formatNpy(unit(sharp)));
writeFileSync(at('references/small.png'), encodePng(small));
for (const name of ['twofold/a.npy', 'twofold/a.bmp', 'texts/a.txt']) writeFileSync(at(name), '');

const images = suite('reconstruct on images');
images('of a folder what is an array or an image is taken: what cannot be read gets one line, the rest is counted', () => {
  const { status, stdout, stderr } = run('reconstruct', at('mixed'), '--model', at('deblur.safetensors'), '--out', at('out'));
  assert.is(status, 1);
  const lines = stderr.trimEnd().split('\n');
  assert.is(lines.length, 3, stderr);
  assert.is(lines[0], 'signfold: 2 other files passed over');
  assert.match(lines[1]!, /c\.png: expected a whole PNG, got one that ends early/);
  assert.match(lines[2]!, /reconstruct: 1 of 3 inputs failed, 2 written/);
  assert.is(stdout.trimEnd().split('\n').length, 2);
  assert.equal(readdirSync(at('out')), ['a.png', 'd.png']);
  assert.equal([...decodeImage(readFileSync(at('out/a.png'))).shape], [70, 91]);
  assert.equal([...decodeImage(readFileSync(at('out/d.png'))).shape], [40, 33, 3]);
});
images('--reference prints the PSNR and SSIM that the written image has, better than the blurred one', () => {
  const { status, stdout } = run('reconstruct', at('mixed/a.png'), '--model', at('deblur.safetensors'), '--reference', at('truth'), '--out', at('one.npy'), '--json');
  assert.is(status, 0);
  const [{ psnrDb, ssim }] = JSON.parse(stdout), truth = flat(decodeImage(readFileSync(at('truth/a.png')))).map(value => value / 255);
  assert.ok(Math.abs(psnrDb - imagePsnrDb(flat(parseNpy(readFileSync(at('one.npy')))), truth, 1)) < 1e-4);
  assert.ok(psnrDb > imagePsnrDb(flat(decodeImage(readFileSync(at('mixed/a.png')))).map(value => value / 255), truth, 1) + 0.5, String(psnrDb));
  assert.ok(ssim > 0.5 && ssim < 1);
});
images('references are found by stem, of another format too, and images without room for SSIM get PSNR alone', () => {
  const { status, stdout, stderr } = run('reconstruct', at('inputs'), '--model', at('deblur.safetensors'), '--reference', at('references'), '--out', at('scored'), '--json');
  assert.is(status, 0, stderr);
  const [a, small] = JSON.parse(stdout);
  assert.ok(a.psnrDb > 20 && a.ssim > 0.5 && a.ssim < 1, stdout);
  assert.equal(Object.keys(small), ['input', 'output', 'shape', 'psnrDb']);
  assert.equal(readdirSync(at('scored')), ['a.png', 'small.npy']);
});
images('a missing or ambiguous reference and an output onto a reference are one line, and nothing is written', () => {
  const model = ['--model', at('deblur.safetensors')];
  for (const [code, expected, ...args] of [
    [1, /mixed\/d\.png: expected one reference named d in .*truth, got none/, at('mixed/a.png'), at('mixed/d.png'), '--reference', at('truth'), '--out', at('none')],
    [1, /mixed\/a\.png: expected one reference named a in .*twofold, got a\.bmp and a\.npy/, at('mixed/a.png'), '--reference', at('twofold'), '--out', at('none')],
    [2, /expected an output apart from its inputs and references, got .*a\.npy/, at('inputs/a.png'), '--reference', at('references'), '--out', at('references'), '--format', 'npy'],
    [2, /expected an output apart from its inputs and references, got .*a\.npy/, at('inputs/a.png'), '--reference', at('references/a.npy'), '--out', at('references/a.npy')],
  ] as const) {
    const { status, stdout, stderr } = run('reconstruct', ...args, ...model);
    assert.is(status, code, stderr);
    assert.match(stderr, /^signfold: [^\n]+\n$/);
    assert.match(stderr, expected);
    assert.is(stdout, '');
  }
  assert.not.ok(existsSync(at('none')));
  assert.equal(parseNpy(readFileSync(at('references/a.npy'))).data, unit(sharp).data);
});
images('for a blur arrays are images: [h,w] and [h,w,3] in 0 to 1, measured too; the rest is one line each', () => {
  const arrays = { sharp: unit(sharp), bright: sharp, stack: tensor(new Float32Array(2 * 32 * 32), [2, 32, 32]) };
  const files = Object.entries(arrays).map(([name, values]) => {
    writeFileSync(at(`${name}.npy`), formatNpy(values));
    return at(`${name}.npy`);
  });
  const { stdout, stderr } = run('reconstruct', ...files, at('inputs/small.npy'), at('mixed/b.txt'), '--measure', '--model', at('deblur.safetensors'), '--out', at('arrays'));
  const lines = stderr.trimEnd().split('\n');
  assert.is(lines.length, 4, stderr);
  assert.match(lines[0]!, /bright\.npy: expected an image with values in 0 to 1, got \d/);
  assert.match(lines[1]!, /stack\.npy: expected an image \[h,w\] or \[h,w,3\], got \[2,32,32\]/);
  assert.match(lines[2]!, /b\.txt: expected a PNG, JPEG, BMP or TIFF/);
  const [first, second] = stdout.split('\n');
  assert.match(first!, /sharp\.npy \[70,91\], PSNR \d\d\.\d\d dB, SSIM 0\.\d{4}$/);
  assert.match(second!, /small\.npy \[8,9\], PSNR \d\d\.\d\d dB$/);
});
images('--measure measures an image block by block as the model does, arrays too, and scores it', () => {
  assert.match(run('reconstruct', '--help').stdout, /without\s+noise/);
  const trained = run('train', 'block-cs', '--variant', '25', '--method', 'float', '--network', 'ista-net-plus', '--layers', '1', '--start-steps', '0', '--steps', '0', '--quick', '-o', at('cs.safetensors'));
  assert.is(trained.status, 0, trained.stderr);
  const { status, stdout, stderr } = run('reconstruct', at('truth/a.png'), '--measure', '--model', at('cs.safetensors'), '--out', at('cs.png'));
  assert.is(status, 0, stderr);
  assert.match(stdout, /cs\.png \[70,91\], PSNR \d\d\.\d\d dB, SSIM 0\.\d{4}/);
  const refused = run('reconstruct', at('truth/a.png'), '--model', at('cs.safetensors'), '--out', at('no.png'));
  assert.is(refused.status, 1);
  assert.match(refused.stderr, /does not measure images; give measurements as \.npy, or --measure/);
  assert.not.ok(existsSync(at('no.png')));
  writeFileSync(at('block.npy'), formatNpy(tensor(unit(sharp).data.slice(0, 2 * 1089), [2, 1089])));
  const arrays = run('reconstruct', at('block.npy'), at('references/a.npy'), '--measure', '--model', at('cs.safetensors'), '--out', at('cs'));
  assert.is(arrays.status, 0, arrays.stderr);
  for (const [name, truth, message] of [['turned', tensor(new Float32Array(2 * 1089), [1089, 2]), /turned\.npy: expected shape \[2,1089\], got \[1089,2\]/],
    ['odd', tensor(Float32Array.from({ length: 2 * 1089 }, (_, i) => (i === 7 ? NaN : i)), [2, 1089]), /odd\.npy: expected finite numbers/]] as const) {
    writeFileSync(at(`${name}.npy`), formatNpy(truth));
    const scored = run('reconstruct', at('block.npy'), '--measure', '--reference', at(`${name}.npy`), '--model', at('cs.safetensors'), '--out', at('cs'));
    assert.is(scored.status, 1);
    assert.match(scored.stderr, message);
  }
  assert.match(arrays.stdout, /block\.npy \[2,1089\], NMSE -\d+\.\d\d dB\n.*a\.npy \[70,91\], PSNR \d\d\.\d\d dB, SSIM 0\.\d{4}\n$/);
});
images('impossible options are one line of wrong use', () => {
  const model = ['--model', at('deblur.safetensors')];
  for (const args of [[at('mixed'), ...model, '--out', at('x.png')], [at('mixed/a.png'), ...model, '--out', at('o'), '--format', 'gif'],
    [at('mixed/inner'), ...model, '--out', at('o')], [at('mixed'), ...model, '--out', at('o'), '--reference', at('truth/a.png')],
    [at('texts'), ...model, '--out', at('o')], [at('mixed/a.png'), ...model, '--out', at('o'), '--tile', '47'],
    [at('mixed/a.png'), ...model, '--out', at('o'), '--tile', '30000']]) {
    const { status, stderr } = run('reconstruct', ...args);
    assert.is(status, 2, stderr);
    assert.match(stderr, /^signfold: [^\n]+\n$/);
  }
});
images('a run on images writes a page without a network request and rows with SSIM', () => {
  const { status, stdout, stderr } = run('run', 'tomography', '--quick', '--layers', '2', '--features', '3', '--start-steps', '2', '--steps', '2', '--methods', 'linear,float,straight-through', '--json', '--out', at('run'));
  assert.is(status, 0, stderr);
  const { rows } = JSON.parse(stdout), page = readFileSync(at('run/report.html'), 'utf8');
  // Per layer 4 · 3² + 2 · 3 kernels of 9 signs.
  assert.is(rows.at(-1).bytes.signs, Math.ceil((2 * (4 * 81 + 2 * 27)) / 8));
  for (const { method, ssim, psnrDb } of rows) assert.ok(ssim > 0 && ssim < 1 && psnrDb > 5 && page.includes(method), method);
  assert.not.match(page, /(?:src|href)="https?:|@import|<script/);
  assert.match(page, /data:image\/png;base64,/);
});
images('missing data and broken weights are one line', () => {
  mkdirSync(at('empty'));
  for (const args of [['run', 'block-cs', '--data', at('empty')], ['run', 'mri', '--data', at('empty')], ['run', 'eeg-denoise', '--data', at('empty')],
    ['run', 'block-cs', '--weights', at('mixed/b.txt'), '--methods', 'float'], ['run', 'block-cs', '--weights', at('none')]]) {
    const { status, stderr } = run(...args, '--quick', '--out', at('bad'));
    assert.is(status, 1, stderr);
    assert.match(stderr, /^signfold: [^\n]+\n$/);
    assert.not.match(stderr, /undefined|\[object/);
  }
});
images('an image too small to be measured is told by its name', () => {
  writeFileSync(at('inputs/column.png'), encodePng(tensor(new Float32Array(20).fill(9), [20, 1])));
  const { status, stderr } = run('reconstruct', at('inputs/column.png'), '--measure', '--model', at('deblur.safetensors'), '--out', at('column'));
  assert.is(status, 1);
  assert.match(stderr, /^signfold: \S+column\.png: convolution: expected a kernel no longer than the signal \[20,1\], got \[5,5\]\n$/);
});
const quick = ['--quick', '--layers', '1', '--features', '2', '--start-steps', '1', '--steps', '1'];
images('test images that cannot be scored are told by name, before anything is trained', () => {
  for (const name of ['t91', 'set12']) mkdirSync(at(`data/images/${name}`), { recursive: true });
  const deblur = () => run('run', 'deblur', '--data', at('data'), '--methods', 'float', ...quick, '--out', at('data-run'));
  const refused = (message: RegExp): void => {
    const { status, stderr } = deblur();
    assert.is(status, 1);
    assert.match(stderr, message);
  };
  refused(/^signfold: images\/t91: expected images of at least 40 pixels a side, got none\n$/);
  writeFileSync(at('data/images/t91/a.png'), encodePng(sharp));
  refused(/^signfold: images\/set12: expected images, got none\n$/);
  writeFileSync(at('data/images/set12/a.png'), encodePng(tensor(flat(sharp).slice(0, 100), [10, 10])));
  refused(/^signfold: a: expected images of at least 11 pixels a side, got \[10,10\]\n$/);
  writeFileSync(at('data/images/set12/a.png'), encodePng(sharp));
  writeFileSync(at('data/images/t91/._a.png'), 'what a Mac leaves');
  const { status, stderr } = deblur();
  assert.is(status, 0, stderr);
  writeFileSync(at('data/images/t91/b.png'), 'no image');
  refused(/^signfold: images\/t91\/b\.png: expected a PNG/);
});
images('a run that cannot write its page keeps its models and checkpoints, and the same command goes on from them', () => {
  const args = ['run', 'tomography', ...quick, '--methods', 'float,straight-through', '--out', at('kept')];
  mkdirSync(at('kept/report.html'), { recursive: true });
  assert.is(run(...args).status, 1);
  assert.equal(readdirSync(at('kept')).sort(), ['checkpoints', 'float.safetensors', 'report.html', 'results.json', 'straight-through.safetensors']);
  rmSync(at('kept/report.html'), { recursive: true });
  const { status, stderr } = run(...args);
  assert.is(status, 0, stderr);
  assert.match(stderr, /^resuming from /);
  assert.equal(readdirSync(at('kept')).sort(), ['float.safetensors', 'report.html', 'results.json', 'straight-through.safetensors']);
});
images('train leaves what it finds beside its file, and nothing of its own where options do not fit', () => {
  mkdirSync(at('own.safetensors.work'));
  writeFileSync(at('own.safetensors.work/notes.txt'), 'mine');
  assert.is(run('train', 'tomography', '--method', 'float', ...quick, '-o', at('own.safetensors')).status, 0);
  assert.equal(readdirSync(at('own.safetensors.work')), ['notes.txt']);
  for (const [method, ...more] of [['straight-through-lifted'], ['float', '--snr', '20']]) {
    const { status, stderr } = run('train', 'tomography', '--method', method!, ...more, ...quick, '-o', at('none.safetensors'));
    assert.is(status, 2, stderr);
    assert.match(stderr, /^signfold: run: [^\n]+\n$/);
  }
  assert.not.ok(existsSync(at('none.safetensors.work')));
});
images.after(() => rmSync(folder, { recursive: true, force: true }));
images.run();
