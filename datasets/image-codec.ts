import { encode } from 'fast-png';
import type { Tensor } from '../src/types.js';
import { flat, formatShape, tensor } from '../src/core/array.js';
import { decodeBmp } from './codecs/bmp.js';
import { decodeJpeg } from './codecs/jpeg.js';
import { upright } from './codecs/orientation.js';
import type { Pixels } from './codecs/pixels.js';
import { decodePng } from './codecs/png.js';
import { decodeTiff } from './codecs/tiff.js';

/** Formats by their first bytes. */
const formats: readonly {
  readonly name: string;
  readonly magic: readonly number[];
  readonly decode: (bytes: Uint8Array, name: string) => Pixels;
}[] = [
  { name: 'PNG', magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], decode: decodePng },
  { name: 'JPEG', magic: [0xff, 0xd8, 0xff], decode: decodeJpeg },
  { name: 'BMP', magic: [0x42, 0x4d], decode: decodeBmp },
  { name: 'TIFF', magic: [0x49, 0x49, 0x2a, 0x00], decode: decodeTiff },
  { name: 'TIFF', magic: [0x4d, 0x4d, 0x00, 0x2a], decode: decodeTiff },
];

/**
 * An image file as [h, w] where it is gray, else [h, w, 3]; values in 0…255, 16-bit samples divided by 257, alpha dropped. The format is
 * told by the first bytes; JPEG and TIFF images are turned as their orientation tells. Throws one RangeError for anything that is not a whole image.
 */
export function decodeImage(bytes: Uint8Array, name = 'image'): Tensor {
  const format = formats.find(({ magic }) => magic.every((byte, i) => bytes[i] === byte));
  if (!format)
    throw new RangeError(
      `${name}: expected a PNG, JPEG, BMP or TIFF, got ${bytes.length ? `bytes ${[...bytes.subarray(0, 4)].join(' ')}` : 'an empty file'}`,
    );
  let pixels: Pixels;
  try {
    pixels = format.decode(bytes, name);
  } catch (error) {
    // Some decoders throw plain strings.
    const message = error instanceof Error ? error.message : String(error);
    throw message.startsWith(`${name}: `)
      ? error
      : new RangeError(`${name}: expected a valid ${format.name}, got one that cannot be decoded (${message})`);
  }
  const { width, height, channels, data } = upright(pixels, pixels.orientation ?? 1);
  if (channels === 1) return tensor(data, [height, width]);
  for (let i = 0; i < data.length; i += 3)
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return tensor(data, [height, width, 3]);
  return tensor(
    Float32Array.from({ length: width * height }, (_, i) => data[3 * i]!),
    [height, width],
  );
}

/** Full-range luma (ITU-R BT.601), 0.299 R + 0.587 G + 0.114 B, not rounded; a gray image is returned as it is. */
export function luma(image: Tensor): Tensor {
  if (image.shape.length === 2) return image;
  const [h, w, channels] = image.shape as [number, number, number],
    data = flat(image);
  if (image.shape.length !== 3 || channels !== 3)
    throw new RangeError(`luma: expected [h,w] or [h,w,3], got ${formatShape(image.shape)}`);
  return tensor(
    Float32Array.from({ length: h * w }, (_, i) => 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!),
    [h, w],
  );
}

/** An 8-bit PNG of an image [h, w] or [h, w, 3], rounded and clipped to 0…255. Throws a RangeError on NaN. */
export function encodePng(image: Tensor): Uint8Array {
  const [h, w, channels = 1] = image.shape as [number, number, number?];
  if (image.shape.length < 2 || image.shape.length > 3 || (channels !== 1 && channels !== 3))
    throw new RangeError(`png: expected [h,w] or [h,w,3], got ${formatShape(image.shape)}`);
  const data = Uint8Array.from(flat(image), value => {
    if (Number.isNaN(value)) throw new RangeError('png: expected numbers, got NaN');
    return Math.round(Math.min(255, Math.max(0, value)));
  });
  return encode({ width: w, height: h, data, channels, depth: 8 });
}
