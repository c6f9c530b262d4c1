import type { Dataset } from '../src/types.js';
import { random } from '../src/core/random.js';
import { dataset, splitSeed, UNLIMITED, type Split } from './dataset.js';

const rms = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** A recording to cut segments from: one array a channel, all of one length. */
export interface Recording {
  readonly eeg: readonly Float32Array[];
  readonly eog: readonly Float32Array[];
}

/**
 * Segments of EEG contaminated by segments of EOG: y = x + c·e with the power ratio of x to c·e at `snrDb`, drawn uniformly from a
 * range, then both divided by the standard deviation of the noisy segment (Zhang et al. 2021, EEGdenoiseNet, with the power ratio as
 * the SNR). The times of x and e are drawn independently, so that they may overlap. The last `testShare` of the recording is for
 * testing. Segments have their mean removed. Throws a RangeError for channels that are too short or of different lengths.
 */
export function eegMixtures(
  { eeg, eog }: Recording,
  {
    length,
    snrDb,
    seed,
    testShare = 0.25,
    tests = 200,
  }: { length: number; snrDb: readonly [number, number]; seed: number; testShare?: number; tests?: number },
): Dataset {
  const samples = eeg[0]?.length ?? 0,
    cut = Math.floor(samples * (1 - testShare));
  if (!eeg.length || !eog.length) throw new RangeError(`eegMixtures: expected EEG and EOG channels, got ${eeg.length} and ${eog.length}`);
  if (cut < length || samples - cut < length)
    throw new RangeError(
      `eegMixtures: expected channels of at least ${Math.ceil(length / Math.min(testShare, 1 - testShare))} samples, got ${eeg.length} of ${samples}`,
    );
  const odd = [...eeg, ...eog].find(channel => channel.length !== samples);
  if (odd) throw new RangeError(`eegMixtures: expected EEG and EOG channels of ${samples} samples, got one of ${odd.length}`);
  function pair(split: Split, index: number): { clean: Float32Array; artefact: Float32Array } {
    const rng = random(seed, 0x656567, splitSeed(split), index),
      [from, to] = split === 'train' ? [0, cut] : [cut, samples];
    const draw = (channels: readonly Float32Array[]): Float32Array => {
      const channel = channels[rng.integer(channels.length)]!,
        at = from + rng.integer(to - from - length + 1);
      const part = channel.slice(at, at + length),
        mean = part.reduce((sum, value) => sum + value, 0) / length;
      return part.map(value => value - mean);
    };
    const clean = draw(eeg),
      eye = draw(eog),
      ratio = snrDb[0] + (snrDb[1] - snrDb[0]) * rng.uniform();
    const factor = (rms(clean) / (rms(eye) || 1)) * 10 ** (-ratio / 20);
    const deviation = rms(clean.map((value, i) => value + factor * eye[i]!)) || 1;
    return { clean: clean.map(value => value / deviation), artefact: eye.map(value => (factor * value) / deviation) };
  }
  return {
    ...dataset({
      name: `eeg-mixtures of ${length}, ${snrDb.join(' to ')} dB`,
      shape: [length],
      size: { train: UNLIMITED, test: tests },
      fill(split, index, out) {
        out.set(pair(split, index).clean);
      },
    }),
    disturb(split, index, y) {
      const { artefact } = pair(split, index);
      for (let i = 0; i < length; i++) y[i]! += artefact[i]!;
    },
  };
}

/** A made-up recording: 1/f background with alpha bursts, and eye channels of blinks and saccade steps. */
export function syntheticRecording({
  channels = 4,
  samples = 16384,
  rate = 128,
  seed,
}: {
  channels?: number;
  samples?: number;
  rate?: number;
  seed: number;
}): Recording {
  const eeg = Array.from({ length: channels }, (_, c) => {
    const rng = random(seed, 1, c),
      out = new Float32Array(samples);
    let slow = 0,
      fast = 0;
    for (let i = 0; i < samples; i++) {
      slow = 0.98 * slow + rng.normal();
      fast = 0.7 * fast + rng.normal();
      const burst = Math.max(0, Math.sin((2 * Math.PI * i) / (rate * (2.3 + c / 3))));
      out[i] = slow + 1.5 * fast + 9 * burst * Math.sin((2 * Math.PI * 10 * i) / rate + c);
    }
    return out;
  });
  const eog = [0, 1].map(c => {
    const rng = random(seed, 2, c),
      out = new Float32Array(samples);
    let level = 0,
      until = 0;
    for (let i = 0; i < samples; i++) {
      if (i >= until) {
        level = 20 * rng.normal();
        until = i + rate * (0.5 + 2 * rng.uniform());
      }
      out[i] = (i ? 0.9 * out[i - 1]! : 0) + 0.1 * level;
    }
    for (let at = rng.integer(rate); at < samples; at += Math.round(rate * (1 + 3 * rng.uniform()))) {
      const width = rate * (0.08 + 0.06 * rng.uniform()),
        height = 60 + 40 * rng.uniform();
      for (let i = Math.max(0, Math.floor(at - 4 * width)); i < Math.min(samples, at + 4 * width); i++)
        out[i]! += height * Math.exp(-(((i - at) / width) ** 2));
    }
    return out;
  });
  return { eeg, eog };
}
