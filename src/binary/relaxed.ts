import type { OneBitNetwork, Param, UnrolledNetwork } from '../types.js';
import { dot } from '../kernels/index.js';
import { param } from '../unrolled/param.js';
import { train, type Reparametrisation } from '../unrolled/train.js';
import { jointDefaults, type Binarizer } from './binarizer.js';
import type { Codes } from './bits.js';
import { signs } from './codes.js';
import { fitLatent, frozenSigns } from './fit-latent.js';
import { cloneToBinarize, oneBitParams } from './one-bit-network.js';
import { leastSquaresScale } from './scale.js';

/** One matrix while its weights become signs: W = λ c(v), v latent. */
export interface Relaxed {
  /** Latent values in the units of weights: v / unit is what formulas are about. */
  readonly latent: Float32Array;
  /** The first scale, over the relaxation's pace. */
  readonly unit: number;
  /** c(v), within −1 … 1. */
  readonly codes: Float32Array;
  /** As long as the latent values, 0 at first; a relaxation may write it. */
  readonly memory: Float32Array;
  /** Which of the network's one-bit matrices it is. */
  readonly index: number;
}

/** How latent values become signs in the course of a training, whose progress runs from 0 to 1. */
export interface Relaxation {
  /** How many times faster than weights latent values move, in their own units: 1 unless given. */
  readonly pace?: number;
  /** The numbers that it was made with: a checkpoint of others is not resumed. */
  readonly settings: readonly number[];
  /** v / unit of a weight w in units of the first scale. */
  start(w: number): number;
  /** Writes the codes. */
  relax(matrix: Relaxed, progress: number): void;
  /** Turns the gradient of the codes into that of the latent values, in place. */
  pullback(matrix: Relaxed, gradient: Float32Array, progress: number): void;
  /** Changes latent values after a step; `before` are those in front of it. */
  project?(matrix: Relaxed, before: Float32Array, progress: number): void;
}

/** Latent values and a learnt scale in the place of a network's matrices. */
export interface RelaxedWeights extends Reparametrisation {
  /** The latent values of each matrix. */
  readonly latents: ReadonlyMap<Param, Param>;
  readonly unit: number;
  readonly scale: Param;
}

function signsOf({ value }: Param): Codes {
  const own = new Float32Array(value.length);
  signs(value, own);
  return own;
}

/** Throws a RangeError where all weights are 0. */
export function relaxedWeights(who: string, net: UnrolledNetwork, { pace = 1, settings, start, relax, pullback, project }: Relaxation): RelaxedWeights {
  const params = oneBitParams(net).filter(matrix => matrix.trainable);
  const first = leastSquaresScale(params.map(matrix => [matrix.value, signsOf(matrix)] as const));
  if (!(first > 0)) throw new RangeError(`${who}: expected a network with weights that are not all 0; train it first`);
  const scale = param('scale', Float32Array.of(first), { min: 0 }), unit = first / pace;
  const entries = params.map((matrix, index) => ({
    matrix, index, codes: signsOf(matrix), before: new Float32Array(matrix.value.length),
    latent: param(`latent.${matrix.name}`, matrix.value.map(w => unit * start(w / first))),
    // A param without a gradient stays as it is written, and is part of checkpoints.
    memory: param(`memory.${matrix.name}`, new Float32Array(matrix.value.length)),
  }));
  const relaxed = ({ latent, memory, codes, index }: (typeof entries)[number]): Relaxed =>
    ({ latent: latent.value, memory: memory.value, codes, index, unit });
  let now = 0;
  return {
    settings: [pace, ...settings],
    latents: new Map(entries.map(({ matrix, latent }) => [matrix, latent])), unit, scale,
    movedFor(wanted) {
      const own = new Map(entries.map(entry => [entry.matrix, [entry.latent, entry.memory]]));
      return [...wanted.flatMap(each => own.get(each) ?? [each]), ...(wanted.some(each => own.has(each)) ? [scale] : [])];
    },
    materialise(progress) {
      now = progress;
      for (const entry of entries) {
        const { matrix: { value }, latent, codes, before } = entry;
        relax(relaxed(entry), progress);
        before.set(latent.value);
        for (let i = 0; i < value.length; i++) value[i] = scale.value[0]! * codes[i]!;
      }
    },
    pullback(progress) {
      let total = 0;
      for (const entry of entries) {
        const { matrix: { grad }, latent, codes } = entry;
        total += dot(grad, codes);
        for (let i = 0; i < grad.length; i++) latent.grad[i] = scale.value[0]! * grad[i]!;
        pullback(relaxed(entry), latent.grad, progress);
      }
      scale.grad[0] = total;
    },
    project() {
      if (project) for (const entry of entries) project(relaxed(entry), entry.before, now);
    },
  };
}

/** Throws a RangeError. */
export function checkPace(who: string, pace: number): void {
  if (!(pace > 0 && pace < Infinity)) throw new RangeError(`${who}: expected a finite pace above 0, got ${pace}`);
}

/** Share of the steps in which weights become signs; scale, steps and thresholds alone are trained in the others. */
const relaxing = 0.7;

/** Training of a relaxation; then its signs stay, and scale, steps and thresholds are trained. `relaxed` sees the latent values between. */
export async function fitRelaxed(name: string, [net, data, options = {}]: Parameters<Binarizer['fit']>, relaxation: Relaxation,
  relaxed?: (weights: RelaxedWeights) => void): Promise<OneBitNetwork> {
  const copy = cloneToBinarize(name, net), weights = relaxedWeights(name, copy, relaxation), lambda = weights.scale;
  const { steps = jointDefaults.steps, phase = name } = options, first = Math.round(relaxing * steps);
  await train(copy, data, { ...jointDefaults, ...options, phase: `${phase}: relaxed`, steps: first, reparametrisation: weights });
  for (const [matrix, latent] of weights.latents) matrix.value = signsOf(latent).map(sign => lambda.value[0]! * sign);
  relaxed?.(weights);
  return fitLatent(name, [copy, data, { ...options, steps: steps - first }], frozenSigns);
}
