import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tensor } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { proxByName } from '../src/core/prox.js';
import { totalVariation } from '../src/core/total-variation.js';
import { tvSolver } from '../src/solvers/tv.js';
import { correlation, imagePsnrDb, rrmse, rrmseSpectrum, ssim } from '../src/tasks/metrics.js';
import { convolution, dct, fourier, gaussianKernel, imageBlocks, maskFrom, motionKernel, orthonormal, radon, resized, uniformKernel, wavelet } from '../operators/index.js';
import { parseNpy } from '../datasets/index.js';
import { normals, normalTensor, relativeError } from './helpers.js';

const OPERATOR = 1e-5, METRIC = 1e-4, TV = 1e-3, GRADIENT = 2e-3;
/** Joseph's lines against scikit-image's rotated and bilinearly resampled image, on a smooth one. */
const DISCRETISATION = 0.02;

interface Transformed { shape: number[]; x: number[]; z: number[] }
const fixture = JSON.parse(readFileSync('test/fixtures/image-operators.json', 'utf8')) as {
  dct: Transformed[]; wavelet: (Transformed & { name: string; levels: number })[];
  metrics: { kind: string; shape: number[]; x: number[]; truth: number[]; psnr: number; ssim: number }[];
  eeg: { x: number[]; truth: number[]; rrmse: number; spectrum: number; cc: number }[];
  tv: { shape: number[]; x: number[]; tau: number; out: number[] };
  blur: { shape: number[]; x: number[]; uniform: number[]; gaussian: number[]; kernel: number[] };
  radon: { n: number; angles: number[]; detectors: number; x: number[]; y: number[] };
  smooth: { n: number; angles: number[]; x: number[]; masses: number; skimage: number[] };
};

const operators = suite('image operators');
for (const { shape, x, z } of fixture.dct) operators(`DCT of [${shape.join(',')}] equals SciPy's, and its adjoint is its inverse`, () => {
  const A = dct(shape);
  assert.ok(relativeError(A.forward(tensor(x, shape)).data, z) <= OPERATOR);
  assert.ok(relativeError(A.adjoint(tensor(z, shape)).data, x) <= OPERATOR);
});
for (const { shape, name, levels, x, z } of fixture.wavelet) operators(`${name}, ${levels} levels of [${shape.join(',')}] equals PyWavelets, and its adjoint is its inverse`, () => {
  const A = wavelet(shape, { name, levels });
  assert.ok(relativeError(A.forward(tensor(x, shape)).data, z) <= OPERATOR);
  assert.ok(relativeError(A.adjoint(tensor(z, shape)).data, x) <= OPERATOR);
});
operators('blurs equal SciPy with wrapped boundaries; kernels sum to 1 and a motion is symmetric about its centre', () => {
  const { shape, x, uniform, gaussian, kernel } = fixture.blur, image = tensor(x, shape);
  assert.ok(relativeError(convolution(uniformKernel(5), shape).forward(image).data, uniform) <= OPERATOR);
  const own = gaussianKernel({ size: 5, sigma: 1.1 });
  assert.ok(relativeError(own.data, kernel) <= OPERATOR);
  assert.ok(relativeError(convolution(own, shape).forward(image).data, gaussian) <= OPERATOR);
  const motion = motionKernel({ length: 9, angle: 35 }).data;
  assert.ok(Math.abs(motion.reduce((sum, value) => sum + value, 0) - 1) <= OPERATOR);
  assert.ok(relativeError(motion.slice().reverse(), motion) <= OPERATOR);
  // 35 degrees counter-clockwise: right of the centre it goes up.
  const side = Math.sqrt(motion.length), up = motion[Math.round(side / 2 - 2.5) * side + Math.round(side / 2 + 2)]!;
  assert.ok(up > 0.02 && motion[Math.round(side / 2 + 2) * side + Math.round(side / 2 + 2)]! === 0);
});
operators('radon equals an independent Joseph projector, and scikit-image within its discretisation', () => {
  const { n, angles, detectors, x, y } = fixture.radon;
  assert.ok(relativeError(radon([n, n], { angles, detectors }).forward(tensor(x, [n, n])).data, y) <= OPERATOR);
  const { n: side, angles: few, x: blob, masses, skimage } = fixture.smooth, sinogram = radon([side, side], { angles: few }).forward(tensor(blob, [side, side]));
  assert.ok(relativeError(sinogram.data, skimage) <= DISCRETISATION, String(relativeError(sinogram.data, skimage)));
  for (let a = 0; a < few.length; a++) {
    const mass = sinogram.data.subarray(a * side, (a + 1) * side).reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(mass / masses - 1) <= DISCRETISATION, `${few[a]} degrees: ${mass} of ${masses}`);
  }
});
operators('image blocks lie row by row, and their adjoint puts any image together again', () => {
  const A = imageBlocks([5, 7], 3), x = normalTensor([5, 7], 3), blocks = A.forward(x);
  assert.equal([...blocks.shape], [6, 9]);
  assert.is(blocks.get(1, 4), x.get(1, 4));
  assert.is(blocks.get(3, 8), 0);
  assert.equal(A.adjoint(blocks).data, x.data);
});
operators('orthonormal rows are orthonormal', () => {
  const A = orthonormal(43, 121, { seed: 2 }), y = normalTensor([43], 4);
  assert.ok(relativeError(A.forward(A.adjoint(y)).data, y.data) <= OPERATOR);
  assert.ok(Math.abs(norm(A) - 1) <= METRIC);
});
operators('a blur moves to another image size; a sensing matrix says why it cannot', () => {
  const moved = resized(convolution(gaussianKernel({ size: 3, sigma: 1 }), [8, 8]), [11, 6]);
  assert.equal([...moved.inShape], [11, 6]);
  assert.throws(() => resized(orthonormal(3, 9, { seed: 1 }), [4, 4]), /orthonormal: expected an image of \[9\], got \[4,4\]/);
});
operators('wrong arguments are one clear line', () => {
  assert.throws(() => wavelet([12, 10], { name: 'db4', levels: 2 }), /expected 1 or 2 axes divisible by 4, got \[12,10\]/);
  assert.throws(() => wavelet([8], { name: 'sym5', levels: 1 }), /expected haar, db1, db2, db3, db4, got sym5/);
  assert.throws(() => radon([7, 8], { angles: [0] }), /expected a square image/);
  assert.throws(() => radon([7, 7], { angles: [] }), /expected angles in degrees, got none/);
  assert.throws(() => gaussianKernel({ size: 4, sigma: 1 }), /expected an odd size, got 4/);
  assert.throws(() => orthonormal(9, 4, { seed: 1 }), /expected at most 4 rows, got 9/);
});

const folder = process.env['SIGNFOLD_DATA'];
if (folder) operators('the published masks agree in both conventions of the zero frequency', () => {
  const read = (name: string) => parseNpy(readFileSync(`${folder}/mri/masks/${name}.npy`), name);
  const corner = maskFrom(read('istanet_mask_20'), 'corner'), centre = maskFrom(read('admm_Pseudo-radial-0.2'), 'centre');
  // Not assert.equal, whose picture of two long arrays that differ takes minutes.
  assert.is(corner.data.length, centre.data.length);
  assert.is(corner.data.findIndex((bit, i) => bit !== centre.data[i]), -1);
  assert.is(corner.data.reduce((sum, bit) => sum + bit, 0), 13233);
  assert.is(fourier([256, 256], { mask: corner, complexInput: false }).forward(normalTensor([256, 256], 1)).data.filter(value => value !== 0).length > 0, true);
});
else operators.skip('the published masks agree in both conventions: set SIGNFOLD_DATA', () => {});

const metrics = suite('metrics');
for (const { kind, shape, x, truth, psnr, ssim: expected } of fixture.metrics) metrics(`PSNR and SSIM of ${kind} equal scikit-image's`, () => {
  assert.ok(Math.abs(imagePsnrDb(Float32Array.from(x), Float32Array.from(truth), 255) - psnr) <= METRIC);
  assert.ok(Math.abs(ssim(tensor(x, shape), tensor(truth, shape), { peak: 255 }) - expected) <= METRIC / 100);
});
metrics('relative errors in time and spectrum and the correlation equal NumPy and SciPy', () => {
  for (const { x, truth, rrmse: time, spectrum, cc } of fixture.eeg) {
    assert.ok(Math.abs(rrmse(x, truth) - time) <= OPERATOR);
    assert.ok(Math.abs(rrmseSpectrum(x, truth) - spectrum) <= OPERATOR);
    assert.ok(Math.abs(correlation(x, truth) - cc) <= OPERATOR);
  }
});
metrics('equal images have infinite PSNR and SSIM 1; unequal sizes and small images are refused', () => {
  const image = normalTensor([12, 13], 5);
  assert.is(imagePsnrDb(image.data, image.data, 1), Infinity);
  assert.ok(Math.abs(ssim(image, image, { peak: 1 }) - 1) <= OPERATOR);
  assert.throws(() => ssim(normalTensor([8, 13], 1), normalTensor([8, 13], 1), { peak: 1 }), /at least 11 pixels a side, got \[8,13\]/);
  assert.throws(() => imagePsnrDb(new Float32Array(3), new Float32Array(4), 1), /psnr: expected 4 numbers, got 3/);
});

const proxes = suite('proxes of images');
proxes("the prox of TV equals scikit-image's dual solver run to the end, also from a warm start", () => {
  const { shape, x, tau, out } = fixture.tv, own = new Float32Array(x.length);
  totalVariation(shape, { iterations: 2000 }).prox(Float32Array.from(x), tau, own);
  assert.ok(relativeError(own, out) <= TV, String(relativeError(own, out)));
  const warm = totalVariation(shape, { iterations: 20, warmStart: true });
  for (let k = 0; k < 60; k++) warm.prox(Float32Array.from(x), tau, own);
  assert.ok(relativeError(own, out) <= TV);
  assert.throws(() => warm.vjp(own, 1, own, own), /has no derivative here/);
});
proxes('TV reconstruction satisfies the optimality of its objective: random steps do not lower it', () => {
  const A = convolution(gaussianKernel({ size: 3, sigma: 0.8 }), [11, 14]), truth = tensor(Float32Array.from({ length: 154 }, (_, i) => (i % 14 > 6 ? 1 : 0)), [11, 14]);
  const y = A.forward(truth), lambda = 0.02, { x } = tvSolver(A, y, { lambda, iterations: 800, inner: 40 });
  const objective = (image: Float32Array): number => {
    const r = A.forward(tensor(image, [11, 14])).data;
    return r.reduce((sum, value, i) => sum + (value - y.data[i]!) ** 2, 0) / 2 + lambda * totalVariation([11, 14]).value(image);
  };
  const best = objective(x.data);
  for (let k = 0; k < 200; k++) {
    const step = 10 ** -(1 + (k % 4)), other = x.data.map((value, i) => value + step * normals(154, 9, k)[i]!);
    assert.ok(objective(other) >= best - 1e-7);
  }
});
for (const name of ['dct-l1(7x5)', 'dct-l1(53)', 'wavelet-l1(db2,2,8x12)']) proxes(`${name}: its name rebuilds it, the prox is optimal, its derivative equals central differences`, () => {
  const prox = proxByName(name), n = name === 'dct-l1(53)' ? 53 : name === 'dct-l1(7x5)' ? 35 : 96, x = normals(2 * n, 1), tau = 0.3, out = new Float32Array(2 * n);
  assert.is(prox.name, name);
  prox.prox(x, tau, out);
  const objective = (z: Float32Array): number => z.reduce((sum, value, i) => sum + (value - x[i]!) ** 2, 0) / 2 + tau * prox.value(z);
  for (let k = 0; k < 50; k++) assert.ok(objective(out.map((value, i) => value + 10 ** -(1 + (k % 3)) * normals(2 * n, 2, k)[i]!)) >= objective(out) - 1e-5);
  const v = normals(2 * n, 3), g = new Float32Array(2 * n), gTau = prox.vjp(x, tau, v, g), h = 1e-3;
  const along = (at: Float32Array, t: number): number => {
    const z = new Float32Array(2 * n);
    prox.prox(at, t, z);
    return z.reduce((sum, value, i) => sum + value * v[i]!, 0);
  };
  const d = normals(2 * n, 4), moved = (sign: number): Float32Array => x.map((value, i) => value + sign * h * d[i]!);
  const slope = (along(moved(1), tau) - along(moved(-1), tau)) / (2 * h), expected = g.reduce((sum, value, i) => sum + value * d[i]!, 0);
  assert.ok(Math.abs(slope - expected) <= GRADIENT * n, `${slope} for ${expected}`);
  assert.ok(Math.abs((along(x, tau + h) - along(x, tau - h)) / (2 * h) - gTau) <= GRADIENT * n);
});
proxes('hostile names are refused in one line', () => {
  for (const name of ['dct-l1(0x3)', 'dct-l1(99999999x99999999)', 'wavelet-l1(db4,3,7x7)', 'wavelet-l1(xx,1,8x8)', 'tv(5)', 'dct-l1()', 'tv(3x3x3)'])
    assert.throws(() => proxByName(name), (error: Error) => error instanceof RangeError && !error.message.includes('\n'), name);
});
operators.run();
metrics.run();
proxes.run();
