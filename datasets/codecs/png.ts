import { decode } from 'fast-png';
import { inflate, joined } from '../inflate.js';
import { checkSize, fromSamples, unpackSamples, type Pixels } from './pixels.js';

/** Samples a pixel by colour type. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Passes of Adam7: first column and row, steps between columns and between rows. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const paletteColour = 3;
/** The decoder sees no others: it inflates a colour profile without a limit, and takes a palette that only suggests for one that counts. */
const wanted = ['IHDR', 'IDAT', 'IEND'];

/**
 * PNG of any bit depth, palettes included; interlaced from 8 bits. The pixels are inflated twice: first here, where it stops at the length
 * that the header asks for, because the decoder inflates to any length, and pads what is missing.
 */
export function decodePng(bytes: Uint8Array, name: string): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const typeAt = (at: number): string => String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (bytes.length < 33 || typeAt(8) !== 'IHDR')
    throw new RangeError(`${name}: expected a PNG header, got ${JSON.stringify(typeAt(8))}`);
  checkSize(name, view.getUint32(16), view.getUint32(20), bytes.length);
  const expected = rawLength(bytes, view, name),
    indexed = bytes[25] === paletteColour,
    chunks = [bytes.subarray(0, 8)],
    stream: Uint8Array[] = [];
  let at = 8,
    type = '';
  for (; at + 12 <= bytes.length && type !== 'IEND'; at += 12 + view.getUint32(at)) {
    type = typeAt(at);
    const end = at + 12 + view.getUint32(at);
    if (wanted.includes(type) || (type === 'PLTE' && indexed)) chunks.push(bytes.subarray(at, end));
    if (type === 'IDAT') stream.push(bytes.subarray(at + 8, end - 4));
  }
  if (type !== 'IEND' || at > bytes.length) throw new RangeError(`${name}: expected a whole PNG, got one that ends early`);
  const got = inflate(joined(stream), expected).length;
  if (got !== expected) throw new RangeError(`${name}: expected ${expected} bytes of pixels, got ${got > expected ? 'more' : got}`);

  const { width, height, data, depth, channels, palette = [] } = decode(joined(chunks), { checkCrc: true });
  if (indexed) {
    const samples = new Uint8Array(3 * width * height);
    unpackSamples(data as Uint8Array, width, height, depth).forEach((index, i) => {
      const entry = palette[index];
      if (!entry) throw new RangeError(`${name}: expected palette indices below ${palette.length}, got ${index}`);
      samples.set(entry, 3 * i);
    });
    return fromSamples(width, height, samples, 3);
  }
  if (depth >= 8) return fromSamples(width, height, data, channels, depth === 16 ? 1 / 257 : 1);
  return fromSamples(width, height, unpackSamples(data as Uint8Array, width, height, depth), 1, 255 / ((1 << depth) - 1));
}

/** Bytes of all rows before compression, a filter byte in front of each. */
function rawLength(bytes: Uint8Array, view: DataView, name: string): number {
  const width = view.getUint32(16),
    height = view.getUint32(20),
    [depth = 0, colour = 0, , , interlaced] = bytes.subarray(24, 29),
    samples = samplesOf[colour] ?? 0,
    bits = depth * samples;
  const known = [1, 2, 4, 8, 16].includes(depth) && (depth >= 8 ? samples > 0 : samples === 1);
  if (!known || (depth === 16 && colour === paletteColour))
    throw new RangeError(`${name}: expected a PNG of a known colour type and depth, got type ${colour} of ${depth} bits`);
  if (interlaced && depth < 8) throw new RangeError(`${name}: expected an interlaced PNG of at least 8 bits, got ${depth}`);
  const passes: readonly (readonly [number, number, number, number])[] = interlaced ? adam7 : [[0, 0, 1, 1]];
  return passes.reduce((sum, [left, top, across, down]) => {
    const cols = Math.ceil((width - left) / across),
      rows = Math.ceil((height - top) / down);
    return cols > 0 && rows > 0 ? sum + rows * (1 + Math.ceil((cols * bits) / 8)) : sum;
  }, 0);
}
