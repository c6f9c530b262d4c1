import ndarray from 'ndarray';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dataset, sparseSpikes } from '../datasets/index.js';
import { channelWise, float, sign, straightThrough, ternary } from '../src/binary/binarizers/index.js';
import { flat, sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal, compose, kroneckerIdentity, scale, stack, transpose } from '../src/core/combine.js';
import { linop } from '../src/core/linop.js';
import { l1 } from '../src/core/prox.js';
import { random } from '../src/core/random.js';
import { decodeSafetensors, encodeSafetensors } from '../src/core/safetensors.js';
import { used } from '../src/kernels/memory.js';
import { accounting, pack } from '../src/packed/engine.js';
import { decodeModel, encodeModel } from '../src/packed/model.js';
import { learnedIsta, unrolledAdmm, unrolledIsta } from '../src/unrolled/presets.js';
import type { Dataset, LinearOperator, OneBitNetwork } from '../src/types.js';
import { learnable, operatorCases } from './cases.js';
import { fourier, gaussian, rademacher } from '../operators/index.js';
import { normals, normalTensor } from './helpers.js';

const operatorOf = (name: string): LinearOperator => operatorCases.find(candidate => candidate.name === name)!.make();
const dataFor = (A: LinearOperator): Dataset => {
  const spikes = sparseSpikes(sizeOf(A.inShape), { density: 0.2 });
  return dataset({
    name: 'spikes',
    shape: A.inShape,
    fill: (split, index, out) => {
      out.set(spikes.sample(split, index).data);
    },
  });
};
const netFor = (A: LinearOperator, coupling: 'tied' | 'lista' | 'coupled' = 'tied') =>
  learnedIsta({ operator: A, prox: l1() }, { layers: 3, coupling });
const options = { steps: 8, batch: 4 };
/** ‖a − b‖ / ‖b‖. */
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]!)) / (Math.hypot(...Array.from(b)) || 1);

const packed = suite('packed engine and model files');
for (const name of [...learnable, 'radon of 7×7'])
  for (const binarizer of [sign(), straightThrough(), straightThrough({ keep: 0.5 }), ternary(), channelWise(), float()])
    packed(`${binarizer.name} on ${name}: packed, and read back from a file, gives the network's own numbers`, async () => {
      const A = operatorOf(name),
        net = await binarizer.fit(netFor(A), dataFor(A), options);
      const { net: again } = decodeModel(encodeModel(net, { task: 'test' }));
      for (const batch of [3, 9]) {
        const y = normalTensor([batch, ...A.outShape], 1),
          expected = net.forward(y).data;
        assert.equal(again.forward(y).data, expected);
        for (const source of [net, again]) {
          assert.ok(apart(pack(source, { precision: 'exact' }).reconstruct(y).data, expected) < 1e-6);
          assert.ok(apart(pack(source).reconstruct(y).data, expected) < 1e-3);
          assert.equal(pack(source).reconstruct(y).data, pack(source).iterates(y).at(-1)!.data);
        }
        if (binarizer.name === 'float') assert.equal(pack(net).reconstruct(y).data, expected);
      }
    });
for (const coupling of ['lista', 'coupled'] as const)
  packed(`${coupling} packs as well`, async () => {
    const A = operatorOf('unequal dense blocks'),
      net = await sign().fit(netFor(A, coupling), dataFor(A)),
      y = normalTensor(A.outShape, 2);
    assert.ok(apart(pack(net, { precision: 'exact' }).reconstruct(y).data, net.forward(y).data) < 1e-6);
    assert.ok(apart(pack(net).reconstruct(y).data, net.forward(y).data) < 1e-3);
  });
packed('support selection packs as well, one signal at a time and side by side', async () => {
  const A = operatorOf('gaussian 7×11'),
    selecting = learnedIsta({ operator: A, prox: l1() }, { layers: 4, supportSelection: { perLayer: 9, max: 30 } }),
    net = await sign().fit(selecting, dataFor(A));
  for (const batch of [3, 9]) {
    const y = normalTensor([batch, 7], 6);
    assert.ok(apart(pack(net, { precision: 'exact' }).reconstruct(y).data, net.forward(y).data) < 1e-6);
  }
});
packed('a tied ADMM packs as well', async () => {
  const A = operatorOf('gaussian 7×11'),
    net = await sign().fit(unrolledAdmm({ operator: A, prox: l1() }, { layers: 2, coupling: 'tied' }), dataFor(A)),
    y = normalTensor([7], 3);
  assert.equal(decodeModel(encodeModel(net)).net.forward(y).data, net.forward(y).data);
});
packed('what stays in memory is what the accounting says, and four arrays for each signal that goes side by side', async () => {
  for (const [rows, cols, make] of [[250, 500, rademacher], [512, 1024, rademacher], [100, 200, gaussian]] as const) {
    const A = make(rows, cols, { seed: 1 }), net = await sign().fit(netFor(A), dataFor(A)), engine = pack(net), before = used();
    for (const [batch, lanes] of [[1, 1], [64, 64 + 1]] as const) {
      engine.reconstruct(normalTensor([batch, rows], 1));
      const resident = used() - before, working = 4 * lanes * 2 * (rows + cols);
      assert.ok(resident > 0 && resident <= 1.1 * engine.bytes.total + working + 4096, `${rows}x${cols}: ${resident} of ${engine.bytes.total}`);
    }
  }
});
packed('ternary codes and channel scales stay on their bits: two matrices of them, and a number a column', async () => {
  const A = gaussian(100, 200, { seed: 1 }), y = normalTensor([100], 1);
  for (const binarizer of [ternary(), channelWise()]) {
    const net = await binarizer.fit(netFor(A), dataFor(A), options), before = used();
    const engine = pack(net);
    engine.reconstruct(y);
    const own = used() - before - 4 * 100 * 200 - 4 * 2 * (100 + 200);
    assert.ok(net.matrices[0]!.zeros?.some(word => word !== 0) || binarizer.name === 'channel-wise');
    assert.ok(own > 0 && own <= 1.1 * engine.bytes.total - 4 * 100 * 200 + 4096, `${binarizer.name}: ${own}`);
  }
});
packed('bytes by hand: two blocks of 3×5 and 4×7, three layers of two scalars', async () => {
  const A = operatorOf('unequal dense blocks'),
    weights = 3 * 5 + 4 * 7,
    thresholds = 3 * 2 * 4,
    operator = 4 * weights;
  const bytesOf = async (fit: Promise<OneBitNetwork>) => pack(await fit);
  const one = await bytesOf(sign().fit(netFor(A), dataFor(A)));
  assert.equal(one.bytes, {
    signs: Math.ceil(weights / 8),
    index: 0,
    scale: 4,
    thresholds,
    operator,
    total: Math.ceil(weights / 8) + 4 + thresholds + operator,
  });
  assert.ok(Math.abs(one.bitsPerWeight - (weights + 32) / (7 * 12)) < 1e-12);
  assert.is((await bytesOf(ternary().fit(netFor(A), dataFor(A), options))).bytes.index, Math.ceil(weights / 8));
  assert.is((await bytesOf(channelWise().fit(netFor(A), dataFor(A), options))).bytes.scale, 4 * 12);
  assert.is((await bytesOf(float().fit(netFor(A), dataFor(A), options))).bytes.signs, 4 * weights);
  assert.is((await bytesOf(sign().fit(netFor(A, 'lista'), dataFor(A)))).bytes.operator, 0);
});
packed('a ±1 operator and a sampling mask cost a bit an entry', async () => {
  const one = operatorOf('rademacher 7×11'),
    spectrum = operatorOf('fourier of 13, real, random mask');
  assert.is(pack(await sign().fit(netFor(one), dataFor(one))).bytes.operator, Math.ceil(77 / 8) + 4);
  assert.is(pack(await sign().fit(netFor(spectrum), dataFor(spectrum))).bytes.operator, Math.ceil(13 / 8) + 4);
});
packed('a geometry costs nothing, also scaled or transposed; other sparse operators cost their entries', () => {
  const bytesOf = (A: LinearOperator): number =>
    accounting({ ...unrolledIsta({ operator: A, prox: l1() }, { layers: 1 }), binarizer: 'float', scale: 1, matrices: [] }).bytes.operator;
  const projections = operatorOf('radon of 7×7');
  for (const geometry of ['blocks of 4 in 7×10', 'restriction of 11', 'difference of 11'].map(operatorOf).concat(projections))
    assert.is(bytesOf(geometry), 0, geometry.name);
  assert.is(bytesOf(scale(0.3, projections)), 0);
  assert.is(bytesOf(transpose(projections)), 0);
  // Φ is 5×16 on 4×4 blocks that hold 7×10 pixels; three dense rows of 7, 7 differences, 2 entries.
  assert.is(bytesOf(operatorOf('I ⊗ Φ on image blocks')), 4 * 5 * 70);
  assert.is(bytesOf(operatorOf('stack')), 4 * (3 * 7 + 2 * 7 + 2));
});

const A = operatorOf('unequal dense blocks');
const bytes = encodeModel(await sign().fit(netFor(A), dataFor(A)));
/** Reading damaged bytes gives a model or one line, never anything else. */
function survives(damaged: Uint8Array): void {
  try {
    decodeModel(damaged);
  } catch (error) {
    assert.ok(error instanceof RangeError || error instanceof TypeError, String((error as Error).stack));
    assert.match((error as Error).message, /^[^\n]+$/);
  }
}
packed('every truncation is refused with one line', () => {
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(
      () => decodeModel(bytes.slice(0, length)),
      (error: Error) => /^[^\n]+$/.test(error.message),
    );
  }
});
packed('flipped bytes never give more than one line', () => {
  const rng = random(1);
  for (let trial = 0; trial < 1500; trial++) {
    const damaged = bytes.slice();
    for (let k = 0; k <= trial % 3; k++) damaged[rng.integer(damaged.length)] = rng.integer(256);
    survives(damaged);
  }
});
packed('hostile contents are refused with one clear line', () => {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const refused = (change: { tensors?: Record<string, unknown>; metadata?: Record<string, string> }, message: RegExp): void => {
    const own = Object.fromEntries(Object.entries({ ...tensors, ...change.tensors }).filter(([, value]) => value));
    assert.throws(() => decodeModel(encodeSafetensors(own as never, { ...metadata, ...change.metadata })), message);
  };
  refused({ metadata: { version: '2' } }, /expected version 1, got 2/);
  refused({ metadata: { format: 'pt' } }, /expected a signfold-model file, got pt/);
  refused({ metadata: { scale: 'NaN' } }, /expected a scale >= 0, got NaN/);
  refused({ metadata: { prox: 'magic' } }, /magic/);
  refused({ metadata: { operator: '{"kind":"magic","args":{}}' } }, /expected one of .* got "magic"/);
  refused({ metadata: { network: '{"preset":"learned-ista","args":{"layers":1000000000}}' } }, /expected 1 to 1000 layers/);
  refused({ metadata: { network: '[]' } }, /expected a preset/);
  refused({ tensors: { 'theta.1': undefined } }, /expected a tensor theta.1/);
  refused(
    { tensors: { 'theta.1': { dtype: 'F32', shape: [1], data: Float32Array.of(NaN) } } },
    /theta.1: expected finite numbers/,
  );
  refused(
    { tensors: { 'W.signs': { dtype: 'U32', shape: [3], data: new Uint32Array(3) } } },
    /expected 2 words for 43 weights, got 3/,
  );
  refused(
    { tensors: { 'W.signs': { dtype: 'U32', shape: [2], data: Uint32Array.of(0, 2 ** 31) } } },
    /expected the bits after the last/,
  );
  refused(
    { tensors: { 'W.signs': { dtype: 'F32', shape: [2], data: normals(2, 1) } } },
    /expected a tensor W.signs of u32 words/,
  );
});
packed('a file that says more than is read is refused', () => {
  const { tensors, metadata } = decodeSafetensors(bytes), float = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
  const description = JSON.parse(metadata['network']!), saying = (args: object) => JSON.stringify({ ...description, args: { ...description.args, ...args } });
  const read = (more: Record<string, typeof float>, network = saying({})) => decodeModel(encodeSafetensors({ ...tensors, ...more }, { ...metadata, network }));
  for (const name of ['bias.1', 'theta.99', 'W', 'W.signs.1', 'theta.1.rowScales'])
    assert.throws(() => read({ [name]: float }), `model: expected no tensor ${name} for the network learned-ista`);
  assert.throws(() => read({}, saying({ gain: 2 })), 'model: expected no argument gain of the network learned-ista');
  assert.is(read({}).net.description.preset, 'learned-ista');
});
packed('a network larger than its file is refused before it is built', () => {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const refused = (network: unknown, operator: unknown, message: RegExp): void => {
    const change = { network: JSON.stringify(network), operator: JSON.stringify(operator) };
    assert.throws(() => decodeModel(encodeSafetensors(tensors, { ...metadata, ...change })), message);
  };
  const line = { kind: 'identity', args: { shape: [2 ** 20] } },
    dense = { kind: 'gaussian', args: { rows: 4, cols: 2 ** 14, seed: 1 } };
  const istaNet = (args: unknown) => ({ preset: 'ista-net', args });
  const learned = (coupling: string) => ({ preset: 'learned-ista', args: { layers: 1000, coupling } });
  refused(istaNet({ layers: 100, features: 1024, taps: 15, norm: 1 }), line, /^model: expected tensors for 6294528000 weights, got tensors for \d+ at most$/);
  refused(istaNet({ layers: 1, features: 1, norm: 1, start: 'linear' }), line, /expected tensors for 1099511627794 weights/);
  refused(istaNet({ layers: 1, features: 1, norm: 1, shape: 'abc' }), line, /ista-net: expected a shape of 1 or 2 axes .* got \[abc\]$/);
  refused(istaNet({ layers: 1, features: 1, norm: 1, shape: [2 ** 21, 0.5] }), line, /ista-net: expected a shape of positive integers/);
  refused(learned('coupled'), dense, /expected tensors for 65536000 weights/);
  refused(learned('lista'), dense, /expected tensors for 268500992 weights/);
  refused(learned('tied'), dense, /expected tensors for 65536 weights/);
  refused({ preset: 'learned-ista', args: { layers: 3, start: 'linear' } }, dense, /expected tensors for 131072 weights/);
  refused({ preset: 'admm', args: { layers: 3, coupling: 'tied' } }, dense, /expected tensors for 65536 weights/);
});
packed('combinations of parts without entries train, pack, count and come back', async () => {
  const F = fourier([4]), hand = linop({ name: 'hand', inShape: [6], outShape: [6], forward: (x, out) => out.set(x), adjoint: (y, out) => out.set(y) });
  for (const A of [kroneckerIdentity(2, F), blockDiagonal([F]), stack([F, F]), transpose(F), compose(gaussian(4, 6, { seed: 1 }), hand)]) {
    const net = await float().fit(unrolledIsta({ operator: A, prox: l1() }, { layers: 2 }), dataFor(A), { steps: 0 }), y = normalTensor(A.outShape, 1);
    const engine = pack(net);
    assert.ok(apart(engine.reconstruct(y).data, net.forward(y).data) < 1e-4, A.name);
    assert.ok(engine.bytes.total > 0, A.name);
    if (A.describe) assert.equal(decodeModel(encodeModel(net)).net.forward(y).data, net.forward(y).data);
  }
});
packed('an out that is a view, of another shape or on the measurement is refused', async () => {
  const A = gaussian(4, 6, { seed: 1 }), engine = pack(await sign().fit(netFor(A), dataFor(A))), y = normalTensor([2, 4], 1);
  const turned = ndarray(new Float32Array(12), [6, 2]).transpose(1, 0), memory = new Float32Array(20);
  for (const [out, given, message] of [
    [turned, y, /expected out to be a contiguous \[2,6\], got a view of \[2,6\]$/], [tensor(new Float32Array(12), [3, 4]), y, /expected out to be a contiguous \[2,6\], got \[3,4\]$/],
    [tensor(memory.subarray(4, 16), [2, 6]), tensor(memory.subarray(0, 8), [2, 4]), /expected out to be another array than the input$/],
  ] as const) {
    assert.throws(() => engine.reconstruct(given, out), message);
    assert.throws(() => A.adjoint(given, out), message);
  }
  const out = tensor(memory.subarray(8), [2, 6]);
  assert.equal(flat(A.adjoint(tensor(memory.subarray(0, 8), [2, 4]), out)), new Float32Array(12));
});
packed('a prox for signals of another size is refused', () => {
  const { tensors, metadata } = decodeSafetensors(bytes);
  for (const prox of ['dct-l1(33x33)', 'wavelet-l1(db2,2,8x12)', 'tv(2x12)'])
    assert.throws(
      () => decodeModel(encodeSafetensors(tensors, { ...metadata, prox })),
      `model: expected a prox for signals [12], got ${prox}`,
    );
  assert.is(decodeModel(encodeSafetensors(tensors, { ...metadata, prox: 'dct-l1(3x4)' })).net.problem.prox.name, 'dct-l1(3x4)');
});
packed('thresholds of a number or below what layers take are refused', () => {
  const { tensors, metadata } = decodeSafetensors(bytes), name = Object.keys(tensors).find(each => each.startsWith('theta'))!;
  const wrong = (data: Float32Array<ArrayBuffer>): Uint8Array => encodeSafetensors({ ...tensors, [name]: { dtype: 'F32', shape: [data.length], data } }, metadata);
  assert.throws(() => decodeModel(wrong(Float32Array.of(-1))), `model: expected numbers from 0 on in ${name}, got -1`);
  assert.throws(() => decodeModel(wrong(new Float32Array(2))), new RegExp(`expected 1 numbers? in ${name}`));
  assert.throws(() => decodeModel(encodeSafetensors(tensors, { ...metadata, prox: 'sliding-dct-l1(3x4,2)' })), /^model: expected [^\n]+$/);
});
packed.run();
