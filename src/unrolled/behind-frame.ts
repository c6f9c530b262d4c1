import type { OneBitNetwork, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { channelFrame, type ChannelFrame } from './channel-frame.js';
import { frameFor } from './frame.js';
import { networkFrom } from './presets.js';

/**
 * A float network behind a tight frame: every learnt matrix becomes W = GᵀS, every convolution W = S G, and it computes what it did. Throws
 * a RangeError for a redundancy, a TypeError for a network, that has no frame.
 */
export function behindFrame(net: UnrolledNetwork, redundancy: number): UnrolledNetwork {
  const { problem, description } = net, { preset, args } = description;
  if (preset !== 'ista-net' && preset !== 'learned-ista') throw new TypeError(`frame: expected learned-ista or ista-net, got ${preset}`);
  if (args['frame'] !== undefined) throw new TypeError('frame: expected a network without a frame, got one with one');
  if ((net as Partial<OneBitNetwork>).matrices?.length) throw new TypeError('frame: expected a float network, got one of signs');
  const own = networkFrom(problem, { ...description, args: { ...args, frame: redundancy } });
  const frames = new Map<number, ChannelFrame>();
  own.params.forEach((param, i) => {
    const { value, map, oneBit, trainable, entries } = net.params[i]!, pattern = map?.pattern;
    param.trainable = trainable;
    // Those with entries of their own stand behind filters, with no frame between.
    if (!pattern || !oneBit || entries !== undefined || param.entries === undefined) param.value = value.slice();
    else if (pattern.kind === 'toeplitz') {
      const from = pattern.channels!.in, frame = frames.get(from) ?? channelFrame(preset, pattern.shape, from, redundancy);
      frames.set(from, frame);
      param.value = frame.of(value, sizeOf(pattern.support));
    } else param.value = frameFor(preset, problem.operator, redundancy).of(value);
  });
  return own;
}
