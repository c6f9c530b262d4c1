import type { Layer, LinearOperator, NetworkDescription, Param, Problem, Prox, UnrolledNetwork } from '../types.js';
import { formatShape, sizeOf } from '../core/array.js';
import { gram } from '../core/gram.js';
import { norm } from '../core/norm.js';
import { patternMap } from '../kernels/maps/index.js';
import { regularisedInverse } from './analytic-weight.js';
import { frameFor, framedWeight } from './frame.js';
import { istaNet } from './ista-net.js';
import { admmLayer } from './layers/admm.js';
import { gradientStep } from './layers/gradient-step.js';
import { fittedStart, linearStart } from './layers/linear-start.js';
import { lista } from './layers/lista.js';
import { network } from './network.js';
import { param, scalar } from './param.js';
import { shrinkage, supportSelecting, type Shrinkage, type SupportSelection } from './shrink.js';

/** min_x ½‖A x − y‖² + g(x). */
export const problem = (operator: LinearOperator, prox: Prox): Problem => ({ operator, prox });

export type Coupling = 'lista' | 'coupled' | 'untied' | 'tied' | 'analytic';

export interface UnrolledOptions {
  /** Number of unrolled layers K. */
  readonly layers: number;
  /** Weight of the penalty: the first threshold is lambda / L, L = 1.001 ‖A‖². */
  readonly lambda?: number;
  readonly supportSelection?: SupportSelection;
}

export interface LearnedIstaOptions extends UnrolledOptions {
  readonly coupling?: Coupling;
  readonly start?: 'zero' | 'linear';
  /** W = GᵀS, S learnt, behind a tight frame G of so many times the measurements of A, 1 to 64 (rows rounded). Dense and block masks; not 'lista'. */
  readonly frame?: number;
}

/** A bound on what a model file may ask for. */
const maxLayers = 1000;

/** Throws a RangeError where the prox is for signals of another size. */
export function checkProx(who: string, { operator, prox }: Problem): void {
  if (prox.shape && sizeOf(prox.shape) !== sizeOf(operator.inShape))
    throw new RangeError(`${who}: expected a prox for signals ${formatShape(operator.inShape)}, got ${prox.name}`);
}

function setUp(who: string, { operator, prox }: Problem, { layers, lambda = 0.4, supportSelection }: UnrolledOptions) {
  if (!Number.isSafeInteger(layers) || layers < 1 || layers > maxLayers)
    throw new RangeError(`${who}: expected 1 to ${maxLayers} layers, got ${layers}`);
  checkProx(who, { operator, prox });
  if (!(lambda >= 0 && lambda < Infinity)) throw new RangeError(`${who}: expected lambda >= 0, got ${lambda}`);
  const n = operator.inShape.reduce((size, axis) => size * axis, 1);
  const shared = supportSelection ? undefined : shrinkage(prox), shrink = (k: number): Shrinkage => shared ?? supportSelecting(prox, k + 1, n, supportSelection!);
  const args = { layers, lambda, ...(supportSelection && { supportSelection }) };
  const theta = (k: number, tau: number): Param => param(`theta.${k}`, shrink(k).thresholds(tau), { min: 0 });
  return { L: 1.001 * norm(operator) ** 2, lambda, shrink, theta, args, each: <T>(make: (k: number) => T) => Array.from({ length: layers }, (_, k) => make(k)) };
}

const describe = (preset: string, prox: Prox, args: Record<string, unknown>): NetworkDescription => ({ preset, prox: prox.name, args });

/** A matrix on the pattern of A, with A's values times `factor`, or others. Throws a TypeError if A does not tell its values. */
function matrixLike(name: string, { operator, entries }: Pick<Problem, 'operator'> & { readonly entries?: number }, factor: number, trainable = true, values?: Float32Array): Param {
  if (!operator.weights) throw new TypeError(`${name}: ${operator.name} does not tell its values; give linop a pattern and weights`);
  const value = values ?? operator.weights().map(w => w * factor);
  return param(name, value, { map: patternMap(operator.pattern()), oneBit: true, trainable, ...(entries !== undefined && { entries }) });
}

/** K ISTA iterations with learnable step sizes eta_k and thresholds theta_k. Untrained: ISTA with step 1/L. */
export function unrolledIsta(problem: Problem, options: UnrolledOptions): UnrolledNetwork {
  const { L, lambda, shrink, theta, args, each } = setUp('ista', problem, options);
  return network(problem, describe('ista', problem.prox, args), each(k => gradientStep(`ista.${k}`, problem.operator, shrink(k),
    { eta: scalar(`eta.${k}`, 1 / L), theta: theta(k, lambda / L) })));
}

/**
 * Learned ISTA on the pattern of A.
 * - 'lista': x⁺ = soft(Wᵀy + (I − G) x, theta_k), one W and one G for all layers (Gregor & LeCun 2010).
 * - 'coupled': x⁺ = soft(x + W_kᵀ(y − A x), theta_k), a W for each layer (Chen et al. 2018, LISTA-CP).
 * - 'untied': x⁺ = soft(x − gamma_k W_kᵀ(A x − y), theta_k), a W for each layer and, for weights of one scale, steps of their own.
 * - 'tied': x⁺ = soft(x − gamma_k Wᵀ(A x − y), theta_k), one W (Liu et al. 2019, TiLISTA).
 * - 'analytic': as 'tied', W fixed in closed form (ALISTA; dense and block patterns).
 * Untrained, all but 'analytic' are ISTA with step 1/L. Throws for operators that do not tell their values.
 * With `frame`, signs stand behind a tight frame G, W = GᵀS: GᵀG = I, so that a float network loses nothing, while S has more signs to
 * come near W with (overcomplete expansions: Goyal, Vetterli & Thao 1998). Untrained it is the same ISTA.
 * It starts from zero, or with `start` 'linear' from x₀ = Q y, a layer before the first: Q, param start.Q, is to be filled and does not train.
 */
export function learnedIsta(problem: Problem, { coupling = 'tied', start = 'zero', frame: redundancy, ...options }: LearnedIstaOptions): UnrolledNetwork {
  if (start !== 'zero' && start !== 'linear') throw new RangeError(`learned-ista: expected start zero or linear, got ${JSON.stringify(start)}`);
  if (redundancy !== undefined && coupling === 'lista') throw new TypeError('learned-ista: expected no frame with coupling lista');
  const { L, lambda, shrink, theta, args, each } = setUp('learned-ista', problem, options);
  const { operator, prox } = problem, frame = redundancy === undefined ? undefined : frameFor('learned-ista', operator, redundancy);
  const met = frame ? { operator: frame.physics, entries: sizeOf(operator.outShape) * sizeOf(operator.inShape) } : { operator }, own = frame && { G: frame.G };
  const description = describe('learned-ista', prox, { ...args, coupling, ...(start === 'linear' && { start }), ...(redundancy !== undefined && { frame: redundancy }) });
  const begun = (layers: readonly Layer[]): UnrolledNetwork =>
    network(problem, description, start === 'linear' ? [linearStart('start', operator, { Q: fittedStart(operator) }), ...layers] : layers);
  switch (coupling) {
    case 'lista': {
      const W = matrixLike('W', problem, 1 / L), product = gram(operator);
      const G = param('G', product.weights.map(w => w / L), { map: patternMap(product.pattern), oneBit: true });
      return begun(each(k => lista(`lista.${k}`, shrink(k), { W, G, theta: theta(k, lambda / L) })));
    }
    case 'coupled': return begun(each(k => gradientStep(`coupled.${k}`, operator, shrink(k),
      { W: matrixLike(`W.${k}`, met, 1 / L), ...own, theta: theta(k, lambda / L) })));
    case 'untied': return begun(each(k => gradientStep(`untied.${k}`, operator, shrink(k),
      { W: matrixLike(`W.${k}`, met, 1 / L), ...own, eta: scalar(`gamma.${k}`, 1), theta: theta(k, lambda / L) })));
    case 'tied': case 'analytic': {
      const W = coupling === 'tied' ? matrixLike('W', met, 1 / L) : matrixLike('W', met, 1, false, framedWeight(operator, frame));
      return begun(each(k => gradientStep(`${coupling}.${k}`, operator, shrink(k),
        { W, ...own, eta: scalar(`gamma.${k}`, 1), theta: theta(k, lambda / L) })));
    }
    default: throw new RangeError(`learned-ista: expected coupling lista, coupled, untied, tied or analytic, got ${JSON.stringify(coupling)}`);
  }
}

/**
 * K ADMM iterations. `coupling` 'closed-form': penalties rho_k and thresholds theta_k are learnt, x by the operator's closed
 * form or CG; untrained it is ADMM. 'tied': x = v + Wᵀ(y − A v) with one learnt W on the pattern of A; untrained it is ADMM for
 * dense and block patterns, where (AAᵀ + rho I)⁻¹A lies on the pattern, and ADMM with the linearised step A/(‖A‖² + rho) elsewhere.
 */
export function unrolledAdmm(problem: Problem, { coupling = 'closed-form', rho = 1, ...options }:
  UnrolledOptions & { coupling?: 'closed-form' | 'tied'; rho?: number }): UnrolledNetwork {
  if (!(rho > 0 && rho < Infinity)) throw new RangeError(`admm: expected rho > 0, got ${rho}`);
  const { L, lambda, shrink, theta, args, each } = setUp('admm', problem, options);
  if (coupling !== 'closed-form' && coupling !== 'tied')
    throw new RangeError(`admm: expected coupling closed-form or tied, got ${String(coupling)}`);
  const exact = (): Float32Array | undefined => {
    const { kind } = problem.operator.pattern();
    return kind === 'dense' || kind === 'blocks' ? regularisedInverse(problem.operator, rho) : undefined;
  };
  const W = coupling === 'tied' ? { W: matrixLike('W', problem, 1 / (L + rho), true, exact()) } : {};
  return network(problem, describe('admm', problem.prox, { ...args, coupling, rho }), each(k =>
    admmLayer(`admm.${k}`, problem.operator, shrink(k), { ...W, rho: scalar(`rho.${k}`, rho), theta: theta(k, lambda / rho) })),
    ['x', 'u']);
}

const presets: Readonly<Record<string, (problem: Problem, args: never) => UnrolledNetwork>> = {
  'ista': unrolledIsta, 'learned-ista': learnedIsta, 'admm': unrolledAdmm, 'ista-net': istaNet,
};

/** The network that a description names, untrained. Throws a RangeError for an unknown preset. */
export function networkFrom(problem: Problem, { preset, args }: NetworkDescription): UnrolledNetwork {
  const make = Object.hasOwn(presets, preset) ? presets[preset] : undefined;
  if (!make) throw new RangeError(`network: expected preset ${Object.keys(presets).join(', ')}, got ${preset}`);
  return make(problem, args as never);
}

/** Whether inference applies A itself: all networks but LISTA's own form do. */
export const needsOperator = ({ preset, args }: NetworkDescription): boolean => !(preset === 'learned-ista' && args['coupling'] === 'lista');
