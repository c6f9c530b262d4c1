import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as kernels from '../src/kernels/index.js';
import * as reference from '../src/kernels/reference.js';
import { normals, relativeError } from './helpers.js';

/** Relative norm of the error of f32 transforms and sums against f64 ones: up to 2e-6 was seen. */
const CLOSE = 5e-6;
const { alloc, free, scratch, temp } = kernels;

/** Scratch memory holds anything; kernels must not read what they have not written. */
const poison = (): unknown => scratch(() => temp(2_000_000).fill(NaN));

/** The errors of the convolution, its input gradient and its weight gradient. */
function errors(shape: kernels.Conv3x3Shape, place: (array: Float32Array) => Float32Array): number[] {
  const { channelsIn, channelsOut, height, width, batch } = shape, pixels = batch * height * width;
  const x = place(normals(pixels * channelsIn, 1)), w = place(normals(channelsIn * channelsOut * 9, 2));
  const g = place(normals(pixels * channelsOut, 3));
  return ([
    ['conv3x3', g.length, x, w], ['conv3x3InputGradient', x.length, g, w], ['conv3x3WeightGradient', w.length, x, g],
  ] as const).map(([run, length, first, second]) => {
    const out = place(normals(length, 4)), expected = out.slice();
    poison();
    kernels[run](first, second, out, shape);
    reference[run](first, second, expected, shape);
    return relativeError(out, expected);
  });
}

const winograd = suite("3×3 convolution by Winograd's tiles");
for (const [channelsIn, channelsOut, height, width, batch] of [
  [32, 32, 33, 33, 2],
  [17, 9, 13, 12, 1],
  [8, 33, 12, 37, 1],
  [21, 10, 3, 151, 1],
  [9, 14, 149, 3, 1],
  [8, 8, 41, 74, 1],
  [65, 40, 9, 10, 2],
  [11, 13, 3, 2, 37],
] as const)
  winograd(`${channelsIn}→${channelsOut} on ${batch} × ${height}×${width} and its gradients equal their twins`, () => {
    const shape = { channelsIn, channelsOut, height, width, batch };
    const error = Math.max(...errors(shape, array => array));
    assert.ok(error <= CLOSE, `${error}`);
  });
winograd('few channels, and one on either side, equal their twins', () => {
  for (const [channelsIn, channelsOut] of [[1, 32], [32, 1], [1, 1], [3, 8], [4, 8], [4, 7], [5, 2]] as const) {
    const error = Math.max(...errors({ channelsIn, channelsOut, height: 10, width: 15, batch: 2 }, array => array));
    assert.ok(error <= CLOSE, `${channelsIn} ${channelsOut}: ${error}`);
  }
});
winograd("any sizes equal their twins, in the kernels' memory or outside it", () => {
  const channels = fc.integer({ min: 1, max: 20 }), size = fc.integer({ min: 1, max: 24 });
  fc.assert(fc.property(channels, channels, size, size, fc.integer({ min: 1, max: 3 }), fc.boolean(),
    (channelsIn, channelsOut, height, width, batch, resident) => {
      const made: Float32Array[] = [];
      const inside = (array: Float32Array): Float32Array => {
        const copy = alloc(array.length);
        copy.set(array);
        made.push(copy);
        return copy;
      };
      const error = Math.max(...errors({ channelsIn, channelsOut, height, width, batch }, resident ? inside : array => array));
      made.forEach(free);
      return error <= CLOSE;
    }), { numRuns: 40, seed: 1 });
});
winograd('is torch.nn.functional.conv2d with padding 1, in f64', () => {
  const fixture = JSON.parse(readFileSync('test/fixtures/conv.json', 'utf8')) as
    { shape: kernels.Conv3x3Shape } & Record<'x' | 'w' | 'g' | 'out' | 'gx' | 'gw', number[]>;
  const x = Float32Array.from(fixture.x), w = Float32Array.from(fixture.w), g = Float32Array.from(fixture.g);
  const out = new Float32Array(g.length), gx = new Float32Array(x.length), gw = new Float32Array(w.length);
  kernels.conv3x3(x, w, out, fixture.shape);
  kernels.conv3x3InputGradient(g, w, gx, fixture.shape);
  kernels.conv3x3WeightGradient(x, g, gw, fixture.shape);
  const error = Math.max(relativeError(out, fixture.out), relativeError(gx, fixture.gx), relativeError(gw, fixture.gw));
  assert.ok(error <= CLOSE, `${error}`);
});
winograd('keeps zeros zero and touches nothing outside the support', () => {
  const shape = { channelsIn: 8, channelsOut: 8, height: 23, width: 29, batch: 1 }, size = 23 * 29;
  const x = new Float32Array(8 * size), out = normals(8 * size, 1);
  x[3 * size + 11 * 29 + 14] = 1;
  kernels.conv3x3(x, normals(8 * 8 * 9, 2), out, shape);
  for (let at = 0; at < out.length; at++) {
    const row = Math.floor((at % size) / 29), col = at % 29;
    if (Math.abs(row - 11) > 3 || Math.abs(col - 14) > 3) assert.is(out[at], 0);
  }
});
winograd.run();
