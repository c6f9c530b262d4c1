import { checkSize } from './pixels.js';

export const compressions = { none: 1, lzw: 5, jpeg: 7, deflate: 8, packBits: 32773, oldDeflate: 32946 } as const;
export const colourings = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, yCbCr: 6 } as const;

/** What is read of a TIFF's first directory (TIFF 6.0), with the values that hold where it says nothing. */
const tags = {
  width: { tag: 256, otherwise: [0] },
  height: { tag: 257, otherwise: [0] },
  bits: { tag: 258, otherwise: [1] },
  compression: { tag: 259, otherwise: [compressions.none] },
  colouring: { tag: 262, otherwise: [-1] },
  fillOrder: { tag: 266, otherwise: [1] },
  stripOffsets: { tag: 273, otherwise: [] },
  orientation: { tag: 274, otherwise: [1] },
  samples: { tag: 277, otherwise: [1] },
  stripRows: { tag: 278, otherwise: [Infinity] },
  stripBytes: { tag: 279, otherwise: [] },
  planes: { tag: 284, otherwise: [1] },
  predictor: { tag: 317, otherwise: [1] },
  palette: { tag: 320, otherwise: [] },
  tileWidth: { tag: 322, otherwise: [0] },
  tileHeight: { tag: 323, otherwise: [0] },
  tileOffsets: { tag: 324, otherwise: [] },
  tileBytes: { tag: 325, otherwise: [] },
  format: { tag: 339, otherwise: [1] },
  jpegTables: { tag: 347, otherwise: [] },
} as const;
const known: ReadonlySet<number> = new Set(Object.values(tags).map(({ tag }) => tag));
type Fields = Readonly<Record<keyof typeof tags, readonly number[]>>;

/** Bytes a value, by type: byte, short, long and undefined are read, others only have to lie inside the file. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const short = 3,
  long = 4,
  bytewise = [1, 7];

const maxSamples = 8;

/** A strip or tile: where it is in the file, and which part of the image it holds. */
export interface Strip {
  readonly from: number;
  readonly bytes: number;
  readonly left: number;
  readonly top: number;
  readonly rows: number;
}

export interface TiffLayout {
  readonly little: boolean;
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly samples: number;
  readonly compression: number;
  readonly colouring: number;
  readonly orientation: number;
  readonly predictor: number;
  readonly palette: readonly number[];
  readonly jpegTables: readonly number[];
  /** Pixels in a row of a strip. */
  readonly across: number;
  readonly strips: readonly Strip[];
}

type Fail = (expected: string, got: string | number) => never;

function fieldsOf(file: Uint8Array, little: boolean, fail: Fail): Fields {
  const view = new DataView(file.buffer, file.byteOffset, file.length),
    length = file.length;
  const u16 = (at: number): number => view.getUint16(at, little),
    u32 = (at: number): number => view.getUint32(at, little);
  if (length < 14) fail('a TIFF of at least 14 bytes', length);
  const start = u32(4),
    entries = start + 2 <= length ? u16(start) : 0,
    end = start + 2 + 12 * entries;
  if (!entries || end + 4 > length) fail('a TIFF directory inside the file', `one at byte ${start} of ${length}`);
  const found = new Map<number, number[]>();
  for (let at = start + 2; at < end; at += 12) {
    const tag = u16(at),
      type = u16(at + 2),
      count = u32(at + 4),
      size = (typeBytes[type] ?? 0) * count,
      from = size <= 4 ? at + 8 : u32(at + 8);
    if (!typeBytes[type] || from + size > length) fail('TIFF entries inside the file', `tag ${tag} of type ${type} with ${count} values`);
    // A directory may name the whole file many times; libtiff takes a tag's first entry too.
    if (!known.has(tag) || found.has(tag)) continue;
    const read = type === short ? (i: number) => u16(from + 2 * i) : type === long ? (i: number) => u32(from + 4 * i) : (i: number) => file[from + i]!;
    if (type === short || type === long || bytewise.includes(type)) found.set(tag, Array.from({ length: count }, (_, i) => read(i)));
  }
  return Object.fromEntries(
    Object.entries(tags).map(([name, { tag, otherwise }]) => [name, found.get(tag) ?? otherwise]),
  ) as unknown as Fields;
}

/** The layout of the first image in a TIFF, if it is one that can be decoded whole. */
export function tiffLayout(file: Uint8Array, name: string): TiffLayout {
  const fail: Fail = (expected, got) => {
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  };
  const little = file[0] === 0x49,
    fields = fieldsOf(file, little, fail);
  const first = (field: keyof typeof tags): number => fields[field][0] ?? NaN;
  const width = first('width'),
    height = first('height'),
    bits = first('bits'),
    samples = first('samples'),
    compression = first('compression'),
    colouring = first('colouring');
  checkSize(name, width, height, file.length);
  if (!Object.values<number>(compressions).includes(compression)) fail('TIFF compression none, LZW, deflate, PackBits or JPEG', compression);
  if (!Object.values<number>(colourings).includes(colouring)) fail('a gray, palette or colour TIFF', `photometric interpretation ${colouring}`);
  if (![1, 2, 4, 8, 16].includes(bits) || fields.bits.some(b => b !== bits) || fields.format.some(format => format !== 1))
    fail('TIFF samples of 1, 2, 4, 8 or 16 bits, unsigned', `${fields.bits.join(', ')} bits of format ${fields.format.join(', ')}`);
  const coloured = colouring === colourings.rgb || colouring === colourings.yCbCr,
    asJpeg = compression === compressions.jpeg;
  if (!(samples >= (coloured ? 3 : 1) && samples <= maxSamples)) fail('as many TIFF samples as colours', samples);
  if (asJpeg ? samples !== (coloured ? 3 : 1) || bits !== 8 : colouring === colourings.yCbCr)
    fail('a JPEG in a TIFF of 1 or 3 samples of 8 bits, and YCbCr as JPEG', `${samples} of ${bits} bits in compression ${compression}`);
  if (samples > 1 && first('planes') !== 1) fail('a TIFF with the samples of a pixel side by side', `planar configuration ${first('planes')}`);
  // The decoder applies a predictor everywhere; the format has it for LZW and deflate alone.
  const predictor = asJpeg || compression === compressions.none || compression === compressions.packBits ? 1 : first('predictor');
  if (first('fillOrder') !== 1 || !(predictor === 1 || (predictor === 2 && bits >= 8)))
    fail('a TIFF of fill order 1 and predictor 1, or 2 from 8 bits', `${first('fillOrder')} and ${predictor}`);
  if (colouring === colourings.palette && (bits > 8 || fields.palette.length !== 3 << bits))
    fail(`a TIFF palette of ${3 << bits} numbers`, fields.palette.length);

  const tiled = first('tileWidth') > 0,
    across = tiled ? first('tileWidth') : width,
    down = tiled ? first('tileHeight') : Math.min(height, first('stripRows'));
  checkSize(name, across, down, file.length);
  const columns = Math.ceil(width / across),
    count = columns * Math.ceil(height / down),
    [offsets, lengths] = tiled ? [fields.tileOffsets, fields.tileBytes] : [fields.stripOffsets, fields.stripBytes];
  if (offsets.length !== count || lengths.length !== count) fail(`${count} TIFF strips`, `${offsets.length} and ${lengths.length} lengths`);
  const strips = offsets.map((from, s): Strip => {
    const bytes = lengths[s]!,
      top = Math.floor(s / columns) * down;
    if (from + bytes > file.length) fail('TIFF strips inside the file', `${bytes} bytes at ${from} of ${file.length}`);
    return { from, bytes, left: (s % columns) * across, top, rows: tiled ? down : Math.min(down, height - top) };
  });
  const { palette, jpegTables } = fields;
  return { little, width, height, bits, samples, compression, colouring, orientation: first('orientation'), predictor, palette, jpegTables, across, strips };
}
