import type { LinearOperator, Param, UnrolledNetwork } from '../../types.js';
import { weightBlocks } from '../../core/pattern.js';
import {
  codeEnergies, commonScale, dictionary, incoherentCodes, type CodeEnergies, type CodeSearchOptions, type Dictionary,
} from '../../qubo/coherence/index.js';
import { directSearch } from '../../unrolled/direct-search.js';
import { physicsOf } from '../../unrolled/frame.js';
import { train } from '../../unrolled/train.js';
import { jointDefaults, type Binarizer } from '../binarizer.js';
import type { Codes } from '../bits.js';
import { cloneToBinarize, oneBitNetwork, oneBitParams } from '../one-bit-network.js';

export interface AnalyticQuboOptions extends Pick<CodeSearchOptions, 'symmetry' | 'balance' | 'passes' | 'sweeps'> {
  /** Share of each column's codes that are zero; 0 means one bit a weight. */
  readonly zeros?: number;
}

/** The one matrix of x⁺ = soft(x − γ_k Wᵀ(A x − y), θ_k), or one for each layer. */
function weightsOf(who: string, net: UnrolledNetwork): Param[] {
  const { preset, args } = net.description, coupling = String(args['coupling']);
  if (preset !== 'learned-ista' || !['untied', 'tied', 'analytic'].includes(coupling))
    throw new TypeError(`${who}: expected learnedIsta with coupling untied, tied or analytic, got ${preset} with coupling ${coupling}`);
  return oneBitParams(net);
}

/** The blocks of A, each a problem of its own. Throws a TypeError for patterns that have none. */
export function dictionariesOf(who: string, operator: LinearOperator): Dictionary[] {
  const blocks = weightBlocks(who, operator), weights = operator.weights!();
  return blocks.map(({ rows, cols, first }) => dictionary(weights.subarray(first, first + rows * cols), rows, cols));
}

/** Codes on the pattern of A from A alone, and the scale 1 / mean s_iᵀa_i of all of them; `onProgress` counts codes. */
export async function analyticCodes(blocks: readonly Dictionary[], { zeros = 0, symmetry = 0.5, onProgress, ...options }: AnalyticQuboOptions & Omit<CodeSearchOptions, 'zeros'> = {}): Promise<{ codes: Codes; scale: number }> {
  const codes = new Float32Array(blocks.reduce((sum, { A }) => sum + A.length, 0)), energies: CodeEnergies[] = [];
  let at = 0;
  for (const block of blocks) {
    const S = await incoherentCodes(block, {
      ...options, symmetry, zeros: Math.round(zeros * block.rows),
      ...(onProgress && { onProgress: (done, of) => onProgress(at + Math.floor((block.A.length * done) / of), codes.length) }),
    });
    codes.set(S, at);
    at += S.length;
    energies.push(codeEnergies(block, S));
  }
  return { codes, scale: commonScale(energies) };
}

/**
 * Behind a frame codes come so near to the best weights that their unequal s_iᵀa_i are what is left (8 blocks of 32 × 64, 1.5 times the
 * rows: 1.2 dB; 4 times: 1.7 dB); without one, it costs as much as it gains.
 */
const framedBalance = 10;

/**
 * ALISTA's weight problem over signs, or over −1, 0, +1 with a fixed number of zeros: codes that are least coherent with the
 * physics, found by annealing without data, behind a frame with a `balance` of 10 unless told; then steps and thresholds alone are trained, layer by layer and all together.
 */
export function analyticQubo({ zeros = 0, ...search }: AnalyticQuboOptions = {}): Binarizer {
  if (!(zeros >= 0 && zeros < 1)) throw new RangeError(`analyticQubo: expected zeros from 0 to below 1, got ${zeros}`);
  const name = zeros ? 'analytic-qubo-ternary' : 'analytic-qubo';
  return {
    name,
    async fit(net, data, options = {}) {
      const copy = cloneToBinarize(name, net), weights = weightsOf(name, copy), physics = physicsOf(copy), blocks = dictionariesOf(name, physics);
      const { seed, signal, phase = name, onProgress } = options, balance = search.balance ?? (physics === copy.problem.operator ? 0 : framedBalance);
      const codes = new Map<Param, Codes>(), scales: number[] = [];
      for (const [layer, W] of weights.entries()) {
        const own = await analyticCodes(blocks, {
          zeros, ...search, balance, seed, layer, signal,
          ...(onProgress && { onProgress: (done, of) => onProgress({ phase: `${phase}: codes`, step: layer * of + done, steps: weights.length * of }) }),
        });
        codes.set(W, own.codes);
        scales.push(own.scale);
      }
      const scale = scales.reduce((sum, own) => sum + own, 0) / scales.length, oneBit = oneBitNetwork(copy, name, { scale, codes });
      await directSearch(oneBit, data, { ...options, phase: `${phase}, layer by layer` });
      const signals = Math.min(500, Math.floor(data.size.train / 2));
      await train(oneBit, data, { ...jointDefaults, earlyStop: { every: 100, patience: 10, signals }, ...options, phase });
      return oneBit;
    },
  };
}
