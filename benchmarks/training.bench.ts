// A training step of an unrolled network, and reconstruction by the packed engine, beside PyTorch and tfjs.
import { gaussian, rademacher } from '../operators/index.js';
import { signs } from '../src/binary/codes.js';
import { latentWeights } from '../src/binary/latent.js';
import { oneBitNetwork } from '../src/binary/one-bit-network.js';
import { tensor } from '../src/core/array.js';
import { norm } from '../src/core/norm.js';
import { l1 } from '../src/core/prox.js';
import { random } from '../src/core/random.js';
import { pack } from '../src/packed/engine.js';
import { lossAndGradient } from '../src/unrolled/loss.js';
import { adam } from '../src/unrolled/optimizer.js';
import { learnedIsta } from '../src/unrolled/presets.js';
import type { Case, CaseData } from './case.js';

const m = 250, n = 500, layers = 16, lambda = 0.4, seed = 1, many = 64;
/** Sums of f32 in another order, through 16 layers. */
const f32 = 1e-4;
/** The engine rounds a single signal to 14 bits at every product. */
const rounded = 1e-3;
/** A W of one magnitude, the mean of |A| over L: a smaller one passes no threshold. */
const oneBitScale = 1 / 115;

/** Sparse signals and their measurements. Step 1 / L and threshold lambda / L, as the presets choose them. */
function physics(data: CaseData, batch: number, sensing: typeof gaussian = gaussian) {
  const A = sensing(m, n, { seed }), L = 1.001 * norm(A) ** 2, rng = random(seed, 1);
  const x = data.zeros(batch * n), y = data.zeros(batch * m);
  for (let i = 0; i < x.length; i++) x[i] = rng.bernoulliGaussian(0.1);
  A.apply(x, y, batch);
  return { problem: { operator: A, prox: l1() }, A: A.weights!(), L, x, y, sizes: { layers, theta: Math.fround(lambda / L) } };
}

/** Float weights, or latent ones behind signs; at rate 0 the two have the same loss for ever. */
function trainingStep(kind: 'float' | 'one-bit', batch: number): Case {
  const rate = kind === 'float' ? 5e-4 : 0;
  return {
    kernel: kind === 'float' ? 'training-step' : 'training-step-one-bit', shape: `${layers} coupled layers, ${m}x${n}`, batch, mask: 'dense', tolerance: f32, calls: 4,
    prepare(data) {
      const { problem, A, L, x, y, sizes } = physics(data, batch);
      const net = learnedIsta(problem, { layers, lambda, coupling: 'coupled' });
      const W = A.map(a => (kind === 'float' ? a / L : a < 0 ? -oneBitScale : oneBitScale)), shape = [m, n];
      for (const param of net.params) if (param.oneBit) param.value = W;
      const latent = kind === 'one-bit' ? latentWeights(net, { encode: () => signs, scales: 'global', mixing: 0, bound: 1.5 }) : undefined;
      const moved = latent?.movedFor(net.params) ?? net.params;
      for (const param of new Set([...net.params, ...moved])) {
        const value = data.zeros(param.value.length);
        value.set(param.value);
        param.value = value;
        param.grad = data.zeros(value.length);
      }
      const optimizer = adam(), output = new Float32Array(1);
      optimizer.start(moved);
      let count = 0;
      const run = (): void => {
        latent?.materialise(1);
        for (const param of net.params) param.grad.fill(0);
        output[0] = lossAndGradient(net, layers, x, y, batch);
        latent?.pullback(1);
        optimizer.update(moved, rate, ++count);
        latent?.project?.();
      };
      const arrays = { A: { data: A, shape }, W: { data: W, shape }, x: { data: x, shape: [batch, n] }, y: { data: y, shape: [batch, m] } };
      const peers = ['torch', 'tfjs-wasm'].map(peer => ({ peer, op: 'training-step', arrays, sizes: { ...sizes, rate } }));
      return { run, output, peers };
    },
  };
}

/** PyTorch has the same weights, one-bit ones as floats. */
function reconstruction(kind: 'float' | 'one-bit', batch: number): Case {
  return {
    kernel: `reconstruct-${kind}`, shape: `${layers} tied layers, ${m}x${n} Rademacher`, batch, mask: 'dense',
    tolerance: kind === 'float' ? f32 : rounded,
    prepare(data) {
      const { problem, A, y, sizes } = physics(data, batch, rademacher), net = learnedIsta(problem, { layers, lambda, coupling: 'tied' });
      const param = net.params.find(({ name }) => name === 'W')!;
      const codes = param.value.map(value => (value < 0 ? -1 : 1));
      const engine = pack(kind === 'float' ? { ...net, binarizer: 'float', scale: 1, matrices: [] }
        : oneBitNetwork(net, 'sign', { scale: oneBitScale, codes: new Map([[param, codes]]) }));
      const W = kind === 'float' ? param.value : codes.map(code => code * oneBitScale);
      const output = data.zeros(batch * n), measured = tensor(y, [batch, m]), out = tensor(output, [batch, n]);
      const arrays = { A: { data: A, shape: [m, n] }, W: { data: W, shape: [m, n] }, y: { data: y, shape: [batch, m] } };
      return { run: () => { engine.reconstruct(measured, out); }, output, peers: [{ peer: 'torch', op: 'reconstruct', arrays, sizes }] };
    },
  };
}

export const trainingCases: readonly Case[] = [
  trainingStep('float', many),
  trainingStep('one-bit', many),
  ...(['float', 'one-bit'] as const).flatMap(kind => [reconstruction(kind, 1), reconstruction(kind, many)]),
];
