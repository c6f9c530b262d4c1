import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseSpikes } from '../datasets/index.js';
import { sign } from '../src/binary/binarizers/index.js';
import { recoveryCertificate } from '../src/binary/certificate.js';
import { sizeOf } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { l1 } from '../src/core/prox.js';
import { scratch } from '../src/kernels/index.js';
import { pack } from '../src/packed/engine.js';
import { decodeModel, encodeModel } from '../src/packed/model.js';
import { admm } from '../src/solvers/admm.js';
import { ista } from '../src/solvers/ista.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import { train } from '../src/unrolled/train.js';
import type { State } from '../src/types.js';
import { learnable, networkCases, operatorCases } from './cases.js';
import { normals, normalTensor, relativeError } from './helpers.js';

/** Central differences in f32 agree to this, relative to the gradient, at the best of four steps. */
const GRADIENT = 1e-3,
  SOLVER = 1e-5;
const steps = [1e-2, 3e-3, 1e-3, 3e-4];
const lambda = 0.05,
  batch = 2;
const operatorOf = (name: string) => operatorCases.find(candidate => candidate.name === name)!.make();

const networks = suite('unrolled networks');
for (const { name, make, solver, kinks, on = learnable } of networkCases)
  for (const kind of on) {
    const operator = operatorOf(kind),
      problem = { operator, prox: l1() };
    const n = sizeOf(operator.inShape),
      m = sizeOf(operator.outShape);

    networks(`${name} on ${kind}: pullbacks equal central differences`, () => {
      const net = make(problem, { layers: 2, lambda }),
        layer = net.layers[1]!;
      const y = normals(m * batch, 1),
        c = normals(n * batch, 2);
      const state: Record<string, Float32Array> = scratch(() =>
        Object.fromEntries(Object.keys(net.initial(batch)).map((key, i) => [key, normals(n * batch, 3, i)])),
      );
      const value = (): number =>
        scratch(() => {
          const [next] = layer.vjp(state, y, batch);
          return Object.values(next).reduce(
            (sum, array, k) => sum + array.reduce((part, v, i) => part + (k ? 0.7 : 1) * c[i]! * v, 0),
            0,
          );
        });
      const grad = scratch(() => {
        const [next, pullback] = layer.vjp(state, y, batch);
        const out: State = pullback(
          Object.fromEntries(Object.keys(next).map((key, k) => [key, c.map(v => (k ? 0.7 : 1) * v)])),
          true,
        );
        return Object.fromEntries(Object.entries(out).map(([key, array]) => [key, array.slice()]));
      });
      const agrees = (array: Float32Array, i: number, expected: number): boolean =>
        steps.some(h => {
          const v = array[i]!;
          array[i] = v + h;
          const above = array[i]!,
            up = value();
          array[i] = v - h;
          const below = array[i]!,
            down = value();
          array[i] = v;
          const close = (slope: number): boolean => Math.abs(slope - expected) <= GRADIENT * (Math.abs(expected) + 1);
          if (close((up - down) / (above - below))) return true;
          const here = kinks ? value() : NaN;
          return close((up - here) / (above - v)) || close((here - down) / (v - below));
        });
      for (const { name: param, value: array, grad: own } of layer.params)
        for (const i of new Set([0, array.length >> 1, array.length - 1])) assert.ok(agrees(array, i, own[i]!), `${param}[${i}]`);
      for (const key of Object.keys(grad))
        for (const i of [0, n >> 1, n * batch - 1]) assert.ok(agrees(state[key]!, i, grad[key]![i]!), `${key}[${i}]`);
    });

    if (solver === 'none' || (solver === 'admm on matrices' && !['dense', 'blocks'].includes(operator.pattern().kind))) continue;
    networks(`${name} on ${kind}: 5 untrained layers equal 5 iterations of the solver`, () => {
      const y = normalTensor([batch, ...operator.outShape], 4),
        net = make(problem, { layers: 5, lambda });
      const { x } =
        solver === 'ista'
          ? ista(problem, y, { lambda, eta: 1 / (1.001 * norm(operator) ** 2), iterations: 5 })
          : admm(problem, y, { lambda, rho: 1, iterations: 5 });
      assert.ok(relativeError(net.forward(y).data, x.data) <= SOLVER);
      assert.equal(net.iterates(y).at(-1)!.data, net.forward(y).data);
    });
  }
networks('tied layers share one Param and its gradient; frozen params receive none', () => {
  const net = learnedIsta({ operator: operatorOf('gaussian 7×11'), prox: l1() }, { layers: 3, coupling: 'tied' });
  const W = net.params.filter(({ name }) => name === 'W');
  assert.is(W.length, 1);
  assert.ok(net.layers.every(layer => layer.params.includes(W[0]!)));
  W[0]!.trainable = false;
  scratch(() => {
    const [next, pullback] = net.layers[0]!.vjp({ x: normals(11, 1) }, normals(7, 2), 1);
    pullback(next, true);
  });
  assert.ok(W[0]!.grad.every(value => value === 0));
});
networks('learned ISTA from a linear start: Q y, then its own steps; its file and its bits give the same', async () => {
  const operator = operatorOf('gaussian 7×11'), net = learnedIsta({ operator, prox: l1() }, { layers: 2, start: 'linear', lambda: 0.05 });
  const Q = net.params.find(({ name }) => name === 'start.Q')!, A = operator.weights!(), y = normalTensor([7], 3);
  assert.not.ok(Q.trainable);
  Q.value = normals(77, 4);
  const step = (x: readonly number[], theta: number, W: Float32Array): number[] => {
    const r = Array.from({ length: 7 }, (_, i) => x.reduce((sum, value, j) => sum + A[i * 11 + j]! * value, -y.data[i]!));
    return x.map((value, j) => value - r.reduce((sum, own, i) => sum + W[i * 11 + j]! * own, 0)).map(v => Math.sign(v) * Math.max(Math.abs(v) - theta, 0));
  };
  const [W, theta] = ['W', 'theta.0'].map(name => net.params.find(param => param.name === name)!.value) as [Float32Array, Float32Array];
  const first = Array.from({ length: 11 }, (_, j) => y.data.reduce((sum, value, i) => sum + Q.value[j * 7 + i]! * value, 0));
  const own = [first, step(first, theta[0]!, W), step(step(first, theta[0]!, W), theta[0]!, W)];
  net.iterates(y).forEach(({ data }, k) => assert.ok(relativeError(data, own[k]!) < 1e-5, `iterate ${k}`));

  const oneBit = await sign().fit(net, sparseSpikes(11)), { net: read } = decodeModel(encodeModel(oneBit));
  assert.equal(read.forward(y).data, oneBit.forward(y).data);
  assert.ok(relativeError(pack(read, { precision: 'exact' }).reconstruct(y).data, oneBit.forward(y).data) < 1e-5);
  // T1 speaks of what starts from zero.
  assert.is(recoveryCertificate(oneBit, 1), undefined);
  assert.throws(() => learnedIsta(net.problem, { layers: 1, start: 'middle' as never }), /^learned-ista: expected start zero or linear, got "middle"$/);

  // Layer by layer, W is not taken for the start's Q, which is as large.
  const kept = Q.value.slice(), before = W.slice();
  await train(net, sparseSpikes(11, { density: 0.9 }), { schedule: 'depth-wise', steps: 1, batch: 2, learningRate: 1e-6 });
  assert.equal(Q.value, kept);
  assert.ok(relativeError(net.params.find(({ name }) => name === 'W')!.value, before) < 1e-3);
});
networks('a NaN measurement and a wrong shape are one clear line', () => {
  const net = learnedIsta({ operator: operatorOf('gaussian 7×11'), prox: l1() }, { layers: 2 });
  assert.throws(() => net.forward(normalTensor([8], 1)), /learned-ista.forward: expected shape/);
  const y = normalTensor([7], 1);
  y.data[3] = NaN;
  assert.throws(() => net.forward(y), /measurement: expected finite numbers, got NaN at entry 3/);
  assert.throws(() => learnedIsta(net.problem, { layers: 0 }), /expected 1 to 1000 layers, got 0/);
});
networks.run();
