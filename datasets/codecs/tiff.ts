import UTIF from 'utif2';
import { checkSize, fromSamples, type Pixels } from './pixels.js';

const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const width = 256,
  height = 257,
  stripOffsets = 273,
  stripBytes = 279,
  tileOffsets = 324,
  tileBytes = 325;
/** Tags that point to further directories: the image does not need them, and a hostile file lets them run in circles. */
const directories = [330, 34665, 34853, 40965];

/**
 * The first image of a TIFF: uncompressed, PackBits, LZW, deflate or JPEG, gray, palette or colour; 16-bit samples keep their upper
 * 8 bits. The directory is checked first, because the decoder trusts its counts.
 */
export function decodeTiff(bytes: Uint8Array, name: string): Pixels {
  const fail = (expected: string, got: string | number): never => {
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  };
  const copy = bytes.slice(),
    view = new DataView(copy.buffer),
    little = copy[0] === 0x49,
    length = copy.length;
  const u16 = (at: number): number => view.getUint16(at, little),
    u32 = (at: number): number => view.getUint32(at, little);
  if (length < 14) fail('a TIFF of at least 14 bytes', length);
  const ifd = u32(4),
    entries = ifd + 2 <= length ? u16(ifd) : 0,
    next = ifd + 2 + 12 * entries;
  if (!entries || next + 4 > length) fail('a TIFF directory inside the file', `one at byte ${ifd} of ${length}`);
  const found = new Map<number, number[]>();
  for (let at = ifd + 2; at < next; at += 12) {
    const tag = u16(at),
      type = u16(at + 2),
      count = u32(at + 4),
      size = (typeBytes[type] ?? 0) * count;
    const from = size <= 4 ? at + 8 : u32(at + 8);
    if (!typeBytes[type] || from + size > length)
      fail('TIFF entries inside the file', `tag ${tag} of type ${type} with ${count} values`);
    if (directories.includes(tag)) view.setUint16(at, 0xfffe, little);
    if (type === 3 || type === 4)
      found.set(
        tag,
        Array.from({ length: count }, (_, i) => (type === 3 ? u16(from + 2 * i) : u32(from + 4 * i))),
      );
  }
  view.setUint32(next, 0, little);
  const [w = 0, h = 0] = [found.get(width)?.[0], found.get(height)?.[0]];
  checkSize(name, w, h, length);
  const offsets = found.get(stripOffsets) ?? found.get(tileOffsets) ?? [],
    counts = found.get(stripBytes) ?? found.get(tileBytes) ?? [];
  if (!offsets.length || offsets.length !== counts.length || offsets.some((offset, i) => offset + counts[i]! > length))
    fail('TIFF strips inside the file', `${offsets.length} strips in ${length} bytes`);
  const [page] = UTIF.decode(copy.buffer);
  UTIF.decodeImage(copy.buffer, page!);
  return fromSamples(w, h, UTIF.toRGBA8(page!), 4);
}
