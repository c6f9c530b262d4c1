import type { LinearOperator, OperatorDescription, Tensor } from '../src/types.js';
import { checkFinite, flat, formatShape } from '../src/core/array.js';
import { gaussianEntries } from '../src/core/gaussian.js';
import { linop } from '../src/core/linop.js';
import { random } from '../src/core/random.js';
import { onPattern } from '../src/kernels/maps/index.js';
import { checkCounts } from './checks.js';
import { denseNormalSolver } from './dense-normal.js';

function dense(name: string, A: Float32Array, rows: number, cols: number, describe: () => OperatorDescription): LinearOperator {
  return linop({
    name, inShape: [cols], outShape: [rows],
    ...onPattern({ kind: 'dense', rows, cols }, A),
    stored: true,
    normalSolver: denseNormalSolver(name, A, rows, cols),
    describe,
  });
}

/** y = A x for a given m × n matrix; its numbers are copied. Throws a RangeError on another shape or a number that is not finite. */
export function matrix(data: Tensor, { name = 'matrix' } = {}): LinearOperator {
  if (data.shape.length !== 2) throw new RangeError(`${name}: expected a matrix [m,n], got shape ${formatShape(data.shape)}`);
  const [rows, cols] = data.shape as [number, number];
  checkCounts(name, { rows, cols });
  const A = flat(data).slice();
  checkFinite(name, A);
  return dense(name, A, rows, cols, () => ({ kind: 'matrix', args: { rows, cols }, arrays: { data: A.slice() } }));
}

/** Seeded Gaussian m × n sensing matrix: N(0, 1/m) entries, then unit-norm columns (Liu et al. 2019, ALISTA). */
export function gaussian(rows: number, cols: number, { seed }: { seed: number }): LinearOperator {
  checkCounts('gaussian', { rows, cols });
  return dense('gaussian', gaussianEntries(rows, cols, seed), rows, cols, () => ({ kind: 'gaussian', args: { rows, cols, seed } }));
}

/** Seeded m × n sensing matrix with orthonormal rows, m ≤ n: Gaussian rows by modified Gram–Schmidt in f64. */
export function orthonormal(rows: number, cols: number, { seed }: { seed: number }): LinearOperator {
  checkCounts('orthonormal', { rows, cols });
  if (rows > cols) throw new RangeError(`orthonormal: expected at most ${cols} rows, got ${rows}`);
  const { normal } = random(seed), A = Float64Array.from({ length: rows * cols }, () => normal());
  const rowOf = (i: number): Float64Array => A.subarray(i * cols, (i + 1) * cols);
  for (let i = 0; i < rows; i++) {
    const own = rowOf(i);
    for (let j = 0; j < i; j++) {
      const other = rowOf(j);
      let along = 0;
      for (let k = 0; k < cols; k++) along += own[k]! * other[k]!;
      for (let k = 0; k < cols; k++) own[k]! -= along * other[k]!;
    }
    let square = 0;
    for (const value of own) square += value * value;
    for (let k = 0; k < cols; k++) own[k]! /= Math.sqrt(square);
  }
  return dense('orthonormal', Float32Array.from(A), rows, cols, () => ({ kind: 'orthonormal', args: { rows, cols, seed } }));
}

/** Seeded Rademacher m × n sensing matrix: entries ±1/√m, so that columns have unit norm. */
export function rademacher(rows: number, cols: number, { seed }: { seed: number }): LinearOperator {
  checkCounts('rademacher', { rows, cols });
  const { bits } = random(seed), entry = 1 / Math.sqrt(rows);
  const A = Float32Array.from({ length: rows * cols }, () => (bits() & 0x10000 ? entry : -entry));
  return dense('rademacher', A, rows, cols, () => ({ kind: 'rademacher', args: { rows, cols, seed } }));
}
