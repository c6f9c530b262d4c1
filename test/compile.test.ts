import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dataset, sparseSpikes } from '../datasets/index.js';
import { convolution, fourier, gaussian, identity, matrix, rademacher, radialMask } from '../operators/index.js';
import type { Binarizer } from '../src/binary/binarizer.js';
import { channelWise, sign, straightThrough, ternary } from '../src/binary/binarizers/index.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal, compose, kroneckerIdentity } from '../src/core/combine.js';
import { linop } from '../src/core/linop.js';
import { l1, proxByName } from '../src/core/prox.js';
import { compileC, compileModule } from '../src/packed/compile/index.js';
import { pack } from '../src/packed/engine.js';
import { encodeModel } from '../src/packed/model.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { network } from '../src/unrolled/network.js';
import { learnedIsta, unrolledAdmm, unrolledIsta, type Coupling } from '../src/unrolled/presets.js';
import type { LinearOperator, OneBitNetwork, Tensor, UnrolledNetwork } from '../src/types.js';
import { normals, normalTensor, relativeError } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'signfold-compile-'));
const at = (name: string): string => join(folder, name);

const segments = (make: typeof gaussian): LinearOperator => blockDiagonal(Array.from({ length: 8 }, (_, b) => make(32, 64, { seed: b })));
const floats = (net: UnrolledNetwork): OneBitNetwork => ({ ...net, binarizer: 'float', scale: 1, matrices: [] });
const signs = (net: UnrolledNetwork): Promise<OneBitNetwork> => sign().fit(net, sparseSpikes(net.problem.operator.inShape[0]!, { density: 0.1, seed: 1 }));
function fitted(binarizer: Binarizer, net: UnrolledNetwork): Promise<OneBitNetwork> {
  const shape = net.problem.operator.inShape, spikes = sparseSpikes(sizeOf(shape), { density: 0.2, seed: 1 });
  const data = dataset({ name: 'spikes', shape, fill: (split, index, out) => { out.set(spikes.sample(split, index).data); } });
  return binarizer.fit(net, data, { steps: 2, batch: 4 });
}
const learned = (operator: LinearOperator, layers: number, coupling: Coupling = 'tied') => learnedIsta({ operator, prox: l1() }, { layers, coupling });

/** With a start that was fitted, and last kernels that speak. */
function loud(net: UnrolledNetwork): UnrolledNetwork {
  for (const { name, value } of net.params) if (name.startsWith('G.')) value.set(normals(value.length, 5).map(w => w / 10));
  return net;
}
/** With the steps of some layers 0. */
function stepped(net: UnrolledNetwork, layers: readonly number[]): UnrolledNetwork {
  for (const { name, value } of net.params) if (layers.some(k => name === `eta.${k}`)) value[0] = 0;
  return net;
}
function started(net: UnrolledNetwork): UnrolledNetwork {
  for (const { name, value } of net.params) if (name === 'start.Q') value.set(normals(value.length, 6).map(w => w / 10));
  return loud(net);
}

const bar = signs(learned(segments(rademacher), 12));
/** Every kind of matrix that the two targets store, at sizes that fill neither words nor tiles. */
const networks: readonly (readonly [name: string, net: Promise<OneBitNetwork>])[] = [
  ['8 ±1 blocks of 32×64, K = 12', bar],
  ['8 Gaussian blocks of 32×64, K = 12', signs(learned(segments(gaussian), 12))],
  ['one bit, dense Gaussian', signs(learned(gaussian(50, 99, { seed: 1 }), 7))],
  ['one bit, dense ±1', signs(learned(rademacher(37, 75, { seed: 2 }), 5))],
  ['one bit, blocks of, 512 rows and more, unequal', signs(learned(blockDiagonal([gaussian(20, 520, { seed: 5 }), rademacher(530, 33, { seed: 6 })]), 2))],
  ['one bit, coupled, unequal blocks', signs(learned(blockDiagonal([gaussian(3, 5, { seed: 3 }), rademacher(35, 41, { seed: 4 })]), 4, 'coupled'))],
  ['one bit, support selection', signs(learnedIsta({ operator: gaussian(26, 50, { seed: 11 }), prox: l1() }, { layers: 6, supportSelection: { perLayer: 2, max: 9 } }))],
  ['signs behind a frame, unequal blocks', signs(learnedIsta({ operator: blockDiagonal([gaussian(3, 5, { seed: 3 }), rademacher(35, 41, { seed: 4 })]), prox: l1() }, { layers: 3, frame: 1.5 }))],
  ['signs behind the frame of shared blocks', fitted(straightThrough(), learnedIsta({ operator: kroneckerIdentity(3, gaussian(9, 17, { seed: 17 })), prox: l1() }, { layers: 3, frame: 2 }))],
  ['ternary behind a dense frame, support selection', fitted(ternary(), learnedIsta({ operator: rademacher(26, 50, { seed: 11 }), prox: l1() }, { layers: 4, frame: 1.3, supportSelection: { perLayer: 2, max: 9 } }))],
  ['float, more than one block of depth', Promise.resolve(floats(learned(gaussian(19, 301, { seed: 5 }), 3)))],
  ['analytic', Promise.resolve(floats(learned(gaussian(11, 23, { seed: 6 }), 3, 'analytic')))],
  ['float on one shared block', Promise.resolve(floats(learned(kroneckerIdentity(3, gaussian(9, 17, { seed: 7 })), 3)))],
  ['ISTA on one ±1 block, shared', Promise.resolve(floats(unrolledIsta({ operator: kroneckerIdentity(5, rademacher(6, 33, { seed: 8 })), prox: l1() }, { layers: 4 })))],
  ['ternary, dense', fitted(ternary(), learned(gaussian(50, 99, { seed: 12 }), 4))],
  ['ternary on one shared block', fitted(ternary(), learned(kroneckerIdentity(3, gaussian(9, 17, { seed: 13 })), 3))],
  ['a magnitude mask, coupled, unequal blocks', fitted(straightThrough({ keep: 0.5 }), learned(blockDiagonal([gaussian(3, 5, { seed: 14 }), rademacher(35, 41, { seed: 15 })]), 3, 'coupled'))],
  ['a scale a channel, dense', fitted(channelWise(), learned(gaussian(33, 65, { seed: 16 }), 4))],
  ['a scale a channel on one shared block', fitted(channelWise(), learned(kroneckerIdentity(3, gaussian(9, 17, { seed: 17 })), 3))],
  ['one layer', Promise.resolve(floats(unrolledIsta({ operator: matrix(normalTensor([3, 5], 9)), prox: l1() }, { layers: 1 })))],
];

interface Compiled {
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];
  reconstruct(y: Float32Array, out?: Float32Array): Float32Array;
}

let made = 0;
/** Writes a module and imports it. */
async function imported(module: string): Promise<Compiled> {
  const path = at(`module-${made++}.mjs`);
  writeFileSync(path, module);
  return (await import(pathToFileURL(path).href)) as Compiled;
}

const modules = suite('compiled ES modules');
for (const [name, fit] of networks)
  for (const precision of ['standard', 'exact', 'fast'] as const)
    modules(`${name}, ${precision}: the packed engine's numbers to the bit`, async () => {
      const net = await fit, engine = pack(net, { precision }), { operator } = net.problem;
      const { reconstruct, inShape, outShape } = await imported(compileModule(net, { precision }).module);
      assert.equal([inShape, outShape], [operator.inShape, operator.outShape]);
      for (const batch of [1, 4, 5, 64, 70]) {
        const y = normalTensor([batch, ...operator.outShape], batch);
        assert.equal(reconstruct(y.data), engine.reconstruct(y).data, `batch of ${batch}`);
      }
    });
modules('writes to out, and again the same', async () => {
  const { reconstruct } = await imported(compileModule(await bar).module);
  const y = normals(256, 1), out = new Float32Array(512);
  assert.is(reconstruct(y, out), out);
  assert.equal(reconstruct(y), out);
});
modules('8 blocks of 32×64 with K = 12 take at most 40 KB gzipped', async () => {
  const { module } = compileModule(await bar);
  assert.ok(gzipSync(module).length <= 40_000, `${gzipSync(module).length} bytes`);
  assert.not.match(module, /\bimport\b|require/);
});
for (const [name, A] of [['blocks', segments(gaussian)], ['one shared block', kroneckerIdentity(8, gaussian(32, 64, { seed: 1 }))]] as const)
  modules(`Gaussian ${name} are drawn again from seeds: at most 40 KB gzipped, the same numbers`, async () => {
    const net = floats(unrolledIsta({ operator: A, prox: l1() }, { layers: 12 })), { module } = compileModule(net, { seeded: true });
    assert.ok(gzipSync(module).length <= 40_000, `${gzipSync(module).length} bytes`);
    const y = normalTensor([70, ...A.outShape], 1), { reconstruct } = await imported(module);
    assert.equal(reconstruct(y.data), pack(net).reconstruct(y).data);
  });
modules('seeded changes nothing where there is no Gaussian matrix to draw', async () => {
  const net = await bar, other = floats(learned(matrix(normalTensor([3, 5], 9)), 2));
  for (const own of [net, other]) assert.is(compileModule(own, { seeded: true }).module, compileModule(own).module);
});
modules('runs in a Node of its own, without the repository', async () => {
  const net = await bar, y = normals(256, 2);
  writeFileSync(at('alone.mjs'), compileModule(net).module);
  writeFileSync(at('use.mjs'), `import { reconstruct } from './alone.mjs';
    import { readFileSync, writeFileSync } from 'node:fs';
    writeFileSync('x', reconstruct(new Float32Array(new Uint8Array(readFileSync('y')).buffer)));`);
  writeFileSync(at('y'), y);
  const { status, stderr } = spawnSync(process.execPath, ['use.mjs'], { cwd: folder, encoding: 'utf8', env: {}, timeout: 60_000 });
  assert.is(status, 0, stderr);
  assert.equal(new Float32Array(new Uint8Array(readFileSync(at('x'))).buffer), pack(net).reconstruct(tensor(y)).data);
});
modules('wrong input gets one line', async () => {
  const { reconstruct } = await imported(compileModule(await bar).module);
  const refused = (message: RegExp, ...args: unknown[]): void => assert.throws(() => reconstruct(...(args as [Float32Array])), message);
  refused(/^reconstruct: expected a Float32Array of 256 numbers a measurement, got 255$/, new Float32Array(255));
  refused(/got 0$/, new Float32Array(0));
  refused(/got object$/, Array.from(normals(256, 1)));
  refused(/got undefined$/);
  refused(/expected finite numbers, got NaN at entry 3$/, normals(256, 1).fill(NaN, 3, 4));
  refused(/expected out to be a Float32Array of 512 numbers, got 256$/, new Float32Array(256), new Float32Array(256));
});
modules('names from a file stay within their comments', async () => {
  const net = { ...(await bar), binarizer: 'a\n*/ throw 1 //\u2028"' }, { module, types } = compileModule(net), { source } = compileC(net, { name: 'a' });
  for (const text of [module, types, source]) assert.match(text.split('\n')[0]!, /weights \(a {4}throw 1 {5}\)/);
});
modules('types check in a consumer', async () => {
  const { module, types } = compileModule(await bar);
  mkdirSync(at('typed'));
  writeFileSync(at('typed/solver.mjs'), module);
  writeFileSync(at('typed/solver.d.mts'), types);
  writeFileSync(at('typed/use.mts'), `import { inShape, reconstruct } from './solver.mjs';
    export const x: Float32Array = reconstruct(new Float32Array(256), new Float32Array(inShape[0]));
    // @ts-expect-error: not an ordinary array
    reconstruct([1, 2]);`);
  const { status, stdout } = spawnSync('node_modules/.bin/tsc', ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', '', at('typed/use.mts')], { encoding: 'utf8' });
  assert.is(status, 0, stdout);
});
const others: readonly (readonly [name: string, net: () => OneBitNetwork | Promise<OneBitNetwork>])[] = [
  ['ADMM in closed form', () => floats(unrolledAdmm({ operator: gaussian(7, 11, { seed: 1 }), prox: l1() }, { layers: 2 }))],
  ["LISTA's own form, signs", () => signs(learned(gaussian(7, 11, { seed: 1 }), 2, 'lista'))],
  ['a linear start', () => floats(learnedIsta({ operator: gaussian(7, 11, { seed: 1 }), prox: l1() }, { layers: 2, start: 'linear' }))],
  ['a blur, signs', () => signs(learned(convolution([0.5, 0.3, -0.2, 0.1], [13]), 3))],
  ['a product of matrices', () => floats(learned(compose(gaussian(7, 9, { seed: 1 }), gaussian(9, 11, { seed: 2 })), 2))],
  ['a sampled spectrum', () => floats(unrolledIsta({ operator: fourier([6, 8], { mask: radialMask([6, 8], { lines: 3 }), complexInput: false }), prox: l1() }, { layers: 2 }))],
  ['thresholds in sliding windows, signs', () => fitted(straightThrough(), learnedIsta({ operator: gaussian(20, 63, { seed: 1 }), prox: proxByName('sliding-dct-l1(7x9,4)') }, { layers: 2, start: 'linear' }))],
  ['ISTA-Net+ behind frames, signs', () => fitted(straightThrough(), istaNet({ operator: gaussian(20, 63, { seed: 1 }), prox: l1() }, { layers: 2, features: 4, shape: [7, 9], frame: 2 }))],
  ['ISTA-Net+, signs', () => fitted(straightThrough(), istaNet({ operator: gaussian(20, 63, { seed: 1 }), prox: l1() }, { layers: 2, features: 8, shape: [7, 9] }))],
  ['ISTA-Net+ with biases on DCT filters, signs', () => fitted(straightThrough(), istaNet({ operator: gaussian(20, 63, { seed: 1 }), prox: l1() }, { layers: 2, features: 4, shape: [7, 9], input: 'dct', bias: true }))],
  ['ISTA-Net with proximal steps, ternary', () => fitted(ternary(), istaNet({ operator: convolution([0.5, 0.3, 0.2], [17]), prox: l1() }, { layers: 2, features: 3, transform: 'istanet', dataStep: 'proximal' }))],
];
for (const [name, make] of others)
  modules(`${name}: the whole engine, its numbers to the bit`, async () => {
    const net = await make(), { outShape } = net.problem.operator, { module } = compileModule(net), { reconstruct } = await imported(module), engine = pack(net);
    assert.match(module, /^const model = /m);
    for (const batch of [1, 3, 64, 129]) {
      const y = normalTensor([batch, ...outShape], batch);
      assert.equal(reconstruct(y.data), engine.reconstruct(y).data, `batch of ${batch}`);
    }
    assert.throws(() => reconstruct(new Float32Array(1)), /^reconstruct: expected a Float32Array of \d+ numbers a measurement, got 1$/);
  });
modules('a module with the engine carries the notices of what is bundled', async () => {
  const { module } = compileModule(await others[0]![1]());
  for (const holder of ['signfold', 'ndarray', 'iota-array', 'is-buffer', 'fft.js']) assert.match(module, new RegExp(`^Copyright .*\\(${holder}\\)$`, 'm'));
  assert.match(module, /The above copyright notice and this permission notice shall be included/);
});
modules('the engine in a module is not larger than stated, and its kernels are those that it runs', async () => {
  const { module } = compileModule(await others[0]![1]()), [base64] = /[A-Za-z0-9+/=]{50000,}/.exec(module) ?? [''];
  const names = WebAssembly.Module.exports(new WebAssembly.Module(Buffer.from(base64, 'base64'))).map(({ name }) => name);
  assert.ok(['softThreshold', 'rectify', 'signBlocks', 'winograd', 'fftLines', 'slidingDct'].every(name => names.includes(name)), names.join(' '));
  assert.ok(!['adam', 'spinFields', 'relaxationSweep', 'rotate'].some(name => names.includes(name)), names.join(' '));
  assert.ok(gzipSync(module).length < 80_000);
});
modules('a prox or layers of the user\'s own are refused with one line', () => {
  const small = gaussian(7, 11, { seed: 1 }), mine = { ...l1(), name: 'mine' };
  assert.throws(() => compileModule(floats(unrolledIsta({ operator: small, prox: mine }, { layers: 2 }))), /^compile: ista with the prox mine cannot be rebuilt from its description$/);
  const plain = learnedIsta({ operator: small, prox: l1() }, { layers: 2, start: 'linear' }), { description, problem } = plain;
  const twice = network(problem, description, [...plain.layers, plain.layers[2]!]);
  assert.throws(() => compileModule(floats(twice)), /^compile: learned-ista with the prox l1 cannot be rebuilt/);
  const [bare, framed] = [undefined, 1.5].map(frame => learnedIsta(problem, { layers: 1, ...(frame && { frame }) }));
  for (const layers of [[...bare!.layers, ...framed!.layers], [...framed!.layers, ...bare!.layers]])
    assert.throws(() => compileModule(floats(network(problem, framed!.description, layers))), /^compile: learned-ista with the prox l1 cannot be rebuilt/);
});
modules('an operator written by hand is refused with one line where the engine would be needed, and so is a wrong precision', () => {
  const hand = linop({ name: 'hand', inShape: [3], outShape: [3], forward: (x, out) => { out.set(x); }, adjoint: (y, out) => { out.set(y); } });
  assert.throws(() => compileModule(floats(unrolledIsta({ operator: hand, prox: l1() }, { layers: 2 }))), /^model: hand cannot be rebuilt from a file/);
  assert.throws(() => compileModule(floats(learned(gaussian(7, 11, { seed: 1 }), 2)), { precision: 'double' as never }), 'compile: expected precision exact, standard or fast, got double');
});
modules.run();

const main = `#include <stdio.h>
#include "NAME.h"
int main(void) {
  static float y[NAME_MEASUREMENTS], x[NAME_UNKNOWNS];
  while (fread(y, sizeof y, 1, stdin) == 1) { NAME_reconstruct(y, x); fwrite(x, sizeof x, 1, stdout); }
  return 0;
}
`;
const strict = ['-Wall', '-Wextra', '-Werror', '-pedantic', '-std=c99', '-O2'];
const gcc = (args: readonly string[]): void => {
  const { status, stderr } = spawnSync('gcc', args, { cwd: folder, encoding: 'utf8' });
  assert.is(status, 0, stderr);
};

/** What C computes beside gradient steps from zero. */
const plane = { operator: gaussian(20, 63, { seed: 1 }), prox: l1() }, line = { operator: identity([40]), prox: l1() };
const programs: typeof networks = [
  ["LISTA's own form, signs", signs(learned(gaussian(33, 65, { seed: 1 }), 3, 'lista'))],
  ["LISTA's own form, ternary, unequal blocks", fitted(ternary(), learned(blockDiagonal([gaussian(3, 5, { seed: 3 }), rademacher(35, 41, { seed: 4 })]), 3, 'lista'))],
  ["LISTA's own form, a scale a channel", fitted(channelWise(), learned(gaussian(33, 65, { seed: 2 }), 3, 'lista'))],
  ["LISTA's own form, a scale a channel, one shared block", fitted(channelWise(), learned(kroneckerIdentity(3, gaussian(9, 17, { seed: 17 })), 3, 'lista'))],
  ['a linear start', fitted(straightThrough(), started(learnedIsta({ operator: gaussian(33, 65, { seed: 1 }), prox: l1() }, { layers: 2, start: 'linear' })))],
  ['a first step of 0', Promise.resolve(floats(stepped(unrolledIsta({ operator: gaussian(9, 17, { seed: 5 }), prox: l1() }, { layers: 3 }), [0])))],
  ['no step at all', Promise.resolve(floats(stepped(unrolledIsta({ operator: gaussian(9, 17, { seed: 5 }), prox: l1() }, { layers: 3 }), [0, 1, 2])))],
  ['ADMM with a learnt W, support selection', signs(unrolledAdmm({ operator: gaussian(26, 50, { seed: 1 }), prox: l1() },
    { layers: 4, coupling: 'tied', supportSelection: { perLayer: 2, max: 9 } }))],
  ['ISTA-Net+, signs', fitted(straightThrough(), loud(istaNet(plane, { layers: 2, features: 8, shape: [7, 9] })))],
  ['ISTA-Net+ behind frames, signs', fitted(straightThrough(), loud(istaNet(plane, { layers: 2, features: 5, shape: [7, 9], frame: 1.6 })))],
  ['ISTA-Net+ with biases on DCT filters, signs', fitted(straightThrough(), loud(istaNet(plane, { layers: 2, features: 5, shape: [7, 9], input: 'dct', bias: true })))],
  ['ISTA-Net+ with biases on DCT filters of sequences, behind frames, ternary', fitted(ternary(), loud(istaNet(line, { layers: 2, features: 3, taps: 5, frame: 1.5, input: 'dct', bias: true })))],
  ['ISTA-Net+ from a linear start, a scale a channel', fitted(channelWise(), started(istaNet(plane, { layers: 3, features: 5, shape: [9, 7], taps: 5, start: 'linear' })))],
  ['ISTA-Net on sequences, ternary, A the identity', fitted(ternary(), istaNet(line, { layers: 2, features: 3, taps: 9, transform: 'istanet' }))],
  ['ISTA-Net+ on sequences, floats', Promise.resolve(floats(loud(istaNet(line, { layers: 2, features: 3, taps: 7 }))))],
];

const c = suite('compiled C');
if (spawnSync('gcc', ['--version']).status !== 0) console.log('skipped: no gcc here, compiled C was not tested');
else {
  /** What the program of a network makes of y; it stands alone in its object file. */
  const ran = (net: OneBitNetwork, name: string, y: Tensor): Float32Array => {
    const { source, header } = compileC(net, { name });
    writeFileSync(at(`${name}.c`), source);
    writeFileSync(at(`${name}.h`), header);
    writeFileSync(at(`${name}-main.c`), main.replaceAll('NAME_M', `${name.toUpperCase()}_M`).replaceAll('NAME_U', `${name.toUpperCase()}_U`).replaceAll('NAME', name));
    gcc([...strict, '-c', `${name}.c`]);
    gcc([...strict, `${name}-main.c`, `${name}.o`, '-o', name]);
    const foreign = spawnSync('nm', ['-u', `${name}.o`], { cwd: folder, encoding: 'utf8' }).stdout.match(/U \w+/g) ?? [];
    assert.equal(foreign.filter(symbol => !/^U (memcpy|fabsf)$/.test(symbol)), []);
    return new Float32Array(new Uint8Array(spawnSync(at(name), { input: new Uint8Array(y.data.buffer) }).stdout).buffer);
  };
  c('biases are added where nothing was written before: phases from zero, the first without a data step', () => {
    const net = loud(istaNet(plane, { layers: 2, features: 3, shape: [7, 9], bias: true })), y = normalTensor([6, 20], 1);
    for (const { name, value } of net.params) if (name.includes('bias')) value.set(normals(value.length, 7));
    net.params.find(({ name }) => name === 'eta.0')!.value[0] = 0;
    const phases = floats(network(net.problem, net.description, net.layers.slice(1)));
    assert.ok(relativeError(ran(phases, 'phases', y), phases.forward(y).data) < 1e-5);
    assert.throws(() => pack(phases), /^pack: expected the layers that ista-net describes, got others$/);
  });
  [...networks, ...programs].forEach(([title, fit], k) => c(`${title}: within 1e-5 of the engine, alone in its object file`, async () => {
    const net = await fit, y = normalTensor([6, ...net.problem.operator.outShape], k);
    const error = relativeError(ran(net, `c${k}`, y), pack(net, { precision: 'exact' }).reconstruct(y).data);
    assert.ok(error < 1e-5, `${error}`);
  }));
  c('the header tells the static memory: r and u, and what a transform needs', async () => {
    const net = floats(istaNet({ operator: identity([40]), prox: l1() }, { layers: 2, features: 3, taps: 7 }));
    assert.match(compileC(net, { name: 'a' }).header, new RegExp(`Keeps ${4 * (3 * 40 + 3 * 3 * 40)} bytes of scratch in static memory`));
  });
  c('the header is C++ as well', async () => {
    const { source, header } = compileC(await bar, { name: 'both' });
    writeFileSync(at('both.c'), source);
    writeFileSync(at('both.h'), header);
    writeFileSync(at('both.cpp'), '#include "both.h"\nvoid (*f)(const float *, float *) = both_reconstruct;\n');
    if (spawnSync('g++', ['--version']).status === 0) gcc(['-Wall', '-Werror', '-c', 'both.cpp', '-o', 'cpp.o']);
    assert.match(header, /#define BOTH_MEASUREMENTS 256\n#define BOTH_UNKNOWNS 512\n/);
  });
}
c('refuses what it has no loops for with one line', async () => {
  const refused = (net: OneBitNetwork, message: RegExp): void => assert.throws(() => compileC(net, { name: 'a' }), message);
  refused(floats(unrolledAdmm({ operator: gaussian(7, 11, { seed: 1 }), prox: l1() }, { layers: 2 })),
    /^compile: expected for C gradient steps, .*, got admm closed-form, prox l1; a module takes more networks$/);
  refused(floats(learnedIsta({ operator: gaussian(7, 9, { seed: 1 }), prox: proxByName('sliding-dct-l1(3x3,2)') }, { layers: 2 })), /got learned-ista tied, prox sliding-dct-l1\(3x3,2\);/);
  refused(floats(learnedIsta({ operator: gaussian(7, 9, { seed: 1 }), prox: proxByName('dct-l1(3x3)') }, { layers: 2, start: 'linear' })), /got learned-ista tied from a linear start, prox dct-l1\(3x3\);/);
  refused(floats(istaNet({ operator: convolution([0.5, 0.3, 0.2], [17]), prox: l1() }, { layers: 2, features: 3, dataStep: 'proximal' })), /got ista-net proximal, prox l1;/);
  refused(floats(learned(convolution([0.5, 0.3, -0.2, 0.1], [13]), 2)), /^compile: expected for C W with entries on .*, got toeplitz; a module/);
  refused(floats(unrolledIsta({ operator: convolution([0.5, 0.3], [13]), prox: l1() }, { layers: 2 })), /^compile: expected for C an operator with entries .*, got convolution; a module/);
});
c('refuses a name that is no identifier', async () => {
  const net = await bar;
  assert.throws(() => compileC(net, { name: '8 blocks' }), 'compile: expected a C identifier that begins with a letter, got "8 blocks"');
});
c.run();

const command = suite('signfold compile');
const model = at('model.safetensors');
const run = (...args: string[]) => spawnSync(process.execPath, ['dist/src/cli/main.js', 'compile', ...args], { encoding: 'utf8', timeout: 60_000 });
command.before(async () => writeFileSync(model, encodeModel(await bar)));
command.after(() => rmSync(folder, { recursive: true }));
command('writes a module and its types, and says their sizes', async () => {
  const { stdout, stderr, status } = run(model, '-o', at('solver.mjs'), '--precision', 'exact');
  assert.is(status, 0, stderr);
  assert.match(stdout, /solver\.mjs: \d+ bytes, \d+ gzipped\n.*solver\.d\.mts: \d+ bytes, \d+ gzipped\n$/);
  const expected = compileModule(await bar, { precision: 'exact' });
  assert.is(readFileSync(at('solver.mjs'), 'utf8'), expected.module);
  assert.is(readFileSync(at('solver.d.mts'), 'utf8'), expected.types);
});
command('writes C and its header, named after the file or as told', async () => {
  const { stdout } = run(model, '-o', at('8-blocks.c'), '--json');
  assert.equal(JSON.parse(stdout).target, 'c');
  assert.equal(JSON.parse(stdout).files.map(({ path }: { path: string }) => basename(path)), ['8-blocks.c', '8-blocks.h']);
  assert.match(readFileSync(at('8-blocks.h'), 'utf8'), /void signfold_8_blocks_reconstruct\(/);
  run(model, '-o', at('8-blocks.c'), '--name', 'eight');
  assert.match(readFileSync(at('8-blocks.c'), 'utf8'), /#include "8-blocks.h"[^]*void eight_reconstruct\(/);
});
command('wrong use is one line, and the model file stays', async () => {
  const wrong = (code: number, message: RegExp, ...args: string[]): void => {
    const { stderr, stdout, status } = run(...args);
    assert.match(stderr.trimEnd(), /^signfold: [^\n]+$/);
    assert.match(stderr, message);
    assert.equal([status, stdout], [code, ''], stderr);
  };
  const named = at('model.mjs');
  writeFileSync(named, encodeModel(await bar));
  const before = readFileSync(named);
  wrong(2, /model\.mjs: is the model file/, named, '-o', named);
  assert.equal(readFileSync(named), before);
  wrong(2, /expected a name that ends in \.mjs or \.js or \.c/, model, '-o', at('solver.txt'));
  wrong(2, /expected a name that ends in \.c$/m, model, '-o', at('a.mjs'), '--target', 'c');
  wrong(2, /expected --target js or c, got wasm/, model, '-o', at('a.mjs'), '--target', 'wasm');
  wrong(2, /expected --precision standard, exact, fast, got half/, model, '-o', at('a.mjs'), '--precision', 'half');
  wrong(2, /--precision is for js/, model, '-o', at('a.c'), '--precision', 'fast');
  wrong(2, /--seeded is for js/, model, '-o', at('a.c'), '--seeded');
  wrong(2, /--name is for c/, model, '-o', at('a.mjs'), '--name', 'a');
  wrong(2, /expected --name to be a C identifier/, model, '-o', at('a.c'), '--name', 'a-b');
  wrong(2, /required option/, model);
  wrong(1, /none\.safetensors: no such file/, at('none.safetensors'), '-o', at('a.mjs'));
  wrong(1, /^signfold: \.: is a folder, expected a file$/m, '.', '-o', at('a.mjs'));
  wrong(1, /solver\.txt: safetensors/, (writeFileSync(at('solver.txt'), 'no model'), at('solver.txt')), '-o', at('a.mjs'));
  wrong(2, /its folder .* does not exist/, model, '-o', at('none/a.mjs'));
  writeFileSync(at('admm.safetensors'), encodeModel(floats(unrolledAdmm({ operator: gaussian(7, 11, { seed: 1 }), prox: l1() }, { layers: 2 }))));
  wrong(1, /compile: expected for C gradient steps, .*, got admm closed-form/, at('admm.safetensors'), '-o', at('a.c'));
  assert.not.ok(existsSync(at('a.mjs')) || existsSync(at('a.c')));
});
command.run();
