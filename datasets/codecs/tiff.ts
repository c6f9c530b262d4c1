import UTIF from 'utif2';
import { joined } from '../inflate.js';
import { decodeJpeg } from './jpeg.js';
import { unpackSamples, type Pixels } from './pixels.js';
import { stripLength } from './strips.js';
import { colourings, compressions, tiffLayout, type Strip, type TiffLayout } from './tiff-layout.js';

/** Writers may fill these up; the decoder drops a longer strip of the others. */
const mayBeLonger: readonly number[] = [compressions.none, compressions.packBits, compressions.lzw];

/**
 * The first image of a TIFF: uncompressed, PackBits, LZW, deflate or JPEG, in strips or tiles, gray, palette or colour, of up to 16 bits a
 * sample. The decoder trusts what it is told, so it sees one strip at a time, whose length was checked. Not bounded is the time of a
 * hostile LZW strip: up to 4096 bytes a code.
 */
export function decodeTiff(bytes: Uint8Array, name: string): Pixels {
  // Not slice, which gives a view of a Node Buffer, with other things in front of it.
  const file = Uint8Array.from(bytes),
    layout = tiffLayout(file, name);
  const { width, height, bits, compression, colouring, palette, across } = layout;
  const indexed = colouring === colourings.palette,
    channels = indexed || colouring === colourings.rgb || colouring === colourings.yCbCr ? 3 : 1,
    data = new Float32Array(width * height * channels);
  const scale = 255 / (2 ** bits - 1),
    white = colouring === colourings.whiteIsZero;
  for (const strip of layout.strips) {
    const { left, top, rows } = strip,
      { values, stride } = compression === compressions.jpeg ? jpegStrip(file, layout, strip, name) : plainStrip(file, layout, strip, name);
    for (let i = 0; i < Math.min(rows, height - top); i++)
      for (let j = 0; j < Math.min(across, width - left); j++)
        for (let c = 0; c < channels; c++) {
          const value = values[(i * across + j) * stride + (indexed ? 0 : c)]!;
          const own = white ? 255 - scale * value : scale * value;
          data[((top + i) * width + left + j) * channels + c] = indexed ? palette[(c << bits) + value]! >> 8 : own;
        }
  }
  return { width, height, channels, data, orientation: layout.orientation };
}

/** The samples of a strip, `stride` of them a pixel. */
interface Samples {
  readonly values: ArrayLike<number>;
  readonly stride: number;
}

/** A JPEG strip is a JPEG file whose tables may be stored once for all, between a start and an end of their own. */
function jpegStrip(file: Uint8Array, { across, colouring, jpegTables }: TiffLayout, { from, bytes, rows }: Strip, name: string): Samples {
  const strip = file.subarray(from, from + bytes),
    whole = jpegTables.length ? joined([Uint8Array.from(jpegTables.slice(0, -2)), strip.subarray(2)]) : strip;
  const { width, height, channels, data } = decodeJpeg(whole, name, { yCbCr: colouring === colourings.yCbCr });
  if (width !== across || height !== rows)
    throw new RangeError(`${name}: expected a JPEG of ${across} x ${rows} in a TIFF strip, got ${width} x ${height}`);
  return { values: data, stride: channels };
}

/** A strip of any other compression goes to the decoder as a TIFF of its own. */
function plainStrip(file: Uint8Array, layout: TiffLayout, { from, bytes, rows }: Strip, name: string): Samples {
  const { across, bits, samples, compression, colouring, predictor } = layout,
    length = rows * Math.ceil((across * samples * bits) / 8),
    got = stripLength(file.subarray(from, from + bytes), compression, length);
  if (got < length || (got > length && !mayBeLonger.includes(compression)))
    throw new RangeError(`${name}: expected ${length} bytes of pixels in a TIFF strip, got ${got > length ? 'more' : got}`);
  const page = {
    t256: [across],
    t257: [rows],
    t258: Array<number>(samples).fill(bits),
    t259: [compression],
    t262: [colouring],
    t273: [from],
    t277: [samples],
    t278: [rows],
    t279: [bytes],
    t317: [predictor],
  } as unknown as UTIF.IFD;
  UTIF.decodeImage(file.buffer as ArrayBuffer, page);
  // The decoder leaves the low byte of 16 bits first, whatever the byte order of the file.
  const values = bits === 16 ? new Uint16Array(page.data.buffer) : unpackSamples(page.data, across * samples, rows, bits);
  return { values, stride: samples };
}
