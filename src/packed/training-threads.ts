import { Piscina } from 'piscina';
import type { Param, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { mostThreads, sharedFloats } from '../core/threads.js';
import { axpby, dot } from '../kernels/index.js';
import type { GradientThreads } from '../unrolled/train.js';
import { encodeModel } from './model.js';

/** What each thread is given at its start: the network, and where the values of its params lie, one after the other. */
export interface TrainingSetup { readonly model: Uint8Array; readonly values: Float32Array }

/** Part of a batch, in memory that both threads see. */
export interface GradientTask {
  readonly depth: number;
  /** Names of the params whose gradients are asked for; they lie in `gradients` as values do in `values`. */
  readonly learnt: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly count: number;
  /** ‖x‖² of the whole batch. */
  readonly energy: number;
  readonly gradients: Float32Array;
}

/** Each param's part of an array that holds all of them. */
export function placed(params: readonly Param[], all: Float32Array): Map<Param, Float32Array> {
  let at = 0;
  return new Map(params.map(param => [param, all.subarray(at, at += param.value.length)]));
}

/**
 * Gradients of a batch on several threads, each of which has the whole network and takes a part of the signals: for `train`. The sum
 * over threads is rounded otherwise than one thread's; the same number of threads gives the same numbers to the bit. It pays where a
 * step takes ten milliseconds and more. For Node alone. Throws a RangeError for an impossible number of threads.
 */
export function trainingThreads(threads: number): GradientThreads {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > mostThreads)
    throw new RangeError(`trainingThreads: expected 1 to ${mostThreads} threads, got ${threads}`);
  return {
    open(net: UnrolledNetwork, batch: number) {
      const { operator } = net.problem, n = sizeOf(operator.inShape), m = sizeOf(operator.outShape), count = Math.min(threads, batch);
      const length = net.params.reduce((sum, { value }) => sum + value.length, 0);
      const values = sharedFloats(length), x = sharedFloats(batch * n), y = sharedFloats(batch * m), parts = placed(net.params, values);
      const setup: TrainingSetup = { model: encodeModel({ ...net, binarizer: 'float', scale: 1, matrices: [] }), values };
      const slices = Array.from({ length: count }, (_, t) => {
        const from = Math.floor((t * batch) / count), to = Math.floor(((t + 1) * batch) / count), gradients = sharedFloats(length);
        const own = placed(net.params, gradients);
        return { x: x.subarray(from * n, to * n), y: y.subarray(from * m, to * m), count: to - from, gradients, own };
      });
      const pool = new Piscina<GradientTask, number>({
        filename: new URL('./training-worker.js', import.meta.url).href, workerData: setup, minThreads: count, maxThreads: count,
      });
      return {
        async lossAndGradient(depth, signals, measurements) {
          const learnt = net.params.filter(({ trainable }) => trainable), names = learnt.map(({ name }) => name), energy = dot(signals, signals);
          for (const [param, place] of parts) place.set(param.value);
          x.set(signals);
          y.set(measurements);
          const losses = await Promise.all(slices.map(({ own: _, ...slice }) => pool.run({ depth, learnt: names, energy, ...slice })))
            .catch((error: unknown) => { throw new Error(`a training thread ended: ${(error as Error).message}`); });
          for (const { own } of slices) for (const param of learnt) axpby(1, own.get(param)!, 1, param.grad, param.grad);
          return losses.reduce((sum, loss) => sum + loss, 0);
        },
        close: () => pool.destroy(),
      };
    },
  };
}
