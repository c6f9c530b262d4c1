import { decode } from 'jpeg-js';
import { jpegHeader } from './jpeg-header.js';
import { fromSamples, type Pixels } from './pixels.js';

const endOfImage = 0xd9;

/** Baseline and progressive JPEG. `yCbCr` tells how three components are meant where the file itself does not. */
export function decodeJpeg(bytes: Uint8Array, name: string, { yCbCr = true } = {}): Pixels {
  const { scan, sized, transformed = yCbCr, orientation } = jpegHeader(bytes, name);
  // The decoder fills a truncated scan with gray.
  let whole = false;
  for (let i = bytes.length - 2; i > scan && !whole; i--) whole = bytes[i] === 0xff && bytes[i + 1] === endOfImage;
  if (!sized || !whole) throw new RangeError(`${name}: expected a whole JPEG, got one that ends early`);
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    colorTransform: transformed,
    tolerantDecoding: false,
    maxResolutionInMP: 68,
    maxMemoryUsageInMB: 2048,
  });
  return { ...fromSamples(width, height, data, data.length / (width * height)), orientation };
}
