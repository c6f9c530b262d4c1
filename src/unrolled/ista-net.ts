import type { Param, Pattern, PatternMap, Problem, Shape, UnrolledNetwork } from '../types.js';
import { checkShape, formatShape, sizeOf } from '../core/array.js';
import { norm } from '../core/norm.js';
import { random } from '../core/random.js';
import { patternMap } from '../kernels/maps/index.js';
import { channelFrame, dctFilterCount, dctFilters, framedChannels, type Filters } from './channel-frame.js';
import { gradientData, proximalData } from './layers/data-step.js';
import { fittedStart, linearStart } from './layers/linear-start.js';
import { transformStep, type Learnt, type Transform } from './layers/transform-step.js';
import { network } from './network.js';
import { param, scalar } from './param.js';

export interface IstaNetOptions {
  /** Number of phases K; the network's first layer is the linear start, its further layers are the phases. */
  readonly layers: number;
  /** 'istanet-plus' adds a residual path and a convolution before and after the transform. */
  readonly transform?: 'istanet' | 'istanet-plus';
  /** Channels of the learnt transform. */
  readonly features?: number;
  /** How the operator's flat signals lie as an image or a sequence; its inShape unless given. */
  readonly shape?: Shape;
  /** Length of the kernels along each axis, odd. */
  readonly taps?: number;
  /** 'adjoint': x₀ = Aᴴy/L, L = 1.001 ‖A‖²; 'linear': x₀ = Q y with a Q fitted to training signals or loaded; Q does not train. */
  readonly start?: 'adjoint' | 'linear';
  /**
   * 'gradient': v = x − eta Aᴴ(A x − y), as published; 'proximal': v = argmin ‖A v − y‖² + rho ‖v − x‖², which also brings back
   * what A damps (half-quadratic splitting: Zhang et al. 2017, IRCNN; Yang et al. 2016, ADMM-Net); by the operator's closed form
   * where it has one, as circular convolutions do, else by conjugate gradients.
   */
  readonly dataStep?: 'gradient' | 'proximal';
  /** Kernels W = S G of several channels stand behind tight frames G of so many times these, 1 to 64, rounded: see LearnedIstaOptions. */
  readonly frame?: number;
  /** F1, F2 and B1 add a learnt float to each channel: what a rectifier lets through, and what the threshold counts from, differs by channel. */
  readonly bias?: boolean;
  /**
   * What D of ISTA-Net+ takes in: the signal, or 'dct', the zero-mean filters of the DCT of taps × taps windows (8 of 3 × 3). A kernel of
   * 9 signs is one of few filters; sums and differences of 72 tell more edges apart.
   */
  readonly input?: 'signal' | 'dct';
  /** Weight of the symmetry loss in training. */
  readonly symmetry?: number;
  /** ‖A‖, computed unless given; a network carried to another image size keeps its own. */
  readonly norm?: number;
  readonly seed?: number;
}

const maxLayers = 100,
  maxFeatures = 1024;
/** rho at first, and the least that training takes it to, in units of ‖A‖². */
const firstPenalty = 0.03,
  leastPenalty = 1e-4;
/** A map of kernels may hold an index for every tap at every entry of its signals. */
const maxPlaces = 2 ** 28;

/** Channels [in, out] of a phase's kernels. */
function kernelChannels(transform: string, features: number): Readonly<Record<string, readonly [number, number]>> {
  const plus = transform === 'istanet-plus',
    inner = plus ? features : 1;
  return {
    ...(plus && { D: [1, features] }),
    F1: [inner, features],
    F2: [features, features],
    B1: [features, features],
    B2: [features, inner],
    ...(plus && { G: [features, 1] }),
  };
}

/** Kernels with a nonlinearity behind them. */
const biased = ['F1', 'F2', 'B1'];

/** How many weights the kernels and the start of `istaNet` have, told before anything is allocated. */
export function istaNetWeights({ operator }: Problem, options: IstaNetOptions): number {
  const { layers, transform = 'istanet-plus', features = 32, start = 'adjoint', taps = 3, shape = operator.inShape, frame = 1, input } = options;
  const before = (kind: string, from: number): number => (kind === 'D' && input === 'dct' ? dctFilterCount(shape.length, taps) : framedChannels('ista-net', from, frame));
  const pairs = Object.entries(kernelChannels(transform, features)).reduce((sum, [kind, [from, to]]) => sum + before(kind, from) * to, 0);
  const fitted = start === 'linear' ? sizeOf(operator.inShape) * sizeOf(operator.outShape) : 0;
  return layers * pairs * taps ** shape.length + fitted;
}

function check(who: string, name: string, value: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new RangeError(`${who}: expected 1 to ${most} ${name}, got ${value}`);
}

/**
 * ISTA-Net and ISTA-Net+ (Zhang & Ghanem 2018): gradient steps, or proximal ones, and soft thresholds in a learnt convolutional
 * transform, whose kernels lie on Toeplitz masks. Untrained, ISTA-Net+ is K data steps from the start, of size 1/L or with
 * rho = 0.03 L: its last kernels are zero.
 * The problem's prox is l1, of which the learnt transform takes the threshold. Throws a RangeError for another, for complex
 * signals, or a shape that does not hold them.
 */
export function istaNet(problem: Problem, options: IstaNetOptions): UnrolledNetwork {
  const { layers, transform = 'istanet-plus', features = 32, start = 'adjoint', dataStep = 'gradient', symmetry = 0.01, taps = 3, seed = 1, frame: redundancy, bias = false, input = 'signal' } = options;
  const { operator, prox } = problem,
    shape = options.shape ?? operator.inShape,
    who = 'ista-net';
  if (prox.name !== 'l1') throw new RangeError(`${who}: expected the prox l1, got ${prox.name}`);
  if (operator.inShape.length > 1 && operator.inShape.at(-1) === 2)
    throw new RangeError(`${who}: expected real signals, got ${formatShape(operator.inShape)}, whose last axis of 2 means complex`);
  const { norm: length = norm(operator) } = options;
  if (!(length > 0 && length < Infinity)) throw new RangeError(`${who}: expected norm > 0, got ${length}`);
  check(who, 'layers', layers, maxLayers);
  check(who, 'features', features, maxFeatures);
  check(who, 'taps', taps, 15);
  if (taps % 2 === 0) throw new RangeError(`${who}: expected an odd number of taps, got ${taps}`);
  if (transform !== 'istanet' && transform !== 'istanet-plus')
    throw new RangeError(`${who}: expected transform istanet or istanet-plus, got ${String(transform)}`);
  if (start !== 'adjoint' && start !== 'linear')
    throw new RangeError(`${who}: expected start adjoint or linear, got ${String(start)}`);
  if (dataStep !== 'gradient' && dataStep !== 'proximal')
    throw new RangeError(`${who}: expected dataStep gradient or proximal, got ${String(dataStep)}`);
  if (typeof bias !== 'boolean') throw new RangeError(`${who}: expected bias true or false, got ${String(bias)}`);
  if (input !== 'signal' && input !== 'dct') throw new RangeError(`${who}: expected input signal or dct, got ${String(input)}`);
  if (input === 'dct' && (transform === 'istanet' || taps < 3))
    throw new RangeError(`${who}: expected istanet-plus and 3 taps or more for the input dct, got ${transform} and ${taps}`);
  if (!(symmetry >= 0 && symmetry < Infinity)) throw new RangeError(`${who}: expected symmetry >= 0, got ${symmetry}`);
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > 2 || sizeOf(shape) !== sizeOf(operator.inShape))
    throw new RangeError(`${who}: expected a shape of 1 or 2 axes for signals ${formatShape(operator.inShape)}, got [${String(shape)}]`);
  checkShape(who, shape);

  const support = shape.map(() => taps),
    origin = shape.map(() => taps >> 1),
    rng = random(seed, 0x15);
  if (sizeOf(support) * sizeOf(shape) > maxPlaces)
    throw new RangeError(`${who}: expected signals times taps of at most ${maxPlaces}, got ${sizeOf(shape)} times ${sizeOf(support)}`);
  const maps = new Map<string, PatternMap>(), frames = new Map<number, Filters>(), filters = input === 'dct' ? dctFilters(shape, taps) : undefined;
  function frameOf(kind: string, from: number): Filters | undefined {
    if (kind === 'D' && filters) return filters;
    if (redundancy === undefined || framedChannels(who, from, redundancy) === 1) return undefined;
    const frame = frames.get(from) ?? channelFrame(who, shape as Shape, from, redundancy);
    frames.set(from, frame);
    return frame;
  }
  /** A kernel for each pair of channels, as Glorot & Bengio 2010 draw them; zero where `silent`. */
  function kernels(kind: string, k: number, from: number, to: number, silent = false): Learnt {
    const name = `${kind}.${k}`, frame = frameOf(kind, from), channels = { in: frame?.channels ?? from, out: to };
    const pattern: Pattern = { kind: 'toeplitz', shape, support, origin, boundary: 'zero', channels };
    const map = maps.get(`${channels.in} ${to}`) ?? patternMap(pattern),
      deviation = Math.sqrt(2 / ((from + to) * sizeOf(support)));
    maps.set(`${channels.in} ${to}`, map);
    const added = bias && biased.includes(kind) ? { bias: param(`${kind}.bias.${k}`, new Float32Array(to)) } : {};
    // Columns of G have length 1: W = S G varies as S does.
    const value = Float32Array.from({ length: map.count }, () => (silent ? 0 : deviation * rng.normal()));
    return frame
      ? { param: param(name, value, { map, oneBit: true, entries: from * to * sizeOf(shape as Shape) ** 2 }), frame: frame.G, ...added }
      : { param: param(name, value, { map, oneBit: true }), ...added };
  }
  const L = 1.001 * length ** 2,
    Q = start === 'linear' ? fittedStart(operator) : undefined;
  const channels = Object.entries(kernelChannels(transform, features));
  const penalty = (k: number): Param => param(`rho.${k}`, Float32Array.of(firstPenalty * L), { min: leastPenalty * L });
  const phases = Array.from({ length: layers }, (_, k) =>
    transformStep(
      `ista-net.${k}`,
      dataStep === 'proximal' ? proximalData(operator, penalty(k)) : gradientData(operator, { eta: scalar(`eta.${k}`, 1 / L) }),
      Object.fromEntries(
        channels.map(([name, [from, to]]) => [name, kernels(name, k, from, to, name === 'G')]),
      ) as unknown as Transform,
      scalar(`theta.${k}`, 0.01),
      symmetry,
    ),
  );
  const args = { layers, transform, features, shape: [...shape], taps, start, ...(dataStep === 'proximal' && { dataStep }), ...(redundancy !== undefined && { frame: redundancy }), ...(bias && { bias }), ...(filters && { input }), symmetry, norm: length, seed };
  return network(problem, { preset: 'ista-net', prox: prox.name, args }, [
    linearStart('start', operator, { ...(Q && { Q }), scale: 1 / L }),
    ...phases,
  ]);
}
