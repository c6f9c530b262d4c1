import type { OneBitNetwork, Problem, Shape, Tensor } from '../types.js';
import { checkFinite, flat, formatShape, sameShape } from '../core/array.js';
import { decodeSafetensors } from '../core/safetensors.js';
import { istaNet } from '../unrolled/ista-net.js';
import { istaNetWeights, type IstaNetOptions } from '../unrolled/ista-net-options.js';

/** Tensor names of the released ISTA-Net code, phase k, and the params that they become. */
const nameMap: Readonly<Record<string, string>> = {
  lambda_step: 'eta',
  soft_thr: 'theta',
  conv_D: 'D',
  conv1_forward: 'F1',
  conv2_forward: 'F2',
  conv1_backward: 'B1',
  conv2_backward: 'B2',
  conv_G: 'G',
};
const ofPlus: readonly string[] = ['conv_D', 'conv_G'];

/**
 * ISTA-Net or ISTA-Net+ from a safetensors file with the tensor names of the authors' PyTorch code (`fcs.K.conv_D`, …): torch
 * correlates, so that kernels are turned. `start` is Q for x₀ = Q y, [n, m]; without it x₀ = Aᴴy. Signals are in 0…1.
 * Further training leaves the symmetry loss out: it costs a quarter of the time.
 * Throws a RangeError for a missing, unknown or misshapen tensor.
 */
export function importIstaNet(
  bytes: Uint8Array,
  problem: Problem,
  { shape, start }: { shape?: Shape; start?: Tensor } = {},
): OneBitNetwork {
  const { tensors } = decodeSafetensors(bytes),
    names = Object.keys(tensors);
  // Without leading zeros, so that no two names mean one param.
  const parts = names.map(name => /^fcs\.(0|[1-9]\d?)\.(\w+)$/.exec(name));
  const odd = names.find((_, i) => !parts[i] || !Object.hasOwn(nameMap, parts[i]![2]!));
  if (odd !== undefined)
    throw new RangeError(`ista-net: expected tensors fcs.K.{${Object.keys(nameMap).join(', ')}}, got ${odd}`);
  const layers = parts.reduce((count, part) => Math.max(count, Number(part![1]) + 1), 0);
  const plus = names.includes('fcs.0.conv_D'),
    first = tensors[plus ? 'fcs.0.conv_D' : 'fcs.0.conv1_forward'];
  const options: IstaNetOptions = {
    layers,
    transform: plus ? 'istanet-plus' : 'istanet',
    features: first?.shape[0] ?? 0,
    norm: start ? 1 : 1 / Math.sqrt(1.001),
    symmetry: 0,
    ...(shape && { shape }),
  };
  // The file is not trusted: it must hold what it asks to be built.
  const expected = layers * Object.keys(nameMap).filter(name => plus || !ofPlus.includes(name)).length;
  if (names.length !== expected)
    throw new RangeError(`ista-net: expected ${expected} tensors for ${layers} phases, got ${names.length}`);
  const weights = istaNetWeights(problem, options),
    held = names.reduce((sum, name) => sum + tensors[name]!.data.length, 0);
  if (weights > held) throw new RangeError(`ista-net: expected tensors for ${weights} weights, got tensors of ${held}`);
  const net = istaNet(problem, { ...options, start: start ? 'linear' : 'adjoint' });
  for (const part of parts) {
    const [name, phase, field] = part!,
      own = `${nameMap[field!]}.${Number(phase)}`;
    const param = net.params.find(candidate => candidate.name === own),
      { shape: stored, data } = tensors[name]!;
    const { channels } = (param?.map?.pattern ?? {}) as { channels?: { in: number; out: number } };
    const wanted = channels ? [channels.out, channels.in, 3, 3] : [1];
    if (!param || !(data instanceof Float32Array) || !sameShape(stored, wanted))
      throw new RangeError(`ista-net: expected ${name} of shape ${formatShape(wanted)} in f32, got ${formatShape(stored)}`);
    checkFinite(`ista-net: ${name}`, data);
    param.value = channels ? data.map((_, i) => data[i - (i % 9) + 8 - (i % 9)]!) : data.slice();
  }
  const Q = net.params.find(({ name }) => name === 'start.Q');
  if (Q && start) {
    const size = [Q.map!.outSize, Q.map!.inSize];
    if (!sameShape(start.shape, size))
      throw new RangeError(`ista-net: expected a start Q of shape ${formatShape(size)}, got ${formatShape(start.shape)}`);
    Q.value = flat(start).slice();
  }
  return { ...net, binarizer: 'float', scale: 1, matrices: [] };
}
