/** Decoded samples in 0…255, interleaved; `channels` is 1 or 3. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
  /** How the image is to be turned, 1 to 8 as TIFF 6.0 and Exif number it; upright unless told. */
  readonly orientation?: number;
}

/** Images of more pixels than this are refused before anything is allocated. */
const maxPixels = 2 ** 26;
/** No format here packs more pixels into a byte: deflate shrinks at most 1032 times, and a byte holds 8 one-bit pixels. */
const maxPixelsPerByte = 8 * 1032;

/** Throws a RangeError unless the size declared by a file of `length` bytes is sane. */
export function checkSize(name: string, width: number, height: number, length: number): void {
  if (!(width >= 1 && height >= 1 && width * height <= maxPixels))
    throw new RangeError(`${name}: expected an image of 1 to ${maxPixels} pixels, got ${width} x ${height}`);
  if (width * height > maxPixelsPerByte * length)
    throw new RangeError(`${name}: expected a file that can hold ${width} x ${height} pixels, got ${length} bytes`);
}

/** Takes gray, gray with alpha, colour or colour with alpha apart: alpha is dropped, samples are multiplied by `scale`. */
export function fromSamples(width: number, height: number, samples: ArrayLike<number>, count: number, scale = 1): Pixels {
  const channels = count < 3 ? 1 : 3, data = new Float32Array(width * height * channels);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < channels; c++) data[i * channels + c] = scale * samples[i * count + c]!;
  return { width, height, channels, data };
}

/** Samples of 1, 2, 4 or 8 bits, the most significant bits of a byte first; every row of `row` samples starts a byte. */
export function unpackSamples(bytes: Uint8Array, row: number, rows: number, bits: number): Uint8Array {
  const stride = Math.ceil((row * bits) / 8),
    out = new Uint8Array(row * rows);
  for (let i = 0, to = 0; i < rows; i++)
    for (let bit = 0; bit < row * bits; bit += bits)
      out[to++] = (bytes[i * stride + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
  return out;
}
