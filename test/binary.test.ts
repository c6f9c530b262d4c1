import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { gaussian, matrix } from '../operators/index.js';
import { packCodes, unpackCodes, checkBits } from '../src/binary/bits.js';
import { channelWise, float, sign, straightThrough, ternary } from '../src/binary/binarizers/index.js';
import { generalizationCertificate, recoveryCertificate } from '../src/binary/certificate.js';
import { maskedSigns, signs, ternary as ternaryCodes } from '../src/binary/codes.js';
import { latentWeights } from '../src/binary/latent.js';
import { calibratedScale, leastSquaresScale } from '../src/binary/scale.js';
import { oneBitNetwork } from '../src/binary/one-bit-network.js';
import { tensor } from '../src/core/array.js';
import { blockDiagonal } from '../src/core/combine.js';
import { l1 } from '../src/core/prox.js';
import { patternMap } from '../src/kernels/maps/index.js';
import { param } from '../src/unrolled/param.js';
import { learnedIsta, unrolledAdmm, unrolledIsta } from '../src/unrolled/presets.js';
import type { OneBitNetwork, Param } from '../src/types.js';
import { normals, normalTensor } from './helpers.js';

const paramOf = (count: number): Param =>
  param('W', new Float32Array(count), { map: patternMap({ kind: 'diagonal', basis: 'identity', size: count }), oneBit: true });

const bits = suite('sign bits');
for (const count of [1, 3, 15, 31, 32, 33, 63, 64, 65, 127, 128])
  bits(`${count} codes survive packing, and their tail bits are 0`, () => {
    const codes = normals(count, count).map(value => (Math.abs(value) < 0.4 ? 0 : Math.sign(value))),
      out = new Float32Array(count);
    const packed = packCodes(paramOf(count), codes);
    unpackCodes(packed, 0.25, out);
    assert.equal(
      [...out],
      [...codes.map(code => 0.25 * code)].map(value => value + 0),
    );
    checkBits('signs', packed.signs, count);
    assert.is(packed.signs.length, Math.ceil(count / 32));
  });
bits('bit 1 is negative, least significant bit first; 0 and −0 are positive', () => {
  const codes = new Float32Array(5);
  signs(Float32Array.of(-1, 2, -0, 0, -3), codes);
  assert.equal([...codes], [-1, 1, 1, 1, -1]);
  assert.is(packCodes(paramOf(5), codes).signs[0], 0b10001);
});
bits('tail bits and word counts are checked', () => {
  assert.throws(() => checkBits('x', Uint32Array.of(0b100), 2), /^x: expected the bits after the last of 2 weights to be 0$/);
  assert.throws(() => checkBits('x', new Uint32Array(3), 64), /expected 2 words for 64 weights, got 3/);
});
bits('ternary codes are 0 up to 0.7 of the mean magnitude; masks keep the largest', () => {
  const v = Float32Array.of(0.1, -1, 2, -0.6, 0.69),
    codes = new Float32Array(5);
  ternaryCodes(v, codes); // mean magnitude 0.878, threshold 0.6146
  assert.equal([...codes], [0, -1, 1, 0, 1]);
  maskedSigns(v, 0.4)(Float32Array.of(-9, 9, -9, 9, 9), codes);
  assert.equal([...codes], [0, 1, -1, 0, 0]);
});
bits('the least-squares scale of signs is the mean magnitude', () =>
  assert.ok(Math.abs(leastSquaresScale([[Float32Array.of(1, -2, 3), Float32Array.of(1, -1, 1)]]) - 2) < 1e-12),
);
bits.run();

const data = sparseSpikes(24, { density: 0.1, seed: 3 });
const A = blockDiagonal([gaussian(5, 11, { seed: 1 }), gaussian(7, 13, { seed: 2 })]);
const net = learnedIsta({ operator: A, prox: l1() }, { layers: 3 });
const weights = (fit: OneBitNetwork): Set<number> => new Set(fit.params.find(({ name }) => name === 'W')!.value);

const binarizers = suite('binarizers');
for (const [binarizer, distinct] of [
  [sign(), 2],
  [straightThrough(), 2],
  [straightThrough({ mixing: 0 }), 2],
  [straightThrough({ reading: 'one-bit-first' }), 2],
  [straightThrough({ keep: 0.5 }), 3],
  [ternary(), 3],
] as const)
  binarizers(`${binarizer.name}: one scale, codes alone, and the network it was given is untouched`, async () => {
    const before = net.params.map(({ value }) => value.slice());
    const fit = await binarizer.fit(net, data, { steps: 30, batch: 8 });
    net.params.forEach(({ value }, i) => assert.equal(value, before[i]));
    const magnitudes = new Set([...weights(fit)].map(Math.abs).filter(value => value > 0));
    assert.equal([...magnitudes], [fit.scale]);
    assert.is(weights(fit).size, distinct);
    assert.is(fit.matrices.length, 1);
  });
binarizers('channel-wise: one magnitude a column of the block', async () => {
  const fit = await channelWise().fit(net, data, { steps: 10, batch: 8 });
  assert.is(fit.matrices[0]!.rowScales!.length, 24);
  assert.is(fit.scale, 1);
});
binarizers('float: trains and binarizes nothing', async () => {
  const fit = await float().fit(net, data, { steps: 10, batch: 8 });
  assert.is(fit.matrices.length, 0);
  assert.ok(weights(fit).size > 50);
});
binarizers('one-bit-first: tuning moves thresholds and steps, not signs or scale', async () => {
  const one = await straightThrough({ reading: 'one-bit-first', tune: 0 }).fit(net, data, { steps: 20, batch: 8 });
  const two = await straightThrough({ reading: 'one-bit-first', tune: 1 }).fit(net, data, { steps: 20, batch: 8 });
  assert.equal(two.matrices[0]!.signs, one.matrices[0]!.signs);
  assert.is(two.scale, one.scale);
  assert.not.equal(
    two.params.find(({ name }) => name === 'theta.1')!.value,
    one.params.find(({ name }) => name === 'theta.1')!.value,
  );
});
binarizers('the calibrated scale is ⟨W,H,B⟩/⟨B,H,B⟩ with H from the residuals that W meets', () => {
  const B = matrix(normalTensor([3, 5], 9)),
    one = learnedIsta({ operator: B, prox: l1() }, { layers: 1 });
  const W = one.params.find(({ name }) => name === 'W')!,
    codes = new Float32Array(15),
    y = normalTensor([3], 10);
  signs(W.value, codes);
  let product = 0,
    energy = 0;
  for (let j = 0; j < 5; j++) {
    let w = 0,
      b = 0;
    for (let i = 0; i < 3; i++) {
      w -= W.value[i * 5 + j]! * y.data[i]!;
      b -= codes[i * 5 + j]! * y.data[i]!;
    }
    product += w * b;
    energy += b * b;
  }
  assert.ok(Math.abs(calibratedScale(one, new Map([[W, codes]]), y) - product / energy) < 1e-5);
});
binarizers('straight-through: ∂V = ∂W, ∂λ = f ⟨∂W, sign V⟩, W = (1 − f) V + f λ sign V', () => {
  const own = learnedIsta({ operator: A, prox: l1() }, { layers: 1 }),
    W = own.params.find(({ name }) => name === 'W')!,
    start = W.value.slice();
  const latent = latentWeights(own, { encode: () => signs, scales: 'global', mixing: 0.5, bound: 2 });
  const [V, scale] = latent.movedFor([W]) as [Param, Param],
    lambda = scale.value[0]!;
  latent.materialise(0.1);
  assert.ok(W.value.every((value, i) => Math.abs(value - (0.8 * start[i]! + 0.2 * lambda * (start[i]! < 0 ? -1 : 1))) < 1e-6));
  W.grad.set(normals(W.grad.length, 4));
  latent.pullback(0.1);
  assert.equal(V.grad, W.grad);
  assert.ok(Math.abs(scale.grad[0]! - 0.2 * W.grad.reduce((sum, g, i) => sum + g * (start[i]! < 0 ? -1 : 1), 0)) < 1e-4);
});
binarizers('a network without a learnt matrix is refused with one line', async () => {
  for (const binarizer of [sign(), straightThrough(), ternary(), channelWise()])
    try {
      await binarizer.fit(unrolledIsta({ operator: A, prox: l1() }, { layers: 2 }), data, { steps: 1 });
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /^[a-z-]+: expected a network with learnt matrices, got ista; see learnedIsta$/);
    }
});
binarizers('impossible options are one clear line', () => {
  assert.throws(() => straightThrough({ mixing: 2 }), /expected mixing within 0 to 1, got 2/);
  assert.throws(() => straightThrough({ keep: 0 }), /expected keep above 0 and at most 1, got 0/);
});
binarizers.run();

const certificates = suite('certificates');
certificates('δ, μ and ρ by hand on a 2 × 3 matrix', () => {
  const own = learnedIsta({ operator: matrix(tensor([1, 0, 0.5, 0, 1, -0.5], [2, 3])), prox: l1() }, { layers: 2 });
  const W = own.params.find(({ name }) => name === 'W')!;
  // b = (+,+), (+,+), (+,−): b_iᵀa_i = 1, 1, 1; |b_iᵀa_j| off the diagonal: 1, 0, 1, 0, 1, 1.
  const certificate = recoveryCertificate(
    oneBitNetwork(own, 'test', { scale: 0.3, codes: new Map([[W, Float32Array.of(1, 1, 1, 1, 1, -1)]]) }),
    2,
  )!;
  assert.is(certificate.theorem, 'T1');
  assert.ok(Math.abs(certificate.scale - 1) < 1e-6 && certificate.delta < 1e-6 && Math.abs(certificate.mu - 1) < 1e-6);
  assert.ok(Math.abs(certificate.rho - 3) < 1e-6);
  assert.ok(certificate.vacuous);
  assert.is(certificate.certifiedSparsity, 0);
});
certificates('where signs are incoherent the bound holds at every layer', async () => {
  const own = learnedIsta({ operator: gaussian(2000, 40, { seed: 5 }), prox: l1() }, { layers: 6 });
  const certificate = recoveryCertificate(await sign().fit(own, sparseSpikes(40)), 1)!;
  assert.ok(!certificate.vacuous && certificate.certifiedSparsity >= 1);
  for (const { bound, observed } of certificate.layers) assert.ok(observed <= bound, `${observed} <= ${bound}`);
});
certificates('at 250 × 500 and 50 nonzeros T1 says that it is vacuous', async () => {
  const own = learnedIsta({ operator: gaussian(250, 500, { seed: 6 }), prox: l1() }, { layers: 1 });
  assert.ok(recoveryCertificate(await sign().fit(own, sparseSpikes(500)), 50)!.vacuous);
});
certificates('a sparsity that there is not is refused', async () => {
  const one = await sign().fit(net, data);
  for (const sparsity of [0, -3, 0.5, NaN]) assert.throws(() => recoveryCertificate(one, sparsity), `recoveryCertificate: expected a sparsity of 1 or more, got ${sparsity}`);
});
certificates('T1 and T2 do not speak of ADMM', async () =>
  assert.is(recoveryCertificate(await sign().fit(unrolledAdmm({ operator: A, prox: l1() }, { layers: 2, coupling: 'tied' }), data), 1), undefined));
certificates('T2 speaks of blocks, one by one', async () =>
  assert.is(recoveryCertificate(await sign().fit(net, data), 1)!.theorem, 'T2'),
);
certificates('T3 is √((nnz ln 2 + 32 p ln 2 + ln 20) / 2N)', async () => {
  const { gap, signs: count, realParams } = generalizationCertificate(await sign().fit(net, data), 1000);
  assert.is(count, 5 * 11 + 7 * 13);
  assert.is(realParams, 7);
  assert.ok(Math.abs(gap - Math.sqrt((146 * Math.LN2 + 32 * 7 * Math.LN2 + Math.log(20)) / 2000)) < 1e-12);
});
certificates.run();
