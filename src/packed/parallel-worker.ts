// One thread of a parallel engine: its own copy of the network, slices of shared batches.
import { workerData } from 'piscina';
import { tensor } from '../core/array.js';
import { pack } from './engine.js';
import { decodeModel } from './model.js';
import type { Slice, WorkerSetup } from './parallel.js';

const { model, precision } = workerData as WorkerSetup;
const { net } = decodeModel(model), engine = pack(net, { precision }), { inShape, outShape } = net.problem.operator;

export default function reconstruct({ y, x, count }: Slice): void {
  engine.reconstruct(tensor(y, [count, ...outShape]), tensor(x, [count, ...inShape]));
}
