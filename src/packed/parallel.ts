import type { OneBitNetwork, Tensor } from '../types.js';
import { batchOf, batchedShape, checkFinite, flat, sizeOf, tensor } from '../core/array.js';
import { threadPool } from '../core/thread-pool.js';
import { checkThreads, sharedFloats } from '../core/threads.js';
import { laneBlock, type Precision } from '../kernels/index.js';
import { checkPrecision } from './engine.js';
import { encodeModel } from './model.js';

export { trainingThreads } from './training-threads.js';

export interface WorkerSetup { readonly model: Uint8Array; readonly precision: Precision }
/** Part of a batch, in memory that both threads see. */
export interface Slice { readonly y: Float32Array; readonly x: Float32Array; readonly count: number }

export interface ParallelEngine {
  /** As Engine's, for a batch with a leading axis. Rejects where a thread died; the next call starts a new one. */
  reconstruct(y: Tensor): Promise<Tensor>;
  /** Ends the threads once running work is done. */
  close(): Promise<void>;
}

export interface ParallelOptions {
  readonly threads: number;
  readonly precision?: Precision;
}

/**
 * A packed network on several threads, which split a batch between them: each has the whole network, since tables are built for
 * every vector anyway. For Node alone. Throws a TypeError for a network whose operator cannot be described to a thread.
 */
export async function packParallel(net: OneBitNetwork, { threads, precision = 'standard' }: ParallelOptions): Promise<ParallelEngine> {
  checkThreads('packParallel', threads);
  checkPrecision(precision);
  const setup: WorkerSetup = { model: encodeModel(net), precision }, { operator } = net.problem;
  const n = sizeOf(operator.inShape), m = sizeOf(operator.outShape);
  const pool = threadPool<Slice, void>(new URL('./parallel-worker.js', import.meta.url), setup, threads);
  return {
    async reconstruct(y) {
      const batch = batchOf('reconstruct', y, operator.outShape), data = flat(y);
      checkFinite('reconstruct: measurement', data);
      const from = sharedFloats(batch * m), to = sharedFloats(batch * n);
      from.set(data);
      const each = Math.ceil(batch / threads / laneBlock) * laneBlock;
      // One signal alone is rounded as no batch is, so that a last one goes with the slice before it.
      const parts = Math.max(1, Math.ceil((batch - 1) / each));
      const slices = Array.from({ length: parts }, (_, i) => {
        const at = i * each, count = i + 1 === parts ? batch - at : each;
        return { y: from.subarray(at * m, (at + count) * m), x: to.subarray(at * n, (at + count) * n), count };
      });
      await Promise.all(slices.map(slice => pool.run(slice)));
      return tensor(new Float32Array(to), batchedShape(y, operator.outShape, operator.inShape));
    },
    close: () => pool.close(true),
  };
}
