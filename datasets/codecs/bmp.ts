import { checkSize, type Pixels } from './pixels.js';

const uncompressed = 0,
  bitFields = 3;

/** Uncompressed Windows bitmaps of 1, 4, 8 (palette), 24 and 32 bits a pixel, bottom-up or top-down. */
export function decodeBmp(bytes: Uint8Array, name: string): Pixels {
  if (bytes.length < 54) throw new RangeError(`${name}: expected a BMP header of 54 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(10, true),
    header = view.getUint32(14, true),
    width = view.getInt32(18, true),
    signed = view.getInt32(22, true);
  const bits = view.getUint16(28, true),
    compression = view.getUint32(30, true),
    height = Math.abs(signed);
  if (header < 40) throw new RangeError(`${name}: expected a BMP information header of at least 40 bytes, got ${header}`);
  checkSize(name, width, height, bytes.length);
  if (![1, 4, 8, 24, 32].includes(bits))
    throw new RangeError(`${name}: expected a BMP of 1, 4, 8, 24 or 32 bits a pixel, got ${bits}`);
  if (compression !== uncompressed && !(compression === bitFields && bits === 32))
    throw new RangeError(`${name}: expected an uncompressed BMP, got compression ${compression}`);
  const row = Math.ceil((width * bits) / 32) * 4;
  if (start + row * height > bytes.length)
    throw new RangeError(`${name}: expected ${start + row * height} bytes of BMP, got ${bytes.length}`);
  const masks =
    compression === bitFields && bytes.length >= 66 ? [54, 58, 62].map(at => view.getUint32(at, true)) : [0xff0000, 0xff00, 0xff];
  const shifts = masks.map(mask => {
    const shift = [0, 8, 16, 24].find(candidate => mask === (0xff << candidate) >>> 0);
    if (shift === undefined) throw new RangeError(`${name}: expected BMP colours of 8 bits, got mask ${mask.toString(16)}`);
    return shift;
  });
  const colours = view.getUint32(46, true) || (bits <= 8 ? 1 << bits : 0),
    palette = 14 + header;
  if (bits <= 8 && palette + 4 * colours > bytes.length)
    throw new RangeError(`${name}: expected a BMP palette of ${colours} colours, got a file that ends early`);
  const data = new Float32Array(3 * width * height);
  for (let i = 0, to = 0; i < height; i++) {
    const from = start + row * (signed > 0 ? height - 1 - i : i);
    for (let j = 0; j < width; j++, to += 3) {
      if (bits === 32) {
        const word = view.getUint32(from + 4 * j, true);
        shifts.forEach((shift, c) => {
          data[to + c] = (word >>> shift) & 255;
        });
        continue;
      }
      let at = from + 3 * j;
      if (bits <= 8) {
        const bit = j * bits,
          index = (bytes[from + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        if (index >= colours) throw new RangeError(`${name}: expected palette indices below ${colours}, got ${index}`);
        at = palette + 4 * index;
      }
      for (let c = 0; c < 3; c++) data[to + c] = bytes[at + 2 - c]!;
    }
  }
  return { width, height, channels: 3, data };
}
