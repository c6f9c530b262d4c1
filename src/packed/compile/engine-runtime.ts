// What a compiled module runs where its network is no list of gradient steps: the packed engine, bundled into it as text (build.mjs).
import { sizeOf, tensor } from '../../core/array.js';
import type { Precision } from '../../kernels/index.js';
import { pack } from '../engine.js';
import { decodeModel } from '../model.js';
import { bytesOf, checked } from './face.js';

export function solver(model: string, precision: Precision): (y: Float32Array, out?: Float32Array) => Float32Array {
  const { net } = decodeModel(bytesOf(model)), engine = pack(net, { precision }), { inShape, outShape } = net.problem.operator;
  return (y, out) => {
    const [batch, to] = checked(y, out, sizeOf(outShape), sizeOf(inShape));
    engine.reconstruct(tensor(y, [batch, ...outShape]), tensor(to, [batch, ...inShape]));
    return to;
  };
}
