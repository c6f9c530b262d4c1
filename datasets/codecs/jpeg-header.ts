import { exifOrientation } from './orientation.js';
import { checkSize } from './pixels.js';

const startOfScan = 0xda,
  app0 = 0xe0,
  app1 = 0xe1,
  app14 = 0xee;
/** Frame headers, which hold the size: all of C0 … CF but DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

export interface JpegHeader {
  /** Where the first scan begins, or the file ends. */
  readonly scan: number;
  readonly sized: boolean;
  /** Whether components are YCbCr or YCCK; undefined where the file does not tell. */
  readonly transformed: boolean | undefined;
  readonly orientation: number;
}

/** What stands before the first scan. Throws a RangeError for sizes that are not sane, and where a marker is missing. */
export function jpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let at = 2, sized = false, jfif = false, orientation = 1;
  let adobe: number | undefined, components: string | undefined;
  const starts = (text: string): boolean => [...text].every((letter, i) => bytes[at + 4 + i] === letter.charCodeAt(0));
  for (; at + 4 <= bytes.length; at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)) {
    if (bytes[at] !== 0xff) throw new RangeError(`${name}: expected a JPEG marker at byte ${at}, got ${bytes[at]}`);
    // Any number of these may fill the place before a marker (ITU-T T.81, B.1.1.2).
    while (bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1]!, end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (marker === startOfScan) break;
    if (marker === app0 && starts('JFIF\0')) jfif = true;
    if (marker === app1 && starts('Exif\0\0')) orientation = exifOrientation(bytes.subarray(at + 10, end));
    if (marker === app14 && starts('Adobe')) adobe = bytes[at + 15];
    if (!isFrame(marker) || at + 9 > bytes.length) continue;
    checkSize(name, (bytes[at + 7]! << 8) | bytes[at + 8]!, (bytes[at + 5]! << 8) | bytes[at + 6]!, bytes.length);
    sized = true;
    components = String.fromCharCode(...Array.from({ length: Math.min(4, bytes[at + 9]!) }, (_, c) => bytes[at + 10 + 3 * c] ?? 0));
  }
  // As libjpeg guesses: JFIF has YCbCr alone, then Adobe's marker decides, then the components' names; four are inks.
  const byName = components?.length === 4 || components === 'RGB' ? false : undefined,
    transformed = jfif && components?.length === 3 ? true : adobe === undefined ? byName : adobe !== 0;
  return { scan: at, sized, transformed, orientation };
}
