import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tensor } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { convolution, dct, fourier, gaussianKernel, imageBlocks, maskFrom, motionKernel, orthonormal, radon, rampFilter, resized, uniformKernel, wavelet } from '../operators/index.js';
import { parseNpy } from '../datasets/index.js';
import { normalTensor, relativeError } from './helpers.js';

const OPERATOR = 1e-5, NORM = 1e-4;
/** Joseph's lines against scikit-image's rotated and bilinearly resampled image, on a smooth one. */
const DISCRETISATION = 0.02;
/** Joseph's transpose against iradon's interpolation at each pixel, after the filter. */
const BACK_PROJECTION = 0.03;

interface Transformed { shape: number[]; x: number[]; z: number[] }
const fixture = JSON.parse(readFileSync('test/fixtures/image-operators.json', 'utf8')) as {
  dct: Transformed[]; wavelet: (Transformed & { name: string; levels: number })[];
  blur: { shape: number[]; x: number[]; uniform: number[]; gaussian: number[]; kernel: number[] };
  radon: { n: number; angles: number[]; detectors: number; x: number[]; y: number[] };
  smooth: { n: number; angles: number[]; x: number[]; masses: number; skimage: number[] };
  ramp: { shape: number[]; y: number[]; filtered: number[] };
  fbp: { n: number; angles: number[]; sinogram: number[]; image: number[] };
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
operators('the ramp filter equals scikit-image\'s, its root squares to it, and filtered back-projection is iradon\'s', () => {
  const { shape, y, filtered } = fixture.ramp, rows = shape as [number, number], root = rampFilter(rows, { root: true });
  assert.ok(relativeError(rampFilter(rows).forward(tensor(y, shape)).data, filtered) <= OPERATOR);
  assert.ok(relativeError(root.adjoint(root.forward(tensor(y, shape))).data, filtered) <= OPERATOR);
  const { n, angles, sinogram, image } = fixture.fbp, ramp = rampFilter([angles.length, n]);
  const back = radon([n, n], { angles }).adjoint(ramp.forward(tensor(sinogram, [angles.length, n]))).data;
  // iradon answers inside the circle alone.
  const inside = (_: number, i: number): boolean => Math.hypot((i % n) - (n - 1) / 2, Math.floor(i / n) - (n - 1) / 2) < n / 2 - 1;
  const error = relativeError(back.map(value => (value * Math.PI) / (2 * angles.length)).filter(inside), image.filter(inside));
  assert.ok(error <= BACK_PROJECTION, String(error));
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
  assert.ok(Math.abs(norm(A) - 1) <= NORM);
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
  assert.throws(() => rampFilter([0, 7]), /expected angles to be a positive integer, got 0/);
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
operators.run();
