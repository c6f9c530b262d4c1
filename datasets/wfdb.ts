import type { Tensor } from '../src/types.js';
import { tensor } from '../src/core/array.js';

export interface WfdbRecord {
  readonly name: string;
  /** Samples a second. */
  readonly rate: number;
  readonly labels: readonly string[];
  /** [signals, samples] in physical units (millivolts unless the header says otherwise). */
  readonly data: Tensor;
}

const defaultRate = 250,
  defaultGain = 200,
  maxSamples = 2 ** 30;

/**
 * A WFDB record of one signal file in format 212 (WFDB Applications Guide, header(5) and signal(5)): its header's text and its bytes, two
 * 12-bit two's-complement samples in 3 bytes. The header's checksums and first values are verified. Throws a RangeError on any mismatch.
 */
export function wfdb(header: string, dat: Uint8Array): WfdbRecord {
  const lines = header
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line && !line.startsWith('#'));
  const [record = '', count = '', rateText = String(defaultRate), lengthText = '0'] = (lines[0] ?? '').split(/\s+/),
    name = record.split('/')[0] || 'wfdb';
  const fail = (expected: string, got: string | number): never => {
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  };
  const signals = Number(count),
    rate = Number(rateText.split(/[/(]/)[0]),
    length = Number(lengthText);
  if (!Number.isSafeInteger(signals) || signals < 1 || signals > 256)
    fail('1 to 256 signals in the header', JSON.stringify(count));
  if (!(rate > 0)) fail('a sampling frequency', JSON.stringify(rateText));
  if (!Number.isSafeInteger(length) || length < 0 || signals * length > maxSamples)
    fail('a number of samples', JSON.stringify(lengthText));
  if (lines.length < 1 + signals) fail(`${signals} signal lines`, lines.length - 1);
  const specs = lines.slice(1, 1 + signals).map(line => {
    const [file, format, gainText = '', , zeroText = '0', first, sum, , ...label] = line.split(/\s+/);
    const [, gain = '', baseline] = /^([-\d.eE+]*)(?:\((-?\d+)\))?/.exec(gainText) ?? [];
    if (format !== '212') fail('format 212', JSON.stringify(format ?? ''));
    return {
      file,
      gain: Number(gain) || defaultGain,
      baseline: Number(baseline ?? zeroText) || 0,
      first,
      sum,
      label: label.join(' '),
    };
  });
  if (specs.some(({ file }) => file !== specs[0]!.file))
    fail('all signals in one file', specs.map(({ file }) => file).join(', '));
  const total = signals * (length || Math.floor((2 * dat.length) / 3 / signals)),
    samples = total / signals;
  if (dat.length < Math.ceil((3 * total) / 2)) fail(`${Math.ceil((3 * total) / 2)} bytes of samples`, dat.length);
  if (samples < 1) fail('at least one sample', samples);
  const raw = Array.from({ length: signals }, () => new Int16Array(samples));
  for (let i = 0; i < total; i++) {
    const at = 3 * (i >> 1),
      value = i % 2 ? ((dat[at + 1]! & 0xf0) << 4) | dat[at + 2]! : ((dat[at + 1]! & 0x0f) << 8) | dat[at]!;
    raw[i % signals]![Math.floor(i / signals)] = (value << 20) >> 20;
  }
  const data = new Float32Array(total);
  specs.forEach(({ gain, baseline, first, sum, label }, s) => {
    const own = raw[s]!,
      checksum = (own.reduce((a, b) => (a + b) | 0, 0) << 16) >> 16;
    if (first !== undefined && Number(first) !== own[0])
      fail(`a first value of ${first} in ${label || `signal ${s + 1}`}`, own[0]!);
    if (sum !== undefined && length > 0 && (Number(sum) << 16) >> 16 !== checksum)
      fail(`a checksum of ${sum} in ${label || `signal ${s + 1}`}`, checksum);
    for (let t = 0; t < samples; t++) data[s * samples + t] = (own[t]! - baseline) / gain;
  });
  return { name, rate, labels: specs.map(({ label }, s) => label || `signal ${s + 1}`), data: tensor(data, [signals, samples]) };
}
