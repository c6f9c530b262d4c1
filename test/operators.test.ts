import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cartesianMask,
  convolution,
  fourier,
  fromDescription,
  gaussian,
  hadamard,
  maskFrom,
  radialMask,
  radon,
  rampFilter,
  randomMask,
} from '../operators/index.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal, compose, kroneckerIdentity, scale, transpose } from '../src/core/combine.js';
import { denseOf, explicitOperator } from '../src/core/explicit.js';
import { gram } from '../src/core/gram.js';
import { linop } from '../src/core/linop.js';
import { dotTest, norm } from '../src/core/norm.js';
import { weightCount } from '../src/core/pattern.js';
import { patternMap } from '../src/kernels/maps/index.js';
import type { LinearOperator, OperatorDescription } from '../src/types.js';
import { l1 } from '../src/core/prox.js';
import { pack } from '../src/packed/engine.js';
import { unrolledIsta } from '../src/unrolled/presets.js';
import { productsOf } from '../src/unrolled/products.js';
import { operatorCases } from './cases.js';
import { normals, normalTensor, relativeError } from './helpers.js';

/** The bar for adjoints in f32, relative to ‖A‖‖x‖‖y‖; products differ by rounding alone. */
const ADJOINT = 1e-5,
  ROUNDING = 2e-6,
  SOLVE = 1e-4;

const operators = suite('operators');
for (const { name, make } of operatorCases) {
  const A = make(),
    n = sizeOf(A.inShape),
    m = sizeOf(A.outShape);
  operators(`${name}: adjoint matches forward`, () => {
    const { error, ratio } = dotTest(A);
    assert.ok(error <= ADJOINT, `${error}, ratio ${ratio}`);
  });
  operators(`${name}: a batch equals its signals one by one`, () => {
    const x = normals(3 * n, 1),
      y = normals(3 * m, 2),
      whole = new Float32Array(3 * m),
      back = new Float32Array(3 * n);
    A.apply(x, whole, 3);
    A.applyAdjoint(y, back, 3);
    for (let b = 0; b < 3; b++) {
      const one = new Float32Array(m),
        oneBack = new Float32Array(n);
      A.apply(x.slice(b * n, (b + 1) * n), one, 1);
      A.applyAdjoint(y.slice(b * m, (b + 1) * m), oneBack, 1);
      assert.ok(relativeError(whole.subarray(b * m, (b + 1) * m), one) <= ROUNDING);
      assert.ok(relativeError(back.subarray(b * n, (b + 1) * n), oneBack) <= ROUNDING);
    }
  });
  operators(`${name}: its weights on its pattern are the operator`, () => {
    const pattern = A.pattern(),
      weights = A.weights!();
    assert.is(weights.length, weightCount(pattern));
    if (pattern.kind === 'diagonal' && pattern.basis === 'fourier') {
      const x = normals(n, 3),
        viaMap = new Float32Array(m),
        direct = new Float32Array(m);
      patternMap(pattern).apply(weights, x, viaMap, 1);
      A.apply(x, direct, 1);
      assert.ok(relativeError(viaMap, direct) <= ROUNDING);
      return;
    }
    const dense = denseOf(explicitOperator(A));
    for (let j = 0; j < n; j++) {
      const unit = new Float32Array(n),
        column = new Float32Array(m);
      unit[j] = 1;
      A.apply(unit, column, 1);
      assert.ok(
        relativeError(
          column,
          Float64Array.from({ length: m }, (_, i) => dense[i * n + j]!),
        ) <= ROUNDING,
        `column ${j}`,
      );
    }
  });
  operators(`${name}: AᴴA lies on its pattern with its values`, () => {
    const { pattern, weights } = gram(A),
      map = patternMap(pattern),
      x = normals(n, 4);
    const product = new Float32Array(n),
      between = new Float32Array(m),
      twice = new Float32Array(n);
    map.apply(weights, x, product, 1);
    A.apply(x, between, 1);
    A.applyAdjoint(between, twice, 1);
    assert.ok(relativeError(product, twice) <= 10 * ROUNDING);
  });
  operators(`${name}: a wrong shape is one clear line`, () => {
    assert.throws(() => A.forward(normalTensor([n + 1], 5)), /expected shape \[[\d,]+\] or a batch .* got \[/);
    assert.throws(() => A.adjoint(normalTensor([2, m + 1], 6)), /expected shape/);
  });
  operators(`${name}: its description rebuilds it bit for bit`, () => {
    const again = fromDescription(
      JSON.parse(
        JSON.stringify(A.describe!(), (_, value: unknown) => (value instanceof Float32Array ? { f32: [...value] } : value)),
        (_, value: { f32?: number[] }) => (value?.f32 ? Float32Array.from(value.f32) : value),
      ),
    );
    const x = normals(n, 7),
      one = new Float32Array(m),
      two = new Float32Array(m);
    A.apply(x, one, 1);
    again.apply(x, two, 1);
    assert.equal(two, one);
  });
  if (A.normalSolver)
    operators(`${name}: its normal solver solves (AᴴA + rho I) x = b`, () => {
      const b = normals(2 * n, 8),
        x = new Float32Array(2 * n),
        between = new Float32Array(2 * m),
        back = new Float32Array(2 * n);
      A.normalSolver!(0.6)(b, x, 2);
      A.apply(x, between, 2);
      A.applyAdjoint(between, back, 2);
      assert.ok(
        relativeError(
          back.map((value, i) => value + 0.6 * x[i]!),
          b,
        ) <= SOLVE,
      );
    });
}
operators.run();

const algebra = suite('norm, dotTest and masks');
algebra('norm is ‖A‖ and not its square: 1 for a unitary transform, the largest |w| for a diagonal', () => {
  assert.ok(Math.abs(norm(fourier([13])) - 1) < 1e-5);
  assert.ok(Math.abs(norm(operatorCases.find(({ name }) => name === 'diagonal of 7')!.make()) - 3) < 1e-5);
  assert.ok(Math.abs(norm(convolution([2], [9])) - 2) < 1e-5);
});
algebra('dotTest reports an adjoint that is off by a factor, and norm refuses it', () => {
  const A = gaussian(7, 11, { seed: 1 });
  const wrong = linop({
    name: 'wrong',
    inShape: [11],
    outShape: [7],
    apply: A.apply,
    applyAdjoint(y, out, batch) {
      A.applyAdjoint(y, out, batch);
      for (let i = 0; i < out.length; i++) out[i]! *= 2;
    },
  });
  const { error, ratio } = dotTest(wrong);
  assert.ok(error > 1e-3 && Math.abs(ratio - 0.5) < 1e-4);
});
algebra('a centred mask is moved to the corner, odd sizes too', () => {
  const centred = new Float32Array(15);
  centred[1 * 5 + 2] = 1;
  assert.is(maskFrom(tensor(centred, [3, 5]), 'centre').data.indexOf(1), 0);
});
algebra('masks are seeded and keep their fraction', () => {
  const mask = randomMask([31], { fraction: 0.4, seed: 5 });
  assert.equal(mask.data, randomMask([31], { fraction: 0.4, seed: 5 }).data);
  assert.is(
    mask.data.reduce((count, bit) => count + bit, 0),
    Math.round(0.4 * 31),
  );
  const columns = cartesianMask([4, 30], { acceleration: 3, seed: 2 });
  assert.is(
    columns.data.reduce((count, bit) => count + bit, 0),
    40,
  );
  assert.is(radialMask([9, 9], { lines: 4 }).data[0], 1);
});
algebra('impossible operators are refused with one line', () => {
  for (const make of [
    () => hadamard(3, 12, { seed: 1 }),
    () => convolution([NaN], [5]),
    () => convolution([1, 2, 3], [2]),
    () => gaussian(0, 3, { seed: 1 }),
    () => fourier([5], { mask: tensor([0, 0, 0, 0, 0]) }),
    () => fourier([5], { mask: tensor([1, 0, 0.5, 0, 0]) }),
    () => fourier([5], { mask: tensor([1, 0]) }),
    () => fromDescription({ kind: 'gaussian', args: { rows: 1e9, cols: 1e9, seed: 1 } }),
    () => fromDescription({ kind: '__proto__', args: {} }),
  ])
    assert.throws(make, (error: Error) => /^[^\n]+: expected [^\n]+$/.test(error.message));
});
algebra('layers take the products of diagonals of stored blocks in one call, and write no other operator out', () => {
  const blocks = blockDiagonal([gaussian(3, 5, { seed: 1 }), gaussian(2, 4, { seed: 2 })]);
  for (const stored of [blocks, scale(2, blocks), kroneckerIdentity(3, gaussian(3, 5, { seed: 1 }))]) {
    const x = normalTensor([2, ...stored.inShape], 3).data, own = new Float32Array(2 * sizeOf(stored.outShape)), expected = own.slice();
    assert.is.not(productsOf(stored), stored);
    productsOf(stored).apply(x, own, 2);
    stored.apply(x, expected, 2);
    assert.ok(relativeError(own, expected) <= 1e-6);
  }
  const asked = (A: LinearOperator): LinearOperator => ({ ...A, pattern: () => { throw new Error(`${A.name}: its pattern was asked for`); } });
  const product = compose(rampFilter([4, 8], { root: true }), radon([8, 8], { angles: [0, 30, 60, 90] }));
  for (const other of [product, scale(0.5, product), transpose(product), kroneckerIdentity(2, product), rampFilter([4, 8])])
    assert.is(productsOf(asked(other)).apply, other.apply);
  for (const other of [product, scale(0.5, product), transpose(product), kroneckerIdentity(2, product)]) {
    const net = unrolledIsta({ operator: asked(other), prox: l1() }, { layers: 2 });
    assert.equal(pack({ ...net, binarizer: 'float', scale: 1, matrices: [] }).reconstruct(normalTensor(other.outShape, 4)).shape, [...other.inShape]);
  }
  assert.throws(() => rampFilter([1, 4096]).weights!(), /^ramp filter: expected at most 2048 detectors to write its matrix out, got 4096$/);
});
algebra('a hostile description is refused with one line, before it takes memory', () => {
  const leaf = { kind: 'gaussian', args: { rows: 2, cols: 3, seed: 1 } },
    one = { kind: 'identity', args: { shape: [1] } };
  const copies = (count: number, part: unknown): unknown => ({ kind: 'kronecker-identity', args: { count }, parts: [part] });
  let nested: unknown = leaf;
  for (let level = 0; level < 50; level++) nested = { kind: 'transpose', args: {}, parts: [nested] };
  const wide = { kind: 'identity', args: { shape: [2 ** 27] } };
  for (const description of [
    null,
    'gaussian',
    { kind: 'gaussian' },
    { kind: 7, args: {} },
    { kind: 'sum', args: {}, parts: 'ab' },
    { kind: 'sum', args: {}, parts: [null, leaf] },
    { kind: 'matrix', args: { rows: 2, cols: 2 }, arrays: { data: 'abcd' } },
    { kind: 'matrix', args: { rows: 1, cols: 1 }, arrays: null },
    { kind: 'hadamard', args: { rows: 1, n: 2 ** 28, seed: 1 } },
    nested,
    copies(2 ** 27, one),
    copies(2 ** 15, copies(2 ** 15, one)),
    { kind: 'stack', args: {}, parts: [wide, wide, wide] },
    { kind: 'orthonormal', args: { rows: 2 ** 13, cols: 2 ** 13, seed: 1 } },
    { kind: 'image-blocks', args: { shape: [1, 2 ** 12], size: 2 ** 14 + 1 } },
    { kind: 'image-blocks', args: { shape: [3, 3], size: 0 } },
    { kind: 'ramp-filter', args: { angles: 1, detectors: 2 ** 20, root: true } },
    { kind: 'ramp-filter', args: { angles: 2 ** 16, detectors: 2 ** 10, root: false } },
    { kind: 'ramp-filter', args: { angles: 1, detectors: 3 } },
  ])
    assert.throws(
      () => fromDescription(description as OperatorDescription),
      (error: Error) => /^operator[^\n]*: expected [^\n]+$/.test(error.message),
      JSON.stringify(description)?.slice(0, 80),
    );
});
algebra.run();
