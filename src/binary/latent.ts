import type { Param, UnrolledNetwork } from '../types.js';
import { channelsOf } from '../core/channels.js';
import { axpby, clamp, dot, resident } from '../kernels/index.js';
import { signsMap } from '../kernels/maps/index.js';
import { param } from '../unrolled/param.js';
import type { Reparametrisation } from '../unrolled/train.js';
import type { Codes } from './bits.js';
import { signs, type Encode } from './codes.js';
import { oneBitParams, type Coded } from './one-bit-network.js';
import { leastSquaresScale } from './scale.js';

export interface LatentOptions {
  readonly encode: (param: Param) => Encode;
  /** One scale for the network, learnt; or one for each channel, the mean magnitude of its latent weights. */
  readonly scales: 'global' | 'channels';
  /** Share of the training over which codes replace latent weights, W = (1 − f) V + f λ code(V); 0 is at once. */
  readonly mixing: number;
  /** Latent weights are kept within ± bound · λ₀, λ₀ the first scale. */
  readonly bound: number;
  /** Codes stay as they are: of the matrices the scale alone is learnt. */
  readonly frozen?: boolean;
}

export interface LatentWeights extends Reparametrisation {
  /** Codes and scale as they are. */
  coded(): Coded;
  /** These latent weights, codes and scale in the place of another network's params of the same names; codes in full from the start. */
  carriedTo(net: UnrolledNetwork): LatentWeights;
}

/**
 * Straight-through training: the forward pass uses W = λ·code(V), the backward pass ∂V = ∂W within the bound that `project`
 * keeps, and ∂λ = ⟨∂W, code(V)⟩ (Courbariaux et al. 2015; Esser et al. 2020 for the learnt scale).
 */
export function latentWeights(net: UnrolledNetwork, options: LatentOptions, start?: { readonly first: number; readonly scale: number }): LatentWeights {
  const { encode, scales, mixing, bound, frozen = false } = options;
  const matrices = oneBitParams(net).filter(matrix => matrix.trainable).map(matrix => {
    const rule = encode(matrix);
    return {
      matrix, latent: param(`latent.${matrix.name}`, matrix.value.slice()), rule,
      codes: resident(new Float32Array(matrix.value.length)), ...channelsOf(matrix.map!.pattern),
      // Codes without zeros and with one scale are multiplied by tables of signs once they are in full.
      float: matrix.map!, tables: scales === 'global' && rule === signs ? signsMap(matrix.map!, () => matrix.value) : undefined,
    };
  });
  for (const { latent, rule, codes } of matrices) rule(latent.value, codes);
  const first = start?.first ?? leastSquaresScale(matrices.map(({ latent, codes }) => [latent.value, codes] as const));
  const scale = param('scale', Float32Array.of(start?.scale ?? first), { min: 0 });
  const fraction = (progress: number): number => (mixing > 0 ? Math.min(1, progress / mixing) : 1);

  /** The scale of each weight: its channel's, or the global one. */
  function channelScales({ latent, channels, count, codes }: (typeof matrices)[number]): Float32Array {
    const sums = new Float32Array(count), used = new Uint32Array(count);
    for (let i = 0; i < codes.length; i++) if (codes[i] !== 0) {
      sums[channels[i]!]! += Math.abs(latent.value[i]!);
      used[channels[i]!]!++;
    }
    return sums.map((sum, c) => (used[c] ? sum / used[c]! : 0));
  }

  return {
    settings: [scales, mixing, bound, frozen],
    movedFor(params) {
      const own = matrices.filter(({ matrix }) => params.includes(matrix));
      const moved = params.flatMap(p => {
        const entry = own.find(({ matrix }) => matrix === p);
        return entry ? (frozen ? [] : [entry.latent]) : [p];
      });
      return [...moved, ...(own.length && scales === 'global' ? [scale] : [])];
    },
    materialise(progress) {
      const f = fraction(progress), lambda = scale.value[0]!;
      for (const entry of matrices) {
        const { matrix: { value }, latent: { value: v }, rule, codes, channels, tables } = entry;
        rule(v, codes);
        const own = scales === 'channels' ? channelScales(entry) : undefined;
        if (!own) axpby(1 - f, v, f * lambda, codes, value);
        else for (let i = 0; i < value.length; i++) value[i] = (1 - f) * v[i]! + f * own[channels[i]!]! * codes[i]!;
        const signed = f === 1 && lambda > 0 && tables;
        entry.matrix.map = signed ? tables.map : entry.float;
        if (signed) tables.changed();
      }
    },
    pullback(progress) {
      const f = fraction(progress);
      let gScale = 0;
      for (const { matrix: { grad }, latent, codes } of matrices) {
        gScale += dot(grad, codes);
        latent.grad.set(grad);
      }
      scale.grad[0] = f * gScale;
    },
    project() {
      const limit = bound * first;
      for (const { latent } of matrices) clamp(latent.value, limit);
    },
    carriedTo(other) {
      const own = new Map(matrices.map(entry => [entry.matrix.name, entry]));
      for (const matrix of oneBitParams(other)) matrix.value = own.get(matrix.name)!.latent.value.slice();
      return latentWeights(other, { ...options, mixing: 0, encode: matrix => own.get(matrix.name)!.rule }, { first, scale: scale.value[0]! });
    },
    coded() {
      const codes = new Map<Param, Codes>(), rowScales = new Map<Param, { values: Float32Array; channels: Uint32Array }>();
      for (const entry of matrices) {
        entry.rule(entry.latent.value, entry.codes);
        entry.matrix.map = entry.float;
        codes.set(entry.matrix, entry.codes);
        rowScales.set(entry.matrix, { values: channelScales(entry), channels: entry.channels });
      }
      return scales === 'global' ? { scale: scale.value[0]!, codes } : { scale: 1, codes, rowScales };
    },
  };
}
