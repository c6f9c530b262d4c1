import type { Param, Pattern, PatternMap, Problem, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { random } from '../core/random.js';
import { patternMap } from '../kernels/maps/index.js';
import { channelFrame, dctFilters, framedChannels, type Filters } from './channel-frame.js';
import { checkedOptions, kernelChannels, type IstaNetOptions } from './ista-net-options.js';
import { gradientData, proximalData } from './layers/data-step.js';
import { fittedStart, linearStart } from './layers/linear-start.js';
import { transformStep, type Learnt, type Transform } from './layers/transform-step.js';
import { network } from './network.js';
import { param, scalar } from './param.js';

/** rho at first, and the least that training takes it to, in units of ‖A‖². */
const firstPenalty = 0.03,
  leastPenalty = 1e-4;
/** Kernels with a nonlinearity behind them. */
const biased = ['F1', 'F2', 'B1'];

/**
 * ISTA-Net and ISTA-Net+ (Zhang & Ghanem 2018): gradient steps, or proximal ones, and soft thresholds in a learnt convolutional
 * transform, whose kernels lie on Toeplitz masks. Untrained, ISTA-Net+ is K data steps from the start, of size 1/L or with
 * rho = 0.03 L: its last kernels are zero.
 * The problem's prox is l1, of which the learnt transform takes the threshold. Throws a RangeError for another, for complex
 * signals, or a shape that does not hold them.
 */
export function istaNet(problem: Problem, options: IstaNetOptions): UnrolledNetwork {
  const { layers, transform, features, start, dataStep, symmetry, taps, seed, frame: redundancy, bias, input, shape, norm: length } = checkedOptions(problem, options);
  const { operator, prox } = problem, support = shape.map(() => taps), origin = shape.map(() => taps >> 1), rng = random(seed, 0x15);
  const maps = new Map<string, PatternMap>(), frames = new Map<number, Filters>(), filters = input === 'dct' ? dctFilters(shape, taps) : undefined;
  function frameOf(kind: string, from: number): Filters | undefined {
    if (kind === 'D' && filters) return filters;
    if (redundancy === undefined || framedChannels('ista-net', from, redundancy) === 1) return undefined;
    const frame = frames.get(from) ?? channelFrame('ista-net', shape, from, redundancy);
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
    // Columns of a tight G have length 1: W = S G varies as S does. Filters of small windows take most of a signal away, and D behind them starts no lower.
    const value = Float32Array.from({ length: map.count }, () => (silent ? 0 : deviation * rng.normal()));
    return frame
      ? { param: param(name, value, { map, oneBit: true, entries: from * to * sizeOf(shape) ** 2 }), frame: frame.G, ...added }
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
  const args = {
    layers, transform, features, shape: [...shape], taps, start,
    ...(dataStep === 'proximal' && { dataStep }), ...(redundancy !== undefined && { frame: redundancy }), ...(bias && { bias }), ...(filters && { input }),
    symmetry, norm: length, seed,
  };
  return network(problem, { preset: 'ista-net', prox: prox.name, args }, [
    linearStart('start', operator, { ...(Q && { Q }), scale: 1 / L }),
    ...phases,
  ]);
}
