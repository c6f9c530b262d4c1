// Operators against numpy and scipy: fixtures/operators.py wrote fixtures/operators.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convolution, difference, fourier, hadamard } from '../operators/index.js';
import { tensor } from '../src/core/array.js';
import { relativeError } from './helpers.js';

interface Fixture {
  readonly shape: number[];
  readonly x: number[];
  readonly y: number[];
}
const {
  fft,
  convolve,
  difference: differences,
  hadamard: sylvester,
} = JSON.parse(readFileSync('test/fixtures/operators.json', 'utf8')) as {
  fft: Fixture[];
  convolve: (Fixture & { support: number[]; boundary: 'circular' | 'zero' | 'reflect'; h: number[] })[];
  difference: (Fixture & { axis: number })[];
  hadamard: number[][];
};
const AGREEMENT = 1e-5;

const witness = suite('operators against numpy and scipy');
for (const { shape, x, y } of fft)
  witness(`fourier of ${shape.join('×')} is numpy.fft.fftn with norm='ortho'`, () =>
    assert.ok(relativeError(fourier(shape).forward(tensor(x, [...shape, 2])).data, y) <= AGREEMENT),
  );
for (const { shape, support, boundary, x, h, y } of convolve)
  for (const method of boundary === 'reflect' ? (['direct'] as const) : (['direct', 'fft'] as const))
    witness(
      `${method} ${boundary} convolution of ${shape.join('×')} with ${support.join('×')} taps is scipy.ndimage.convolve`,
      () =>
        assert.ok(
          relativeError(convolution(tensor(h, support), shape, { boundary, method }).forward(tensor(x, shape)).data, y) <=
            AGREEMENT,
        ),
    );
for (const { shape, axis, x, y } of differences)
  witness(`difference of ${shape.join('×')} along axis ${axis} is numpy.diff, wrapped`, () =>
    assert.ok(relativeError(difference(shape, { axis }).forward(tensor(x, shape)).data, y) <= AGREEMENT),
  );
witness('hadamard rows are rows of scipy.linalg.hadamard up to the scale and a permutation of the columns', () => {
  const A = hadamard(32, 32, { seed: 3 }).weights!();
  const inner = (i: number, k: number): number =>
    A.subarray(i * 32, i * 32 + 32).reduce((sum, value, j) => sum + value * A[k * 32 + j]!, 0);
  for (let i = 0; i < 32; i++) for (let k = 0; k < 32; k++) assert.ok(Math.abs(inner(i, k) - (i === k ? 1 : 0)) < 1e-5);
  // The multiset of row sums is invariant under permutations of both; only the constant row has one.
  const sums = (rows: number[][]): number[] =>
    rows.map(row => Math.abs(Math.round(row.reduce((sum, value) => sum + Math.sign(value), 0)))).sort((a, b) => a - b);
  assert.equal(sums(Array.from({ length: 32 }, (_, i) => [...A.subarray(i * 32, i * 32 + 32)])), sums(sylvester));
});
witness.run();
