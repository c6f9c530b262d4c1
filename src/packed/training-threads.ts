import type { Param, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { proxByName } from '../core/prox.js';
import { threadPool } from '../core/thread-pool.js';
import { checkThreads, sharedFloats } from '../core/threads.js';
import { axpby, dot } from '../kernels/index.js';
import { networkFrom } from '../unrolled/presets.js';
import type { GradientThreads } from '../unrolled/train.js';
import { encodeModel } from './model.js';
import { isRebuilt } from './rebuilt.js';

/** What each thread is given at its start: the network, whose values are not told, and where they lie, one after the other. */
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

/** The network without its values as a model file. Throws a TypeError where that would be another network. */
function described(net: UnrolledNetwork): Uint8Array {
  const { problem: { operator, prox }, description } = net;
  const refuse = (what: string): never => { throw new TypeError(`trainingThreads: ${what} cannot be rebuilt in a thread; train without threads`); };
  if (!operator.describe) return refuse(`the operator ${operator.name}`);
  let same = false;
  try {
    const own = networkFrom({ operator, prox: proxByName(prox.name) }, description);
    own.params.forEach((param, i) => { param.value = net.params[i]?.value ?? param.value; });
    same = isRebuilt(net, own);
  } catch { /* A prox or a preset that nobody knows. */ }
  if (!same) return refuse(`${description.preset} with the prox ${prox.name}`);
  const params = net.params.map(param => ({ ...param, value: new Float32Array(param.value.length) }));
  return encodeModel({ ...net, params, binarizer: 'float', scale: 1, matrices: [] });
}

/**
 * Gradients of a batch on several threads, each of which has the whole network and takes a part of the signals: for `train`. The sum
 * over threads is rounded otherwise than one thread's; the same number of threads gives the same numbers to the bit. Drawing and
 * measuring signals and the optimizer stay on the thread that trains. For Node alone. Throws a RangeError for an impossible number of
 * threads.
 */
export function trainingThreads(threads: number): GradientThreads {
  checkThreads('trainingThreads', threads);
  return {
    open(net: UnrolledNetwork, batch: number) {
      const { operator } = net.problem, n = sizeOf(operator.inShape), m = sizeOf(operator.outShape), count = Math.min(threads, batch);
      const model = described(net), length = net.params.reduce((sum, { value }) => sum + value.length, 0);
      const values = sharedFloats(length), x = sharedFloats(batch * n), y = sharedFloats(batch * m), places = placed(net.params, values);
      const slices = Array.from({ length: count }, (_, t) => {
        const from = Math.floor((t * batch) / count), to = Math.floor(((t + 1) * batch) / count), gradients = sharedFloats(length);
        const own = placed(net.params, gradients);
        return { own, part: { x: x.subarray(from * n, to * n), y: y.subarray(from * m, to * m), count: to - from, gradients } };
      });
      const setup: TrainingSetup = { model, values }, pool = threadPool<GradientTask, number>(new URL('./training-worker.js', import.meta.url), setup, count);
      return {
        async lossAndGradient(depth, signals, measurements) {
          const params = net.params.filter(({ trainable }) => trainable), learnt = params.map(({ name }) => name), energy = dot(signals, signals);
          // Frozen ones too: weights that codes are written to change behind them.
          for (const [param, place] of places) place.set(param.value);
          x.set(signals);
          y.set(measurements);
          const losses = await Promise.all(slices.map(({ part }) => pool.run({ depth, learnt, energy, ...part })));
          for (const { own } of slices) for (const param of params) axpby(1, own.get(param)!, 1, param.grad, param.grad);
          return losses.reduce((sum, loss) => sum + loss, 0);
        },
        close: pool.close,
      };
    },
  };
}
