import type { Problem, Shape } from '../types.js';
import { checkShape, formatShape, sizeOf } from '../core/array.js';
import { norm } from '../core/norm.js';
import { dctFilterCount, framedChannels } from './channel-frame.js';

const who = 'ista-net';

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
  /** Kernels W = S G of several channels of the network stand behind tight frames G of so many times these, 1 to 64, rounded: see LearnedIstaOptions. */
  readonly frame?: number;
  /** F1, F2 and B1 add a learnt float to each channel: what a rectifier lets through, and what the threshold counts from, differs by channel. */
  readonly bias?: boolean;
  /**
   * What D of ISTA-Net+ takes in: the signal, or 'dct', its DCT in the window of `taps` places along each axis around every place, means left
   * out (8 numbers of 3 × 3). There are few kernels of 9 signs, and nearly all of them see a window's mean: 72 signs on 8 filters do not.
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
/** Places of a window whose DCT D takes in: D has as many input channels but one, with a kernel of as many taps for each. */
const maxWindow = 81;
/** A map of kernels may hold an index for every tap at every entry of its signals. */
const maxPlaces = 2 ** 28;

/** Channels [in, out] of a phase's kernels. */
export function kernelChannels(transform: string, features: number): Readonly<Record<string, readonly [number, number]>> {
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

/** All options, defaults in their places. Throws a RangeError for what `istaNet` refuses, before anything is allocated. */
export function checkedOptions({ operator, prox }: Problem, options: IstaNetOptions) {
  const { layers, transform = 'istanet-plus', features = 32, start = 'adjoint', dataStep = 'gradient', symmetry = 0.01, taps = 3, seed = 1 } = options;
  const { frame, bias = false, input = 'signal', shape = operator.inShape } = options;
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
  if (!(symmetry >= 0 && symmetry < Infinity)) throw new RangeError(`${who}: expected symmetry >= 0, got ${symmetry}`);
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > 2 || sizeOf(shape) !== sizeOf(operator.inShape))
    throw new RangeError(`${who}: expected a shape of 1 or 2 axes for signals ${formatShape(operator.inShape)}, got [${String(shape)}]`);
  checkShape(who, shape);
  if (input === 'dct' && (transform === 'istanet' || taps < 3 || taps ** shape.length > maxWindow))
    throw new RangeError(`${who}: expected istanet-plus and windows of 3 to ${maxWindow} places for the input dct, got ${transform} and ${taps ** shape.length}`);
  if (taps ** shape.length * sizeOf(shape) > maxPlaces)
    throw new RangeError(`${who}: expected signals times taps of at most ${maxPlaces}, got ${sizeOf(shape)} times ${taps ** shape.length}`);
  return { layers, transform, features, start, dataStep, symmetry, taps, seed, frame, bias, input, shape: shape as Shape, norm: length };
}
