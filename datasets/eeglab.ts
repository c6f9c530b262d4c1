import type { Tensor } from '../src/types.js';
import { tensor } from '../src/core/array.js';
import { mat5 } from './mat5.js';
import type { MatValue } from './mat5-elements.js';

export interface EeglabRecording {
  /** Channel names. */
  readonly labels: readonly string[];
  /** Samples a second. */
  readonly rate: number;
  /** [channels, samples], in the file's units (microvolts); epochs follow each other. */
  readonly data: Tensor;
}

/**
 * An EEGLAB data set: the .set header (MATLAB 5) and the .fdt file of f32 little-endian samples, all channels of one time together; or data
 * inside the .set itself. Throws a RangeError where sizes do not match.
 */
export function eeglab(set: Uint8Array, fdt?: Uint8Array, name = 'eeglab'): EeglabRecording {
  const variables = mat5(set, name),
    root = variables.get('EEG')?.();
  const fields = root?.kind === 'struct' ? root.records[0] : variables;
  const field = (key: string): MatValue => {
    const read = fields?.get(key);
    if (!read) throw new RangeError(`${name}: expected a field ${key} of EEG, got none`);
    return read();
  };
  const count = (key: string): number => {
    const value = field(key),
      number = value.kind === 'numbers' ? value.values[0] : undefined;
    if (number === undefined || !(number >= 1 && number < 2 ** 31))
      throw new RangeError(`${name}: expected ${key} to be a positive number, got ${number ?? value.kind}`);
    return number;
  };
  const channels = count('nbchan'),
    samples = count('pnts') * count('trials'),
    rate = count('srate'),
    stored = field('data'),
    places = field('chanlocs');
  if (!Number.isSafeInteger(channels) || !Number.isSafeInteger(samples))
    throw new RangeError(`${name}: expected whole numbers of channels and samples, got ${channels} and ${samples}`);
  let at: (c: number, t: number) => number;
  if (stored.kind === 'numbers') {
    if (stored.values.length !== channels * samples)
      throw new RangeError(`${name}: expected ${channels * samples} samples, got ${stored.values.length}`);
    at = (c, t) => stored.values[t * channels + c]!;
  } else {
    if (!fdt)
      throw new TypeError(
        `${name}: its samples are in ${stored.kind === 'text' ? stored.text : 'another file'}; give its bytes too`,
      );
    if (fdt.length !== 4 * channels * samples)
      throw new RangeError(`${name}: expected ${4 * channels * samples} bytes of samples, got ${fdt.length}`);
    const view = new DataView(fdt.buffer, fdt.byteOffset, fdt.length);
    at = (c, t) => view.getFloat32(4 * (t * channels + c), true);
  }
  const labels = Array.from({ length: channels }, (_, c) => {
    const label = places.kind === 'struct' ? places.records[c]?.get('labels')?.() : undefined;
    return label?.kind === 'text' ? label.text : `channel ${c + 1}`;
  });
  const data = new Float32Array(channels * samples);
  for (let c = 0; c < channels; c++) for (let t = 0; t < samples; t++) data[c * samples + t] = at(c, t);
  return { labels, rate, data: tensor(data, [channels, samples]) };
}
