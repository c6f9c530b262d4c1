// What layers say of themselves to compilers, run in plain arrays, against what they compute.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convolution, gaussian, identity } from '../operators/index.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal, kroneckerIdentity } from '../src/core/combine.js';
import { l1, proxByName } from '../src/core/prox.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta, unrolledAdmm, unrolledIsta } from '../src/unrolled/presets.js';
import type { UnrolledNetwork } from '../src/types.js';
import { normals, relativeError } from './helpers.js';

/** The estimate from one measurement; signals that nothing was written to are zero. */
function interpreted({ layers, problem: { operator } }: UnrolledNetwork, y: Float32Array): Float32Array {
  const signals = new Map([['y', y], ['x', new Float32Array(sizeOf(operator.inShape))]]);
  const read = (name: string, size: number): Float32Array => signals.get(name) ?? new Float32Array(size);
  for (const { operations } of layers) for (const step of operations!()) {
    if (step.kind === 'combine') {
      const size = (signals.get(step.x) ?? signals.get(step.z))!.length, x = read(step.x, size), z = read(step.z, size);
      signals.set(step.to, x.map((value, i) => step.a * value + step.b * z[i]!));
    } else if (step.kind === 'rectify') signals.set(step.at, signals.get(step.at)!.map(value => Math.max(0, value)));
    else if (step.kind === 'bias') signals.set(step.at, signals.get(step.at)!.map((value, i) => value + step.bias.value[Math.floor(i / step.places)]!));
    else if (step.kind === 'soft') {
      const from = signals.get(step.from)!, magnitudes = from.map(Math.abs).sort().reverse(), least = step.keep ? Math.max(step.theta, magnitudes[step.keep - 1]!) : Infinity;
      signals.set(step.to, from.map(v => (Math.abs(v) >= least ? v : Math.sign(v) * Math.max(0, Math.abs(v) - step.theta))));
    } else {
      const { map, adjoint, from, to } = step, [inSize, outSize] = map ? [map.map!.inSize, map.map!.outSize] : [sizeOf(operator.inShape), sizeOf(operator.outShape)];
      const out = new Float32Array(adjoint ? inSize : outSize), input = read(from, adjoint ? outSize : inSize);
      if (map) map.map![adjoint ? 'applyAdjoint' : 'apply'](map.value, input, out, 1);
      else operator[adjoint ? 'applyAdjoint' : 'apply'](input, out, 1);
      signals.set(to, out);
    }
  }
  return signals.get('x')!;
}

const dense = { operator: gaussian(12, 24, { seed: 1 }), prox: l1() }, blur = { operator: convolution([0.5, 0.3, -0.2], [24]), prox: l1() };
const blocks = { operator: blockDiagonal([gaussian(3, 5, { seed: 2 }), gaussian(8, 10, { seed: 3 })]), prox: l1() }, supportSelection = { perLayer: 4, max: 20 };
const networks: Readonly<Record<string, UnrolledNetwork>> = {
  'ISTA': unrolledIsta(dense, { layers: 3 }), 'ISTA on a blur': unrolledIsta(blur, { layers: 3 }),
  'tied, support selection': learnedIsta(dense, { layers: 4, supportSelection }), 'coupled': learnedIsta(blocks, { layers: 3, coupling: 'coupled' }),
  'analytic': learnedIsta(dense, { layers: 3, coupling: 'analytic' }), 'from a linear start': learnedIsta(dense, { layers: 3, start: 'linear' }),
  'behind a frame': learnedIsta(dense, { layers: 3, frame: 1.5 }), 'coupled behind the frame of shared blocks': learnedIsta({ ...dense, operator: kroneckerIdentity(3, gaussian(5, 9, { seed: 4 })) }, { layers: 2, coupling: 'coupled', frame: 2 }),
  "LISTA's own form": learnedIsta(blocks, { layers: 3, coupling: 'lista' }), 'ADMM with a learnt W': unrolledAdmm(dense, { layers: 3, coupling: 'tied' }),
  'ISTA-Net+ behind frames': istaNet(dense, { layers: 2, features: 4, shape: [4, 6], frame: 1.5 }),
  'ISTA-Net+ with biases': istaNet(dense, { layers: 2, features: 4, shape: [4, 6], bias: true }),
  'ISTA-Net+': istaNet(dense, { layers: 2, features: 4, shape: [4, 6] }), 'ISTA-Net': istaNet({ ...dense, operator: identity([24]) }, { layers: 2, features: 3, transform: 'istanet', taps: 5 }),
};

const operations = suite('operations');
for (const [name, net] of Object.entries(networks))
  operations(`${name}: the layers' own numbers`, () => {
    for (const { name: own, value } of net.params) if (/^(start\.Q|G\.\d|\w+\.bias)/.test(own)) value.set(normals(value.length, 3).map(w => w / 5));
    const { outShape } = net.problem.operator, y = normals(sizeOf(outShape), 4);
    for (const { name: own, value } of [{ name: 'as it is', value: new Float32Array(1) }, ...net.params.filter(param => /^(eta|gamma)\./.test(param.name))]) {
      // Steps of 0 one after the other, to none at all.
      value[0] = 0;
      assert.ok(relativeError(interpreted(net, y), net.forward(tensor(y, outShape)).data) < 1e-5, own);
    }
  });
operations('layers that operations do not tell say so', () => {
  const silent = [unrolledAdmm(dense, { layers: 2 }), learnedIsta({ ...dense, prox: proxByName('dct-l1(4x6)') }, { layers: 2 }), istaNet(blur, { layers: 2, features: 2, dataStep: 'proximal' })];
  for (const { layers } of silent) assert.is(layers.at(-1)!.operations, undefined);
});
operations.run();
