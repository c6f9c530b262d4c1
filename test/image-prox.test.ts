import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LinearOperator, Prox } from '../src/types.js';
import { tensor } from '../src/core/array.js';
import { compose, kroneckerIdentity, scale } from '../src/core/combine.js';
import { norm } from '../src/core/norm.js';
import { proxByName } from '../src/core/prox.js';
import { dualSteps, totalVariation } from '../src/core/total-variation.js';
import { totalVariation as onKernels } from '../src/index.js';
import { alloc, free, scratch, temp, totalVariationSteps } from '../src/kernels/index.js';
import { tvSolver } from '../src/solvers/tv.js';
import { shrinkage } from '../src/unrolled/shrink.js';
import { convolution, fourier, identity, imageBlocks, matrix } from '../operators/index.js';
import { normals, relativeError } from './helpers.js';

const F32 = 1e-5; // absolute, on numbers of order 1
const OBJECTIVE = 1e-4; // relative
const SOLVER = 1e-3; // relative, of the objective after the iterations that the tasks use
const GRADIENT = 2e-3; // relative to the largest derivative: f32 outputs, central differences of 1e-2

type Range = [number, number] | null;
interface Penalised {
  shape: number[];
  anisotropic: boolean;
  range: Range;
  x: number[];
  cost: number;
}
const fixture = JSON.parse(readFileSync('test/fixtures/tv.json', 'utf8')) as {
  prox: (Penalised & { b: number[]; tau: number })[];
  solver: (Penalised & { kind: string; phi?: number[]; kernel?: number[]; mask?: number[]; y: number[]; lambda: number })[];
  skimage: { shape: number[]; b: number[]; tau: number; x: number[] };
  transforms: { name: string; x: number[]; tau: number; out: number[]; value: number }[];
};
const run = (prox: Prox, x: Float32Array, tau: number): Float32Array => {
  const out = new Float32Array(x.length).fill(NaN);
  prox.prox(x, tau, out);
  return out;
};
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.is(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${actual[i]} at ${i}, expected ${expected[i]}`);
};
const options = ({ anisotropic, range }: Penalised) => ({ anisotropic, ...(range && { range }) });
const describe = ({ anisotropic, range }: Penalised): string =>
  `${anisotropic ? 'anisotropic' : 'isotropic'}${range ? ` within [${range}]` : ''}`;

const tv = suite('total variation');
for (const one of fixture.prox)
  tv(`prox, tau ${one.tau}, ${describe(one)}: equals an independent primal-dual solver in f64`, () => {
    const { shape, b, tau, x, cost, range } = one,
      prox = totalVariation(shape, options(one)),
      own = run(prox, Float32Array.from(b), tau);
    const objective = own.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / 2 + tau * prox.value(own);
    assert.ok(Math.abs(objective / cost - 1) <= OBJECTIVE, `${objective}, expected ${cost}`);
    assert.ok(relativeError(own, x) <= 1e-3, String(relativeError(own, x)));
    if (range)
      assert.ok(
        own.some(value => value === Math.fround(range[1])),
        'the bound is active',
      );
  });
tv("prox: equals scikit-image's dual solver run to the end, also by warm starts, and has no derivative", () => {
  const { shape, b, tau, x } = fixture.skimage,
    warm = totalVariation(shape, { iterations: 20, warmStart: true });
  let own = run(totalVariation(shape, { iterations: 2000 }), Float32Array.from(b), tau);
  assert.ok(relativeError(own, x) <= 1e-3, String(relativeError(own, x)));
  for (let k = 0; k < 60; k++) own = run(warm, Float32Array.from(b), tau);
  assert.ok(relativeError(own, x) <= 1e-3, String(relativeError(own, x)));
  assert.throws(() => warm.vjp(own, 1, own, own), /^tv\(13x17\): its prox is iterative and has no derivative here; [^\n]+$/);
});
tv('the kernel is its reference at lane boundaries, within a range, from dual variables given, and in the kernels\' memory', () => {
  for (const h of [1, 2, 5]) for (const w of [1, 2, 3, 4, 5, 8, 9, 16, 17, 33])
    for (const [anisotropic, lo, hi] of [[false, -Infinity, Infinity], [true, -0.5, 0.75]] as const) {
      const b = normals(h * w, 3 * w + h), all = w + h * w, options = { w, iterations: 13, anisotropic, lo, hi };
      const mine = { p: alloc(all), q: new Float32Array(all) }, theirs = { p: new Float32Array(all), q: new Float32Array(all) };
      const own = alloc(h * w), expected = new Float32Array(h * w);
      for (let k = 0; k < 2; k++) {
        totalVariationSteps(b, 0.3, mine, own, options);
        dualSteps(b, 0.3, theirs, expected, options);
      }
      near(own, expected, F32);
      near(mine.p, theirs.p, F32);
      near(mine.q, theirs.q, F32);
      free(own);
      free(mine.p);
    }
});
tv('weights whose steps are no numbers in f32 and images that memory has no room for go to the reference', () => {
  const b = normals(35, 1), options = { w: 7, iterations: 20, anisotropic: false, lo: -Infinity, hi: Infinity };
  for (const tau of [1e-41, 1e38]) {
    const [mine, theirs] = [0, 0].map(() => ({ p: new Float32Array(42), q: new Float32Array(42) })), [own, expected] = [new Float32Array(35), new Float32Array(35)];
    totalVariationSteps(b, tau, mine!, own, options);
    dualSteps(b, tau, theirs!, expected, options);
    assert.equal(own, expected);
  }
  const held: Float32Array[] = [];
  scratch(() => {
    // All of the room for temporaries, down to a few numbers.
    for (let length = 2 ** 28; length >= 64; length /= 2) for (;;) {
      const taken = temp(length);
      if (taken.buffer.byteLength === 4 * length) break;
      held.push(taken);
    }
    const dual = { p: new Float32Array(42), q: new Float32Array(42) }, again = { p: new Float32Array(42), q: new Float32Array(42) };
    const [own, expected] = [new Float32Array(35), new Float32Array(35)];
    totalVariationSteps(b, 0.3, dual, own, options);
    dualSteps(b, 0.3, again, expected, options);
    assert.ok(held.length > 0);
    assert.equal(own, expected);
  });
  assert.throws(() => totalVariationSteps(b, 0.3, { p: b, q: b }, b.slice(), { ...options, w: 6 }), /expected rows of 6, got 35 numbers/);
});
tv('layers threshold in a DCT basis by products of matrices: the prox and its pullback, on batches', () => {
  for (const shape of [[1, 1], [5, 9], [33, 33], [7]] as const) {
    const prox = proxByName(`dct-l1(${shape.join('x')})`), count = 3 * shape.reduce((a: number, b) => a * b, 1), x = normals(count, 5), v = normals(count, 6);
    const layer = shrinkage(prox), [own, expected] = [new Float32Array(count), new Float32Array(count)];
    layer.apply(x, Float32Array.of(0.4), own);
    prox.prox(x, 0.4, expected);
    near(own, expected, F32);
    const dTheta = new Float32Array(1);
    layer.vjp(x, Float32Array.of(0.4), v, own, dTheta);
    const wanted = prox.vjp(x, 0.4, v, expected);
    near(own, expected, F32);
    assert.ok(Math.abs(dTheta[0]! - wanted) <= F32 * Math.sqrt(count), `${dTheta[0]}, expected ${wanted}`);
  }
  assert.ok(proxByName('dct-l1(200)').basis === undefined && shrinkage(proxByName('dct-l1(200)')).soft === undefined);
});
tv('the library\'s own prox is on the kernels, with every option', () => {
  const [h, w] = [33, 65], b = normals(2 * h * w, 11);
  for (const options of [{}, { anisotropic: true }, { range: [0, 1] as const, iterations: 20 }])
    near(run(onKernels([h, w], options), b, 0.3), run(totalVariation([h, w], options), b, 0.3), F32);
});
tv('worked out by hand: one edge of 4 pixels, its two sides move by tau/4 per pixel towards each other', () => {
  const b = Float32Array.of(0, 0, 1, 1, 0, 0, 1, 1),
    expected = [0.1, 0.1, 0.9, 0.9, 0.1, 0.1, 0.9, 0.9];
  assert.is(totalVariation([2, 4]).value(b), 2);
  near(run(totalVariation([2, 4], { iterations: 500 }), b, 0.2), expected, 1e-4);
  near(run(totalVariation([2, 4], { iterations: 500, anisotropic: true }), b, 0.2), expected, 1e-4);
  // The corner of one pixel is √2 long for the isotropic sum, 2 for the other.
  const corner = Float32Array.of(5, 0, 0, 0, 0, 0).map((_, i) => (i === 0 ? -1 : 0));
  assert.ok(
    Math.abs(totalVariation([2, 3]).value(corner) - Math.SQRT2) <= F32 &&
      totalVariation([2, 3], { anisotropic: true }).value(corner) === 2,
  );
  assert.is(totalVariation([2, 3], { range: [0, 1] }).value(corner), Infinity);
});
tv('images of one row or one column, and of one pixel', () => {
  const b = Float32Array.of(0, 0, 1, 1, 1),
    expected = [0.1, 0.1, 1 - 0.2 / 3, 1 - 0.2 / 3, 1 - 0.2 / 3];
  for (const shape of [
    [1, 5],
    [5, 1],
  ])
    near(run(totalVariation(shape, { iterations: 1000 }), b, 0.2), expected, 1e-4);
  near(run(totalVariation([1, 1]), Float32Array.of(0.75), 3), [0.75], 0);
});
tv('the default iterations are within 1e-3 of the limit for tau up to a third of the range, at any unit', () => {
  for (const peak of [1, 255])
    for (const share of [0.03, 0.1, 0.3]) {
      const b = normals(41 * 29, 6).map(
        (value, i) => peak * (((i % 29) + Math.floor(i / 29) / 2) / 58 + (i % 29 > 12 ? 0.3 : 0) + 0.1 * value),
      );
      const error = relativeError(
        run(totalVariation([41, 29]), b, share * peak),
        run(totalVariation([41, 29], { iterations: 3000 }), b, share * peak),
      );
      assert.ok(error <= 1e-3, `peak ${peak}, tau ${share * peak}: ${error}`);
    }
});
tv('tau = 0 is the identity or the projection on the range; NaN in tau or image shows', () => {
  const b = normals(35, 7);
  assert.equal(run(totalVariation([5, 7]), b, 0), b);
  assert.equal(run(totalVariation([5, 7], { range: [-0.5, 1] }), b, 0), run(proxByName('box(-0.5,1)'), b, 1));
  assert.ok(run(totalVariation([5, 7]), b, NaN).every(Number.isNaN));
  assert.ok(
    run(
      totalVariation([5, 7]),
      b.map((value, i) => (i === 9 ? NaN : value)),
      1,
    ).some(Number.isNaN),
  );
});

const operatorOf = ({ kind, shape, phi, kernel, mask }: (typeof fixture.solver)[0]): LinearOperator => {
  if (kind === 'blocks') return compose(kroneckerIdentity(12, matrix(tensor(phi!, [9, 25]))), imageBlocks(shape, 5));
  if (kind === 'blur') return convolution(tensor(kernel!, [3, 5]), shape);
  return fourier(shape, { mask: tensor(mask!, shape), complexInput: false });
};
const solver = suite('TV solver');
for (const one of fixture.solver)
  solver(`${one.kind}, ${describe(one)}: reaches the objective of an independent primal-dual solver in f64`, () => {
    const { shape, y, lambda, cost, x, range } = one,
      A = operatorOf(one),
      measured = tensor(y, A.outShape);
    const { x: own, cost: costs } = tvSolver(A, measured, { lambda, iterations: 600, inner: 30, ...options(one) });
    const residual = A.forward(own).data.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / 2;
    const objective = residual + lambda * totalVariation(shape, options(one)).value(own.data);
    assert.ok(Math.abs(objective / cost - 1) <= OBJECTIVE, `${objective}, expected ${cost}`);
    assert.ok(Math.abs(objective / costs.at(-1)! - 1) <= F32);
    assert.ok(relativeError(own.data, x) <= 0.01, String(relativeError(own.data, x)));
    if (range) assert.ok(own.data.every(value => value >= range[0] && value <= Math.fround(range[1])));
    const quick = tvSolver(A, measured, { lambda, iterations: 150, ...options(one) }).cost.at(-1)!;
    assert.ok(Math.abs(quick / cost - 1) <= SOLVER, `after 150 iterations ${quick}, expected ${cost}`);
  });
solver('each image of a batch is solved as by itself', () => {
  const A = convolution(tensor([0.2, 0.5, 0.3], [1, 3]), [6, 7]),
    y = normals(84, 8),
    two = tvSolver(A, tensor(y, [2, 6, 7]), { lambda: 0.1, iterations: 30 });
  for (const b of [0, 1])
    near(
      tvSolver(A, tensor(y.slice(42 * b, 42 * b + 42), [6, 7]), { lambda: 0.1, iterations: 30 }).x.data,
      two.x.data.subarray(42 * b, 42 * b + 42),
      0,
    );
  assert.equal([...two.x.shape], [2, 6, 7]);
});
solver('a step size that is given is taken: the default, to the bit', () => {
  const A = convolution(tensor([0.2, 0.5, 0.3], [1, 3]), [6, 7]),
    y = tensor(normals(42, 8), [6, 7]),
    solved = (options: object) => tvSolver(A, y, { lambda: 0.1, iterations: 30, ...options }).x.data;
  assert.equal(solved({ eta: 1 / (1.001 * norm(A) ** 2) }), solved({}));
  assert.throws(() => solved({ eta: 0 }), /^fista: expected eta to be a positive number, got 0$/);
});
solver('an operator of zeros gives zeros; a lambda of 0 gives least squares', () => {
  const y = tensor(normals(12, 9), [3, 4]);
  assert.ok(tvSolver(scale(0, identity([3, 4])), y, { lambda: 1, iterations: 3 }).x.data.every(value => value === 0));
  near(tvSolver(identity([3, 4]), y, { lambda: 0, iterations: 200 }).x.data, y.data, F32);
});
solver('wrong options are one clear line', () => {
  const A = identity([3, 4]),
    y = tensor(new Float32Array(12), [3, 4]);
  assert.throws(() => tvSolver(A, y, { lambda: -1 }), /^tv: expected lambda to be a nonnegative number, got -1$/);
  assert.throws(() => tvSolver(A, y, { lambda: 1, inner: 0 }), /^tv: expected inner to be a positive integer, got 0$/);
  assert.throws(() => tvSolver(A, y, { lambda: 1, range: [1, 0] }), /^tv: expected a range lo ≤ hi, got 1 and 0$/);
  assert.throws(
    () => tvSolver(identity([12]), tensor(new Float32Array(12)), { lambda: 1 }),
    /^tv: expected images \[h,w\], got \[12\]$/,
  );
});

const transforms = suite('transform penalties');
for (const { name, x, tau, out, value } of fixture.transforms) {
  const prox = proxByName(name),
    n = x.length,
    signal = Float32Array.from(x),
    pair = Float32Array.from([...normals(n, 10), ...x]);
  transforms(`${name}: value and prox equal SciPy's and PyWavelets'`, () => {
    near(run(prox, signal, tau), out, F32);
    assert.ok(Math.abs(prox.value(signal) / value - 1) <= F32);
    assert.is(proxByName(prox.name).name, name);
  });
  transforms(`${name}: signals of a batch do not see each other; the arrays may be one`, () => {
    const both = run(prox, pair, tau),
      v = normals(2 * n, 11),
      grad = new Float32Array(2 * n);
    near(both.subarray(n), run(prox, signal, tau), 0);
    const single = new Float32Array(n),
      alone = [0, n].map(at => prox.vjp(pair.subarray(at, at + n), tau, v.subarray(at, at + n), single));
    near([prox.vjp(pair, tau, v, grad)], [alone[0]! + alone[1]!], F32 * n);
    near(grad.subarray(n), single, 0);
    prox.vjp(pair, tau, v, v);
    assert.equal(v, grad);
    prox.prox(pair, tau, pair);
    assert.equal(pair, both);
    assert.ok(
      run(
        prox,
        Float32Array.from(x, (entry, i) => (i === 2 ? NaN : entry)),
        tau,
      ).some(Number.isNaN),
    );
    pair.set([...normals(n, 10), ...x]);
  });
  transforms(`${name}: firmly nonexpansive, and the identity at tau = 0`, () => {
    for (let seed = 20; seed < 30; seed++) {
      const a = normals(n, seed),
        b = normals(n, seed + 100),
        p = run(prox, a, tau),
        q = run(prox, b, tau);
      let left = 0,
        right = 0;
      for (let i = 0; i < n; i++) {
        left += (p[i]! - q[i]!) ** 2;
        right += (p[i]! - q[i]!) * (a[i]! - b[i]!);
      }
      assert.ok(left <= right + F32, `${left} > ${right}`);
    }
    near(run(prox, signal, 0), signal, F32);
  });
  transforms(`${name}: vjp agrees with central differences entry by entry`, () => {
    const v = normals(n, 12),
      grad = new Float32Array(n),
      step = 1e-2,
      gradTau = prox.vjp(signal, tau, v, grad);
    const along = (at: Float32Array, t: number): number => run(prox, at, t).reduce((sum, entry, i) => sum + entry * v[i]!, 0);
    const largest = grad.reduce((max, entry) => Math.max(max, Math.abs(entry)), 1);
    // A coefficient that crosses the threshold within the step has no derivative; a smaller step goes around it.
    const agrees = (difference: (h: number) => number, expected: number): boolean =>
      [step, step / 8].some(h => Math.abs(difference(h) - expected) <= GRADIENT * largest * Math.max(1, Math.abs(expected)));
    for (let i = 0; i < n; i++) {
      const moved = (h: number): Float32Array => signal.map((entry, j) => entry + (i === j ? h : 0));
      assert.ok(
        agrees(h => (along(moved(h), tau) - along(moved(-h), tau)) / (2 * h), grad[i]!),
        `entry ${i}: ${grad[i]}`,
      );
    }
    assert.ok(
      agrees(h => (along(signal, tau + h) - along(signal, tau - h)) / (2 * h), gradTau),
      `tau: ${gradTau}`,
    );
  });
}

const names = suite('names of proxes of images');
names('every form is found again by its own name', () => {
  for (const prox of [
    totalVariation([5, 7]),
    totalVariation([5, 7], { anisotropic: true }),
    totalVariation([5, 7], { range: [0, 0.7] }),
    totalVariation([1, 9], { anisotropic: true, range: [-1e-7, 255] }),
    totalVariation([5, 7], { range: [0, Infinity] }),
  ]) {
    assert.is(proxByName(prox.name).name, prox.name);
    const b = normals(prox.name.includes('1x9') ? 9 : 35, 13);
    assert.equal(run(proxByName(prox.name), b, 0.2), run(prox, b, 0.2), prox.name);
  }
});
names('numbers are plain decimals, sizes within reason; all else is refused in one line and at once', () => {
  const start = performance.now();
  for (const name of [
    'tv(1e1x5)',
    'tv(0b11x5)',
    'tv(007x5)',
    'tv(5x7 )',
    ' tv(5x7)',
    'tv(5x7,)',
    'tv(5x7,1)',
    'tv(5x7,1,0)',
    'tv(5x7,1e,2)',
    'tv(5x7,isotropic)',
    'tv(-5x7)',
    'tv(5x7)\n',
    'tv(5)',
    'tv(3x3x3)',
    'dct-l1()',
    'dct-l1(0x3)',
    'dct-l1(0o17)',
    'dct-l1(5,7)',
    'dct-l1(67108864)',
    'dct-l1(131072)',
    'dct-l1(65536x65536)',
    'dct-l1(99999999x99999999)',
    'tv(8192x8192)',
    'wavelet-l1(db4,03,64x64)',
    'wavelet-l1(db4,0,64x64)',
    'wavelet-l1(db4,99,64x64)',
    'wavelet-l1(__proto__,1,8x8)',
    'wavelet-l1(xx,1,8x8)',
    'wavelet-l1(db4,3,7x7)',
    'wavelet-l1(db4,1,8x8x8)',
    `dct-l1(${'9'.repeat(400)})`,
  ])
    assert.throws(
      () => proxByName(name),
      (error: Error) => error instanceof RangeError && !error.message.includes('\n'),
      name,
    );
  assert.ok(performance.now() - start < 2000);
});
tv.run();
solver.run();
transforms.run();
names.run();
