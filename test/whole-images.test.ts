import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deadLeaves } from '../datasets/index.js';
import { convolution, gaussianKernel, motionKernel, orthonormal, resized, uniformKernel } from '../operators/index.js';
import { flat, tensor } from '../src/core/array.js';
import { l1 } from '../src/core/prox.js';
import { dctL1 } from '../src/core/transform-prox.js';
import { onOperator } from '../src/binary/one-bit-network.js';
import { pack } from '../src/packed/engine.js';
import { reconstructTiled, tiledReconstructor } from '../src/tasks/tiles.js';
import { measureAndReconstruct } from '../src/tasks/whole-images.js';
import type { Boundary, OneBitNetwork, Prox, UnrolledNetwork } from '../src/types.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { normals, relativeError } from './helpers.js';

const asFloat = (net: UnrolledNetwork): OneBitNetwork => ({ ...net, binarizer: 'float', scale: 1, matrices: [] });
// Not symmetric, so that a shift or a flip at the ends shows.
const skewed = tensor([0.05, 0.2, 0.1, 0.1, 0.3, 0.05, 0, 0.15, 0.05], [3, 3]);
const size = [45, 58] as const,
  sharp = tensor(
    deadLeaves(size, 3).data.map(value => value / 255),
    size,
  );
// Untrained, ISTA-Net+ is gradient descent, which sees no further than its blur.
const blurNet = (boundary: Boundary, kernel = skewed): OneBitNetwork =>
  asFloat(istaNet({ operator: convolution(kernel, [20, 20], { boundary }), prox: l1() }, { layers: 3, features: 2 }));
const tiles = { tile: 36, overlap: 12 };
/** Relative error where the reach of the network ends within the overlap. */
const exact = 1e-5;

const tiled = suite('images in tiles');
for (const [boundary, kernel, most] of [
  ['circular', skewed, exact],
  // Only a symmetric kernel is its own adjoint on reflected ends; with zeros outside, what leaks out is lost.
  ['reflect', gaussianKernel({ size: 3, sigma: 1 }), exact],
  ['zero', skewed, 0.04],
] as const)
  tiled(`a measurement with ${boundary} ends is continued as it was made: tiles give what the whole image gives`, () => {
    const net = blurNet(boundary, kernel),
      whole = resized(net.problem.operator, size),
      y = whole.forward(sharp);
    const expected = pack(onOperator(net, whole)).reconstruct(y).data,
      error = relativeError(measureAndReconstruct(net, sharp, tiles).data, expected);
    assert.ok(error < most, String(error));
    for (const other of ['circular', 'zero', 'reflect'] as const)
      if (other !== boundary)
        assert.ok(relativeError(reconstructTiled(net, y, { ...tiles, boundary: other }).data, expected) > 1.25 * error, other);
  });
tiled('proximal steps, which see the whole tile as a period, give in tiles what they give on the whole image, to 0.2 dB; past unknown ends they do not ring', () => {
  const shape = [300, 281] as const, truth = deadLeaves(shape, 4).data.map(value => value / 255), noise = normals(truth.length, 1);
  for (const kernel of [uniformKernel(9), motionKernel({ length: 11, angle: 35 })]) {
    const net = asFloat(istaNet({ operator: convolution(kernel, [20, 20], { method: 'fft' }), prox: l1() }, { layers: 3, features: 2, dataStep: 'proximal' }));
    for (const param of net.params.filter(({ name }) => name.startsWith('rho'))) param.value[0] = 0.005;
    const A = resized(net.problem.operator, shape), blurred = A.forward(tensor(truth, shape)).data, y = tensor(blurred.map((value, i) => value + 0.005 * noise[i]!), shape);
    const psnr = (x: Float32Array): number => -10 * Math.log10(x.reduce((sum, value, i) => sum + (value - truth[i]!) ** 2, 0) / x.length);
    const whole = psnr(pack(onOperator(net, A)).reconstruct(y).data), own = psnr(reconstructTiled(net, y, { boundary: 'circular' }).data);
    assert.ok(whole - psnr(blurred) > 2 && own > whole - 0.2, `${psnr(blurred)}, ${whole}, ${own}`);
    // A part of a larger photograph, which goes on in no known way.
    const [h, w] = [250, 231], part = (image: Float32Array): Float32Array =>
      Float32Array.from({ length: h * w }, (_, i) => image[(25 + Math.floor(i / w)) * shape[1] + 25 + (i % w)]!);
    const [seen, inside] = [part(y.data), part(truth)], error = (x: Float32Array): number => relativeError(x, inside);
    assert.ok(error(reconstructTiled(net, tensor(seen, [h, w])).data) < 0.8 * error(seen));
  }
});
tiled('one reconstructor carries the network to its tiles once, for images of any size', () => {
  const net = blurNet('reflect'),
    { operator } = net.problem;
  let described = 0;
  const counted = {
    ...net,
    problem: { ...net.problem, operator: { ...operator, describe: () => (described++, operator.describe!()) } },
  };
  const run = tiledReconstructor(counted, tiles),
    small = tensor(flat(sharp).slice(0, 12), [3, 4]);
  const results = [run(sharp), run(small), run(sharp)];
  assert.is(described, 1);
  assert.equal(results[2]!.data, results[0]!.data);
  assert.equal(results[0]!.data, reconstructTiled(net, sharp, tiles).data);
  assert.equal([...results[1]!.shape], [3, 4]);
});
tiled('tiles of exactly 3 overlaps are taken, shorter ones and overlaps of 1 refused', () => {
  const net = blurNet('reflect');
  assert.ok(relativeError(reconstructTiled(net, sharp, tiles).data, reconstructTiled(net, sharp).data) < exact);
  for (const [tile, overlap] of [
    [35, 12],
    [36, 1],
    [36.5, 12],
  ] as const)
    assert.throws(
      () => reconstructTiled(net, sharp, { tile, overlap }),
      `expected an overlap of at least 2 and tiles of at least 3 overlaps, got ${overlap} and ${tile}`,
    );
});
tiled.run();

const blocks = suite('images in blocks');
const sensing = orthonormal(48, 64, { seed: 1 });
const learned = (prox: Prox): OneBitNetwork => asFloat(learnedIsta({ operator: sensing, prox }, { layers: 2 }));
blocks('a network whose shape or prox says that its signals are 8x8 blocks measures images by them', () => {
  const phased = asFloat(istaNet({ operator: sensing, prox: l1() }, { layers: 2, features: 2, shape: [8, 8] }));
  for (const net of [phased, learned(dctL1([8, 8]))]) {
    const corner = tensor(
      Float32Array.from({ length: 64 }, (_, i) => sharp.data[Math.floor(i / 8) * size[1]! + (i % 8)]!),
      [8, 8],
    );
    const whole = measureAndReconstruct(net, sharp),
      alone = measureAndReconstruct(net, corner);
    assert.equal([...whole.shape], size);
    assert.ok(relativeError([whole.get(0, 0), whole.get(7, 7)], [alone.get(0, 0), alone.get(7, 7)]) < 1e-6);
  }
});
blocks('a network of sequences, or of signals of unknown shape, is not fed blocks of an image', () => {
  const sequences = asFloat(istaNet({ operator: sensing, prox: l1() }, { layers: 2, features: 2, shape: [64] }));
  const oblong = asFloat(istaNet({ operator: sensing, prox: l1() }, { layers: 2, features: 2, shape: [4, 16] }));
  assert.throws(() => measureAndReconstruct(sequences, sharp), /expected signals \[64\], got an image \[45,58\]/);
  assert.throws(() => measureAndReconstruct(learned(l1()), sharp), /expected signals \[64\], got an image \[45,58\]/);
  assert.throws(() => measureAndReconstruct(oblong, sharp), /expected signals \[4,16\], got an image \[45,58\]/);
});
blocks.run();
