import type { LinearOperator, Param, UnrolledNetwork } from '../../types.js';
import {
  codeEnergies, commonScale, dictionary, incoherentCodes, type CodeSearchOptions, type Dictionary,
} from '../../qubo/coherence/index.js';
import { directSearch } from '../../unrolled/direct-search.js';
import { physicsOf } from '../../unrolled/frame.js';
import { train } from '../../unrolled/train.js';
import { jointDefaults, type Binarizer, type FitOptions } from '../binarizer.js';
import type { Codes } from '../bits.js';
import { cloneToBinarize, oneBitNetwork, oneBitParams } from '../one-bit-network.js';

export interface AnalyticQuboOptions extends Pick<CodeSearchOptions, 'symmetry' | 'balance' | 'passes' | 'sweeps'> {
  /** Share of each column's codes that are zero; 0 means one bit a weight. */
  readonly zeros?: number;
}

/** The blocks of A in the order of its weights. Throws a TypeError for patterns whose columns are no problems of their own. */
function blocksOf(who: string, operator: LinearOperator): Dictionary[] {
  const pattern = operator.pattern();
  if (!operator.weights || (pattern.kind !== 'dense' && pattern.kind !== 'blocks'))
    throw new TypeError(`${who}: expected an operator with dense or block weights, got ${operator.name} (${pattern.kind})`);
  const weights = operator.weights(), blocks = pattern.kind === 'dense' ? [pattern] : pattern.blocks;
  let at = 0;
  return (pattern.kind === 'blocks' && pattern.shared ? blocks.slice(0, 1) : blocks).map(({ rows, cols }) => dictionary(weights.subarray(at, at += rows * cols), rows, cols));
}

/** The one matrix of x⁺ = soft(x − γ_k Wᵀ(A x − y), θ_k), or one for each layer. */
function weightsOf(who: string, net: UnrolledNetwork): Param[] {
  const { preset, args } = net.description, coupling = String(args['coupling']);
  if (preset !== 'learned-ista' || !['untied', 'tied', 'analytic'].includes(coupling))
    throw new TypeError(`${who}: expected learnedIsta with coupling untied, tied or analytic, got ${preset} with coupling ${coupling}`);
  return oneBitParams(net);
}

/** Codes on the pattern of A from A alone, and the scale 1 / mean s_iᵀa_i of all of them. */
export async function analyticCodes(operator: LinearOperator, options: AnalyticQuboOptions & Pick<FitOptions, 'seed' | 'signal'> & Pick<CodeSearchOptions, 'layer'> = {},
  who = 'analyticCodes'): Promise<{ codes: Codes; scale: number }> {
  const { zeros = 0, symmetry = 0.5, balance, passes, sweeps, seed, layer, signal } = options;
  const parts = [];
  for (const block of blocksOf(who, operator)) {
    const S = await incoherentCodes(block, { zeros: Math.round(zeros * block.rows), symmetry, balance, passes, sweeps, seed, layer, signal });
    parts.push({ S, energies: codeEnergies(block, S) });
  }
  const codes = new Float32Array(parts.reduce((sum, { S }) => sum + S.length, 0));
  parts.reduce((at, { S }) => (codes.set(S, at), at + S.length), 0);
  return { codes, scale: commonScale(parts.map(({ energies }) => energies)) };
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
      const copy = cloneToBinarize(name, net), weights = weightsOf(name, copy), physics = physicsOf(copy);
      const { seed, signal } = options, balance = search.balance ?? (physics === copy.problem.operator ? 0 : framedBalance);
      const codes = new Map<Param, Codes>(), scales: number[] = [];
      for (const [layer, W] of weights.entries()) {
        const own = await analyticCodes(physics, { zeros, ...search, balance, seed, layer, signal }, name);
        codes.set(W, own.codes);
        scales.push(own.scale);
      }
      const scale = scales.reduce((sum, own) => sum + own, 0) / scales.length, oneBit = oneBitNetwork(copy, name, { scale, codes });
      await directSearch(oneBit, data, { ...options, phase: `${options.phase ?? name}, layer by layer` });
      const signals = Math.min(500, Math.floor(data.size.train / 2));
      await train(oneBit, data, { phase: name, ...jointDefaults, earlyStop: { every: 100, patience: 10, signals }, ...options });
      return oneBit;
    },
  };
}
