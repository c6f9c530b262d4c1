import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tensor } from '../src/core/array.js';
import { correlation, imagePsnrDb, nmseDb, psnrDb, rrmse, rrmseSpectrum, ssim } from '../src/tasks/metrics.js';
import { normals, normalTensor } from './helpers.js';

/** Absolute: f32 inputs, f64 sums. */
const SSIM = 1e-9,
  DECIBEL = 1e-9,
  RELATIVE = 1e-9;

const fixture = JSON.parse(readFileSync('test/fixtures/metrics.json', 'utf8')) as {
  images: {
    shape: number[];
    peak: number;
    truth: number[];
    distorted: { kind: string; x: number[]; psnr: number; ssim: number }[];
  }[];
  signals: { n: number; x: number[]; truth: number[]; rrmse: number; spectrum: number; correlation: number }[];
};
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);

const images = suite('metrics of images');
for (const { shape, peak, truth, distorted } of fixture.images)
  for (const { kind, x, psnr, ssim: expected } of distorted) {
    const [estimate, reference] = [tensor(x, shape), tensor(truth, shape)];
    images(
      `${kind} of [${shape.join(',')}], peak ${peak}: PSNR and SSIM equal scikit-image's over its own cropped region`,
      () => {
        near(imagePsnrDb(estimate.data, reference.data, peak), psnr, DECIBEL);
        near(ssim(estimate, reference, { peak }), expected, SSIM);
        near(ssim(reference, estimate, { peak }), expected, SSIM);
      },
    );
  }
images('equal images have infinite PSNR and SSIM 1', () => {
  const image = normalTensor([12, 13], 5);
  assert.is(imagePsnrDb(image.data, image.data, 1), Infinity);
  near(ssim(image, image, { peak: 1 }), 1, SSIM);
});
images('an inverted image has a negative SSIM; a peak of another unit changes nothing if the values follow', () => {
  const { shape, truth, distorted } = fixture.images[0]!,
    inverted = distorted.find(({ kind }) => kind === 'inverted')!;
  assert.ok(inverted.ssim < 0);
  const scaled = (values: number[]) =>
    tensor(
      values.map(value => value / 4),
      shape,
    );
  near(ssim(scaled(inverted.x), scaled(truth), { peak: 255 / 4 }), inverted.ssim, 1e-6);
});
images('views, whose numbers lie elsewhere in memory, score as the images they show', () => {
  const { shape, peak, truth, distorted } = fixture.images[0]!,
    [h, w] = shape as [number, number],
    [{ x, ssim: expected }] = distorted as [(typeof distorted)[0]];
  const turned = (values: number[]) =>
    tensor(
      Array.from({ length: h * w }, (_, i) => values[(i % h) * w + Math.floor(i / h)]!),
      [w, h],
    ).transpose(1, 0);
  near(ssim(turned(x), turned(truth), { peak }), expected, SSIM);
});
images('NaN in an image shows in its scores', () => {
  const image = normalTensor([12, 17], 1),
    broken = tensor(image.data.slice(), [12, 17]);
  broken.data[100] = NaN;
  assert.ok(Number.isNaN(ssim(broken, image, { peak: 1 })) && Number.isNaN(imagePsnrDb(broken.data, image.data, 1)));
});
images('sizes that differ or are too small and peaks that are not positive are refused in one line', () => {
  const image = normalTensor([12, 17], 1);
  assert.throws(() => ssim(normalTensor([17, 12], 1), image, { peak: 1 }), /^ssim: expected shape \[12,17\], got \[17,12\]$/);
  assert.throws(() => ssim(normalTensor([204], 1), normalTensor([204], 1), { peak: 1 }), /^ssim: expected images \[h,w\]/);
  assert.throws(() => ssim(normalTensor([8, 13], 1), normalTensor([8, 13], 1), { peak: 1 }), /at least 11 pixels a side, got \[8,13\]$/);
  assert.throws(() => imagePsnrDb(new Float32Array(3), new Float32Array(4), 1), /^psnr: expected 4 numbers, got 3$/);
  for (const peak of [0, -1, NaN]) {
    assert.throws(() => ssim(image, image, { peak }), /^ssim: expected peak > 0, got [^\n]+$/);
    assert.throws(() => imagePsnrDb(image.data, image.data, peak), /^psnr: expected peak > 0, got [^\n]+$/);
  }
});

const signals = suite('metrics of signals');
for (const { n, x: estimate, truth: reference, rrmse: time, spectrum, correlation: cc } of fixture.signals) {
  const x = Float32Array.from(estimate),
    truth = Float32Array.from(reference);
  signals(`${n} samples: relative errors and correlation equal NumPy's and SciPy's, whatever the sampling rate`, () => {
    near(rrmse(x, truth), time, RELATIVE);
    near(rrmseSpectrum(x, truth), spectrum, RELATIVE);
    near(correlation(x, truth), cc, RELATIVE);
  });
}
signals('NMSE and PSNR by hand', () => {
  const truth = Float32Array.of(3, -4),
    estimate = Float32Array.of(3, -3.5);
  for (const [name, metric] of [['nmse', nmseDb], ['psnr', psnrDb]] as const)
    assert.throws(() => metric(estimate.slice(1), truth), new RegExp(`^${name}: expected ${truth.length} numbers, got ${truth.length - 1}$`));
  near(nmseDb(estimate, truth), -20, DECIBEL);
  near(psnrDb(estimate, truth), 10 * Math.log10((16 * 2) / 0.25), DECIBEL);
});
signals('the spectrum does not see a shift around the circle; the error in time does', () => {
  const truth = normals(37, 4),
    shifted = truth.map((_, i) => truth[(i + 5) % 37]!);
  near(rrmseSpectrum(shifted, truth), 0, 1e-12);
  assert.ok(rrmse(shifted, truth) > 0.5);
});
signals('zero truths, constants and a sign: NaN, Infinity, -1', () => {
  const zero = new Float32Array(7),
    x = normals(7, 5);
  assert.ok(Number.isNaN(rrmse(zero, zero)) && Number.isNaN(rrmseSpectrum(zero, zero)));
  assert.is(rrmse(x, zero), Infinity);
  // A tenth in f32, seven times, has a sum that rounds.
  assert.ok(
    Number.isNaN(correlation(new Float32Array(7).fill(0.1), x)) && Number.isNaN(correlation(x, new Float32Array(7).fill(0.1))),
  );
  near(
    correlation(
      x.map(value => 3 - 2 * value),
      x,
    ),
    -1,
    1e-7,
  );
  near(
    correlation(
      x.map(value => value * 1e-30),
      x,
    ),
    1,
    1e-7,
  );
});
signals('lengths that differ are refused, also where their spectra are equally long', () => {
  for (const metric of [rrmse, rrmseSpectrum, correlation]) {
    assert.throws(() => metric(new Float32Array(65), new Float32Array(64)), /^[\w ]+: expected 64 numbers, got 65$/);
    assert.throws(() => metric(new Float32Array(0), new Float32Array(0)), /^[\w ]+: expected some numbers, got 0$/);
  }
});
images.run();
signals.run();
