// What a compiled module runs where its network is no list of gradient steps: the packed engine, bundled into it as text (build.mjs).
import { sizeOf, tensor } from '../../core/array.js';
import type { Precision } from '../../kernels/index.js';
import { pack } from '../engine.js';
import { decodeModel } from '../model.js';
import { bytesOf, checked } from './face.js';

/** Signals that go through the network at once: their iterates, a convolution's many channels among them, lie in memory together. */
const together = 64;

export function solver(model: string, precision: Precision): (y: Float32Array, out?: Float32Array) => Float32Array {
  const { net } = decodeModel(bytesOf(model)), engine = pack(net, { precision }), { inShape, outShape } = net.problem.operator;
  const n = sizeOf(inShape), m = sizeOf(outShape);
  return (y, out) => {
    const [batch, to] = checked(y, out, m, n);
    for (let at = 0; at < batch; at += together) {
      const end = Math.min(batch, at + together), part = (data: Float32Array, size: number) => data.subarray(at * size, end * size);
      engine.reconstruct(tensor(part(y, m), [end - at, ...outShape]), tensor(part(to, n), [end - at, ...inShape]));
    }
    return to;
  };
}
