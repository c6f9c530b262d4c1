import type { Engine, OneBitNetwork, Tensor } from '../types.js';
import { checkFinite, flat, sizeOf, tensor } from '../core/array.js';

/** Measurements that are gathered before they are reconstructed together. */
const gathered = 64;

/**
 * Reconstructs measurements as they come, one estimate for each in their order; at most 64 are held back. Throws a RangeError
 * for a measurement of another size or with a number that is not finite, or what the source throws, after those before it.
 */
export async function* streamed({ problem: { operator } }: OneBitNetwork, engine: Pick<Engine, 'reconstruct'> | { reconstruct(y: Tensor): Promise<Tensor> },
  measurements: AsyncIterable<Tensor> | Iterable<Tensor>): AsyncGenerator<Tensor, void, undefined> {
  const m = sizeOf(operator.outShape), n = sizeOf(operator.inShape);
  const batch = new Float32Array(gathered * m);
  let count = 0;
  async function* flush(): AsyncGenerator<Tensor, void, undefined> {
    const held = count;
    // What an engine fails on is not given to it again.
    count = 0;
    const x = await engine.reconstruct(tensor(batch.subarray(0, held * m), [held, ...operator.outShape]));
    for (let b = 0; b < held; b++) yield tensor(x.data.slice(b * n, (b + 1) * n), operator.inShape);
  }
  let index = 0;
  try {
    for await (const y of measurements) {
      if (y.size !== m) throw new RangeError(`streamed: expected measurements of ${m} numbers, got ${y.size} in measurement ${index}`);
      checkFinite(`streamed: measurement ${index}`, flat(y));
      batch.set(flat(y), count++ * m);
      index++;
      if (count === gathered) yield* flush();
    }
  } catch (error) {
    if (count) yield* flush();
    throw error;
  }
  if (count) yield* flush();
}
