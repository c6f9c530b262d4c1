import { decode } from 'jpeg-js';
import { checkSize, fromSamples, type Pixels } from './pixels.js';

const startOfScan = 0xda,
  endOfImage = 0xd9;
/** Frame headers, which hold the size: all of C0 … CF but DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Baseline and progressive JPEG. `yCbCr` tells how three components are meant where the file itself does not. */
export function decodeJpeg(bytes: Uint8Array, name: string, { yCbCr = true } = {}): Pixels {
  let at = 2,
    sized = false;
  for (; at + 4 <= bytes.length && bytes[at + 1] !== startOfScan; at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)) {
    if (bytes[at] !== 0xff) throw new RangeError(`${name}: expected a JPEG marker at byte ${at}, got ${bytes[at]}`);
    if (!isFrame(bytes[at + 1]!) || at + 9 > bytes.length) continue;
    checkSize(name, (bytes[at + 7]! << 8) | bytes[at + 8]!, (bytes[at + 5]! << 8) | bytes[at + 6]!, bytes.length);
    sized = true;
  }
  // The decoder fills a truncated scan with gray.
  let whole = false;
  for (let i = bytes.length - 2; i > at && !whole; i--) whole = bytes[i] === 0xff && bytes[i + 1] === endOfImage;
  if (!sized || !whole) throw new RangeError(`${name}: expected a whole JPEG, got one that ends early`);
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    colorTransform: yCbCr,
    tolerantDecoding: false,
    maxResolutionInMP: 68,
    maxMemoryUsageInMB: 2048,
  });
  return fromSamples(width, height, data, data.length / (width * height));
}
