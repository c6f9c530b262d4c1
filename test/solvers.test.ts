import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LinearOperator, Problem, Tensor } from '../src/types.js';
import { flat, tensor } from '../src/core/array.js';
import { linop } from '../src/core/linop.js';
import { complexL1, l1, l2Squared, nonNegativeL1 } from '../src/core/prox.js';
import { admm } from '../src/solvers/admm.js';
import { amp } from '../src/solvers/amp.js';
import { cg } from '../src/solvers/cg.js';
import { fista, ista } from '../src/solvers/ista.js';
import { normalSolver } from '../src/solvers/normal-solver.js';
import type { Solution, SolverOptions } from '../src/solvers/solution.js';
import { publishedSparse } from '../datasets/published-sparse.js';
import { matrix } from '../operators/matrix.js';

// Textbook solvers in numpy float64: test/fixtures/solvers.py.
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/solvers.json', import.meta.url), 'utf8'));
const { m, n, batch, lambda, iterations, shift } = fixture;

const NMSE_DB = 0.001;          // dB, against numpy float64
const COST = 1e-5;              // relative
const ENTRY = 2e-5;             // absolute, on iterates of order 1
const SAME = 1e-6;              // absolute, between two f32 ways to the same numbers

/** A matrix as an author would write it, without a closed form for the normal equations. */
const plainMatrix = (A: Float32Array, rows: number, cols: number): LinearOperator => linop({
  name: 'plain', inShape: [cols], outShape: [rows],
  forward(x, out) {
    for (let i = 0; i < rows; i++) { let sum = 0; for (let j = 0; j < cols; j++) sum += A[i * cols + j]! * x[j]!; out[i] = sum; }
  },
  adjoint(y, out) {
    for (let j = 0; j < cols; j++) { let sum = 0; for (let i = 0; i < rows; i++) sum += A[i * cols + j]! * y[i]!; out[j] = sum; }
  },
});

/** A complex matrix on pairs (re, im). */
const complexMatrix = (A: Float32Array, rows: number, cols: number): LinearOperator => linop({
  name: 'complex', inShape: [cols, 2], outShape: [rows, 2],
  forward(x, out) {
    out.fill(0);
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) {
      const re = A[2 * (i * cols + j)]!, im = A[2 * (i * cols + j) + 1]!;
      out[2 * i]! += re * x[2 * j]! - im * x[2 * j + 1]!;
      out[2 * i + 1]! += re * x[2 * j + 1]! + im * x[2 * j]!;
    }
  },
  adjoint(y, out) {
    out.fill(0);
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) {
      const re = A[2 * (i * cols + j)]!, im = A[2 * (i * cols + j) + 1]!;
      out[2 * j]! += re * y[2 * i]! + im * y[2 * i + 1]!;
      out[2 * j + 1]! += re * y[2 * i + 1]! - im * y[2 * i]!;
    }
  },
});

const A = plainMatrix(Float32Array.from(fixture.A), m, n);
const lasso: Problem = { operator: A, prox: l1() };
const x = Float32Array.from(fixture.x), y = tensor(fixture.y, [batch, m]);

const nmseDb = (estimate: Float32Array, truth: Float32Array): number => {
  let error = 0, energy = 0;
  truth.forEach((value, i) => { error += (estimate[i]! - value) ** 2; energy += value ** 2; });
  return 10 * Math.log10(error / energy);
};
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.is(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `entry ${i} is ${actual[i]}, expected ${expected[i]}`);
};
const oneLine = (pattern: RegExp) => (error: unknown): boolean =>
  (error instanceof RangeError || error instanceof TypeError) && !error.message.includes('\n') && pattern.test(error.message);

type Solve = (problem: Problem, y: Tensor, options?: SolverOptions) => Solution;

/** One row enrols a solver in every check. */
const solverCases: { name: 'ista' | 'fista' | 'admm' | 'amp'; solve: Solve; descends: boolean; lasso: boolean }[] = [
  { name: 'ista', solve: (problem, data, options) => ista(problem, data, { lambda, ...options }), descends: true, lasso: true },
  { name: 'fista', solve: (problem, data, options) => fista(problem, data, { lambda, ...options }),
    descends: false, lasso: true },
  { name: 'admm', solve: (problem, data, options) => admm(problem, data, { lambda, ...options }), descends: false, lasso: true },
  { name: 'amp', solve: amp, descends: false, lasso: false },
];

const test = suite('solvers');

for (const { name, solve, descends, lasso: solvesLasso } of solverCases) {
  test(`${name}: NMSE and cost at each of ${iterations} iterations equal numpy's`, () => {
    const nmse: number[] = [], seen: number[] = [];
    const { cost } = solve(lasso, y, { iterations, onIterate: (iterate, k) => { nmse.push(nmseDb(iterate, x)); seen.push(k); } });
    near(nmse, fixture[name].nmseDb, NMSE_DB);
    fixture[name].cost.forEach((expected: number, k: number) =>
      assert.ok(Math.abs(cost[k]! - expected) <= COST * expected, `cost at ${k + 1} is ${cost[k]}, expected ${expected}`));
    assert.equal(seen, Array.from({ length: iterations }, (_, k) => k + 1));
  });

  test(`${name}: a batch is its signals solved one by one`, () => {
    const together = flat(solve(lasso, y, { iterations: 9 }).x);
    let cost = 0;
    for (let s = 0; s < batch; s++) {
      const one = solve(lasso, tensor(y.data.slice(s * m, (s + 1) * m)), { iterations: 9 });
      assert.equal(one.x.shape, [n]);
      near(flat(one.x), together.subarray(s * n, (s + 1) * n), SAME);
      cost += one.cost.at(-1)!;
    }
    assert.ok(Math.abs(cost - solve(lasso, y, { iterations: 9 }).cost.at(-1)!) <= COST * cost);
  });

  test(`${name}: the stop rule ends early and says so, iterations end otherwise`, () => {
    const early = solve(lasso, y, { iterations: 3000, tolerance: 1e-4 }), late = solve(lasso, y, { iterations: 5 });
    assert.is(early.stopped, 'tolerance');
    assert.ok(early.iterations < 3000);
    assert.is(early.cost.length, early.iterations);
    assert.is(late.stopped, 'iterations');
    assert.is(late.iterations, 5);
    assert.equal(late.x.shape, [batch, n]);
  });

  if (descends) test(`${name}: the cost never rises`, () => {
    const { cost } = solve(lasso, y, { iterations: 300 });
    for (let k = 1; k < cost.length; k++) assert.ok(cost[k]! <= cost[k - 1]! * (1 + SAME), `rises at ${k + 1}`);
  });

  if (solvesLasso) test(`${name}: converges to the minimum of the LASSO`, () => {
    const { x: solution, cost } = solve(lasso, y, { iterations: { ista: 4000, fista: 1000, admm: 200 }[name as string] });
    assert.ok(Math.abs(cost.at(-1)! / fixture.optimum.cost - 1) <= 1e-6, `${cost.at(-1)} against ${fixture.optimum.cost}`);
    near(flat(solution), fixture.optimum.x, 1e-3);
  });

  test(`${name}: refuses NaN, a wrong shape, and impossible options in one line`, () => {
    const broken = y.data.slice();
    broken[m + 3] = NaN;
    assert.throws(() => solve(lasso, tensor(broken, [batch, m])),
      oneLine(new RegExp(`^${name}: y: expected finite numbers, got NaN at entry ${m + 3}$`)));
    assert.throws(() => solve(lasso, tensor([1, 2, 3])), oneLine(new RegExp(`^${name}: y: expected shape \\[${m}\\]`)));
    for (const iterations of [0, -1, 1.5, NaN, Infinity])
      assert.throws(() => solve(lasso, y, { iterations }), oneLine(/expected iterations to be a positive integer/));
    assert.throws(() => solve(lasso, y, { tolerance: -1 }), oneLine(/expected tolerance/));
  });

  test(`${name}: y = 0 gives x = 0`, () => {
    const { x: solution, cost } = solve(lasso, tensor(new Float32Array(m)), { iterations: 3 });
    assert.ok(flat(solution).every(value => value === 0));
    assert.equal(cost, [0, 0, 0]);
  });

  test(`${name}: leaves y as it was and reads a strided view of it`, () => {
    const rows = new Float32Array(m * batch);
    for (let s = 0; s < batch; s++) for (let i = 0; i < m; i++) rows[i * batch + s] = y.data[s * m + i]!;
    const view = tensor(rows, [m, batch]).transpose(1, 0), before = y.data.slice();
    near(flat(solve(lasso, view, { iterations: 4 }).x), flat(solve(lasso, y, { iterations: 4 }).x), 0);
    assert.equal(y.data, before);
  });
}

test('admm: the closed form and conjugate gradients give the same iterates', () => {
  const closed: Problem = { operator: matrix(tensor(fixture.A, [m, n])), prox: l1() };
  assert.ok(closed.operator.normalSolver);
  near(flat(admm(closed, y, { lambda, iterations: 30 }).x), flat(admm(lasso, y, { lambda, iterations: 30 }).x), ENTRY);
});

test('cg: shifted least squares equals a dense float64 solve, signal by signal', () => {
  const { x: solution, cost, stopped } = cg(A, y, { shift });
  assert.is(stopped, 'tolerance');
  near(flat(solution), fixture.leastSquares, ENTRY);
  for (let k = 1; k < cost.length; k++) assert.ok(cost[k]! <= cost[k - 1]! * (1 + SAME));
});

test('cg: without a shift it fits an underdetermined system, and ends at an exact solution', () => {
  const { x: solution } = cg(A, y, { iterations: 400 });
  const fit = A.forward(solution);
  near(fit.data, y.data, ENTRY);
  // More iterations than there are dimensions, no tolerance: the residual underflows instead of dividing 0 by 0.
  const identity = plainMatrix(Float32Array.of(1, 0, 0, 0, 1, 0), 2, 3);
  near(flat(cg(identity, tensor([3, -2]), { iterations: 50, tolerance: 0 }).x), [3, -2, 0], SAME);
});

test('normalSolver: inverts AᴴA + rho I, for several rho and batches', () => {
  for (const rho of [0.05, 1, 30]) {
    const b = Float32Array.from(fixture.x).map((value, i) => value + Math.sin(i)), out = new Float32Array(batch * n);
    normalSolver(A, rho)(b, out, batch);
    const back = A.adjoint(A.forward(tensor(out, [batch, n])));
    near(back.data.map((value, i) => value + rho * out[i]!), b, ENTRY);
  }
});

test('complex problems: solvers equal numpy complex128', () => {
  const c = fixture.complex, C = complexMatrix(Float32Array.from(c.A), c.m, c.n), data = tensor(c.y, [c.batch, c.m, 2]);
  const problem = { operator: C, prox: complexL1() };
  near(flat(ista(problem, data, { lambda, iterations }).x), c.ista, ENTRY);
  near(flat(fista(problem, data, { lambda, iterations }).x), c.fista, ENTRY);
  near(flat(admm(problem, data, { lambda, iterations }).x), c.admm, ENTRY);
  near(flat(cg(C, data, { shift }).x), c.leastSquares, ENTRY);
});

test('other penalties: ridge regression by ista equals cg, and nonNegativeL1 stays nonnegative', () => {
  const ridge = ista({ operator: A, prox: l2Squared() }, y, { lambda: shift, iterations: 400 });
  near(flat(ridge.x), fixture.leastSquares, ENTRY);
  assert.ok(flat(fista({ operator: A, prox: nonNegativeL1() }, y, { lambda, iterations: 50 }).x).every(value => value >= 0));
});

test('a step size above the limit is diagnosed', () => {
  const limit = Number((2 / fixture.norm ** 2).toPrecision(3)), half = Number((1 / fixture.norm ** 2).toPrecision(3));
  assert.throws(() => ista(lasso, y, { lambda, eta: 0.9, iterations: 3000 }),
    oneLine(new RegExp(`^ista: cost is (Infinity|NaN) at iteration \\d+; step size 0\\.9 exceeds 2/‖A‖² = ${limit}$`)));
  assert.throws(() => fista(lasso, y, { lambda, eta: 0.9, iterations: 3000 }),
    oneLine(new RegExp(`^fista: cost is (Infinity|NaN) at iteration \\d+; step size 0\\.9 exceeds 1/‖A‖² = ${half}$`)));
});

test('amp: diverges on a matrix it is not made for, and says so', () => {
  const large = plainMatrix(Float32Array.from(fixture.A, (value: number) => 3 * value + 1), m, n);
  assert.throws(() => amp({ operator: large, prox: l1() }, y, { iterations: 2000 }),
    oneLine(/^amp: cost is (Infinity|NaN) at iteration \d+; expected a matrix with independent zero-mean entries/));
});

test('impossible parameters are refused in one line', () => {
  assert.throws(() => ista(lasso, y, { lambda: -1 }), oneLine(/^ista: expected lambda to be a nonnegative number, got -1$/));
  assert.throws(() => fista(lasso, y, { lambda, eta: 0 }), oneLine(/^fista: expected eta to be a positive number, got 0$/));
  assert.throws(() => admm(lasso, y, { lambda, rho: NaN }), oneLine(/^admm: expected rho to be a positive number, got NaN$/));
  assert.throws(() => amp({ operator: A, prox: l2Squared() }, y), oneLine(/^amp: expected the prox l1, got l2-squared$/));
  assert.throws(() => cg(A, y, { shift: -1 }), oneLine(/^cg: expected shift to be a nonnegative number, got -1$/));
});

// The published benchmark, where a copy of it is given.
const folder = process.env['SIGNFOLD_DATA'];
if (folder && existsSync(`${folder}/sparse`)) {
  const { D, signals } = publishedSparse(path => readFileSync(`${folder}/${path}`));
  const problem: Problem = { operator: matrix(D, { name: 'D' }), prox: l1() };
  const truth = new Float32Array(500 * signals.size.test);
  for (let index = 0; index < signals.size.test; index++)
    signals.sample('test', index, tensor(truth.subarray(500 * index, 500 * (index + 1))));
  const measured = problem.operator.forward(tensor(truth, [signals.size.test, 500]));

  // NMSE in dB at iterations 1, 2, 4, 8, 16, lambda = 0.1, in float64 numpy; the first three for ADMM, whose closed form is slow.
  const published = {
    ista: [-1.28204, -1.905585, -2.675749, -3.698571, -5.266246], fista: [-1.28204, -1.905585, -2.952121, -4.929056, -10.078869],
    admm: [-1.982653, -3.88142, -6.166226], amp: [-3.476362, -6.35061, -11.124321, -18.704835, -29.975291],
  };
  for (const { name, solve } of solverCases) test(`${name}: NMSE on the published data`, () => {
    const nmse: number[] = [];
    const expected = published[name];
    solve(problem, measured, { iterations: 2 ** (expected.length - 1), onIterate: iterate => nmse.push(nmseDb(iterate, truth)) });
    near(expected.map((_, i) => nmse[2 ** i - 1]!), expected, NMSE_DB);
  });

  test('fista: reaches the LASSO objective of the published data', () => {
    const { cost } = fista(problem, measured, { lambda: 0.1, iterations: 120 });
    assert.ok(Math.abs(cost.at(-1)! / 3703.05830539127 - 1) <= 1e-6, `${cost.at(-1)}`);
  });
}

test.run();
