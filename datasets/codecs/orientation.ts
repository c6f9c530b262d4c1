import type { Pixels } from './pixels.js';

const tag = 274,
  entryBytes = 12;

/** The orientation that Exif data tells (a TIFF directory); 1, upright, where it tells none or is damaged: the picture itself is not. */
export function exifOrientation(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.length),
    little = exif[0] === 0x49;
  if (exif.length < 10) return 1;
  const start = view.getUint32(4, little);
  for (let at = start + 2; at + entryBytes <= exif.length && at < start + 2 + entryBytes * view.getUint16(start, little); at += entryBytes)
    if (view.getUint16(at, little) === tag) return view.getUint16(at + 8, little);
  return 1;
}

/** Turns and mirrors an image as TIFF 6.0 and Exif number it, 1 to 8; other numbers leave it as it is. */
export function upright({ width, height, channels, data }: Pixels, orientation: number): Pixels {
  if (!(orientation >= 2 && orientation <= 8)) return { width, height, channels, data };
  const swapped = orientation >= 5,
    fromBelow = [3, 4, 6, 7].includes(orientation),
    fromRight = [2, 3, 7, 8].includes(orientation);
  const [rows, columns] = swapped ? [width, height] : [height, width],
    out = new Float32Array(data.length);
  for (let i = 0, to = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const [row, column] = swapped ? [j, i] : [i, j],
        from = (fromBelow ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column);
      for (let c = 0; c < channels; c++) out[to++] = data[from * channels + c]!;
    }
  return { width: columns, height: rows, channels, data: out };
}
