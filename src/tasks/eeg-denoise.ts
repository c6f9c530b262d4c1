import type { Tensor } from '../types.js';
import { eeglab, eegMixtures, syntheticRecording, type Recording } from '../../datasets/index.js';
import { identity } from '../../operators/index.js';
import { l1 } from '../core/prox.js';
import { measured } from '../unrolled/batches.js';
import { imageNetworks, smallNetwork, smallRecipe } from './image-network.js';
import { linearEstimator } from './linear-estimator.js';
import type { Scene } from './scene.js';
import type { DataFolder, Task } from './task.js';

const length = 512,
  tests = 200;
/** Power ratio of EEG to EOG. EEGdenoiseNet's code calls the root of these numbers −7 … 2 dB. */
const ranges: Readonly<Record<string, readonly [number, number]>> = { '-7to2': [-7, 2], '-14to4': [-14, 4] };

/** Slower drifts than this many seconds are removed from a channel: they are no EEG. */
const driftSeconds = 2;

/** Takes a running mean out of a channel. */
function withoutDrift(channel: Float32Array, window: number): Float32Array {
  const sums = new Float64Array(channel.length + 1);
  for (let i = 0; i < channel.length; i++) sums[i + 1] = sums[i]! + channel[i]!;
  return channel.map((value, i) => {
    const from = Math.max(0, i - (window >> 1)),
      to = Math.min(channel.length, i + (window >> 1) + 1);
    return value - (sums[to]! - sums[from]!) / (to - from);
  });
}

/** EEGLAB's sample recording: its EEG channels far from the eyes, and its EOG channels. */
function recordingOf(folder: DataFolder): Recording {
  const names = folder.list('signal/eeglab'), name = names.find(file => file.endsWith('.set'));
  if (name === undefined) throw new RangeError('eeg-denoise: expected a .set file in signal/eeglab, got none');
  const path = `signal/eeglab/${name}`, samplesName = name.replace(/\.set$/, '.fdt');
  const { labels, rate, data } = eeglab(folder.read(path), names.includes(samplesName) ? folder.read(`signal/eeglab/${samplesName}`) : undefined, path);
  const samples = data.shape[1]!,
    channel = (c: number): Float32Array => withoutDrift(data.data.slice(c * samples, (c + 1) * samples), driftSeconds * rate);
  const indices = labels.map((_, c) => c);
  return {
    eeg: indices.filter(c => /^(C|P|O|CP|PO|T)[z\d]/i.test(labels[c]!)).map(channel),
    eog: indices.filter(c => /^EOG/i.test(labels[c]!)).map(channel),
  };
}

/** EEG with eye artefacts mixed in at a stated power SNR; A is the identity, and what is to be found is in the data. */
export const eegDenoise: Task = {
  name: 'eeg-denoise',
  summary: '4-second EEG segments with eye artefacts mixed in at -7 to 2 dB (or -14 to 4 dB) power SNR',
  variants: Object.keys(ranges),
  networks: imageNetworks,
  layers: 5,
  takesFeatures: imageNetworks,
  takesFrame: imageNetworks,
  make(options) {
    const { variant, seed, folder } = options;
    const A = identity([length]),
      signals = eegMixtures(folder ? recordingOf(folder) : syntheticRecording({ seed }), {
        length,
        snrDb: ranges[variant]!,
        seed,
        tests,
      });
    const batch = (split: 'train' | 'test', count: number, first = 0): Scene => {
      const truth = new Float32Array(count * length),
        y = new Float32Array(count * length);
      measured(A, signals, { seed, validation: 0 }).fill(
        split,
        Array.from({ length: count }, (_, i) => first + i),
        truth,
        y,
      );
      return { name: `${split} segments`, operator: A, count, truth, y };
    };
    let Q: Tensor | undefined;
    const fitted = (): Tensor => (Q ??= linearEstimator(A, signals, { signals: 4096, seed }));
    return {
      operator: A,
      prox: l1(),
      signals,
      scoring: { kind: 'segments' },
      data: folder ? 'EEGLAB sample recording, its last quarter for testing' : `synthetic EEG and eye movements, seed ${seed}`,
      recipe: { ...smallRecipe, batch: 8 },
      scenes: () => [batch('test', tests)],
      tuning: { scenes: [batch('train', 100, 500_000)], lambdas: [0.03, 0.1, 0.2, 0.3, 0.5, 1] },
      fitLinear: fitted,
      linear({ y, count }) {
        const out = new Float32Array(y.length),
          weights = fitted().data;
        for (let s = 0; s < count; s++)
          for (let i = 0; i < length; i++) {
            let sum = 0;
            for (let j = 0; j < length; j++) sum += weights[i * length + j]! * y[s * length + j]!;
            out[s * length + i] = sum;
          }
        return out;
      },
      network: smallNetwork(A, options, { taps: 9 }),
    };
  },
};
