import { decode } from 'fast-png';
import { checkSize, fromSamples, type Pixels } from './pixels.js';

/** PNG of any bit depth, palettes included. */
export function decodePng(bytes: Uint8Array, name: string): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const typeAt = (at: number): string => String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  // The decoder pads what is missing, so the chain of chunks is walked to its end first.
  let at = 8;
  for (; at + 12 <= bytes.length && typeAt(at) !== 'IEND'; at += 12 + view.getUint32(at))
    if (at === 8) {
      if (typeAt(at) !== 'IHDR' || bytes.length < 33)
        throw new RangeError(`${name}: expected a PNG header, got ${JSON.stringify(typeAt(at))}`);
      checkSize(name, view.getUint32(16), view.getUint32(20), bytes.length);
    }
  if (at + 12 > bytes.length) throw new RangeError(`${name}: expected a whole PNG, got one that ends early`);
  const { width, height, data, depth, channels, palette } = decode(bytes, { checkCrc: true });
  if (palette) {
    const samples = new Uint8Array(3 * width * height),
      row = Math.ceil((width * depth) / 8);
    for (let i = 0, to = 0; i < height; i++)
      for (let j = 0; j < width; j++, to += 3) {
        const bit = j * depth,
          index = (data[i * row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1),
          entry = palette[index];
        if (!entry) throw new RangeError(`${name}: expected palette indices below ${palette.length}, got ${index}`);
        samples.set(entry.slice(0, 3), to);
      }
    return fromSamples(width, height, samples, 3);
  }
  if (depth >= 8) return fromSamples(width, height, data, channels, depth === 16 ? 1 / 257 : 1);
  const row = Math.ceil((width * depth) / 8),
    top = (1 << depth) - 1;
  const samples = Float32Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth,
      byte = data[Math.floor(i / width) * row + (bit >> 3)]!;
    return (byte >> (8 - depth - (bit & 7))) & top;
  });
  return fromSamples(width, height, samples, 1, 255 / top);
}
