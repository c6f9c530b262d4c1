import type { Param, UnrolledNetwork } from '../types.js';
import { random } from '../core/random.js';
import { sizeOf } from '../core/array.js';
import { gemm, scratch, temp, transposed, view } from '../kernels/index.js';
import { eachChunk } from './calibration.js';

const stream = 0x6d657472;

/** Output channels of a convolution; 0 for other matrices. */
const channelsOut = ({ map }: Param): number => (map!.pattern.kind === 'toeplitz' ? map!.pattern.channels?.out ?? 0 : 0);

/**
 * What errors in the output channels of each convolution do to its layer's estimate, as far as that is linear: B = Σ g gᵀ, g the
 * gradient of a random normal functional of the estimate (the output factor of K-FAC; Martens & Grosse 2015). Channels × channels,
 * for each convolution of more than one, in the order of its outputs; its weights are trainable and it is used ahead, not transposed.
 */
export function outputMetrics(net: UnrolledNetwork, y: Float32Array, params: readonly Param[], seed: number): Map<Param, Float64Array> {
  const m = sizeOf(net.problem.operator.outShape), count = y.length / m, rng = random(stream, seed);
  const convolutions = params.filter(param => channelsOut(param) > 1), metrics = new Map<Param, Float64Array>();
  const maps = convolutions.map(param => {
    const map = param.map!, to = channelsOut(param), size = map.outSize / to, sum = new Float64Array(to * to);
    metrics.set(param, sum);
    param.map = {
      ...map,
      addGradient: (_, gradient, __, batch) => scratch(() => {
        const own = temp(to * to).fill(0);
        for (let b = 0; b < batch; b++) {
          const g = view(gradient, to, size, size, b * map.outSize);
          gemm(g, transposed(g), view(own, to, to), true);
        }
        for (let i = 0; i < to * to; i++) sum[i]! += own[i]!;
      }),
    };
    return () => { param.map = map; };
  });
  try {
    if (convolutions.length) eachChunk(sizeOf(net.problem.operator.inShape), count, (first, end) => scratch(() => {
      let state = net.initial(end - first);
      for (const layer of net.layers) {
        const [next, pullback] = layer.vjp(state, y.subarray(first * m, end * m), end - first);
        state = next;
        pullback(Object.fromEntries(Object.entries(next).map(([key, values]) =>
          [key, values.map(() => (key === 'x' ? rng.normal() : 0))])), false);
      }
    }));
  } finally {
    for (const restore of maps) restore();
  }
  return metrics;
}
