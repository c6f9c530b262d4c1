import type { Shape, Tensor } from '../src/types.js';
import { checkShape, flat, formatShape, sizeOf } from '../src/core/array.js';
import { random } from '../src/core/random.js';

/** Which frequencies are sampled: 1 or 0 for each, row-major, the zero frequency at the corner. */
export interface SamplingMask {
  readonly shape: Shape;
  readonly data: Uint8Array;
  readonly dc: 'corner';
}

/** Moves the zero frequency from the centre, index floor(n/2) of each axis, to the corner; right for odd sizes too. */
function ifftshift(centred: Uint8Array, shape: Shape): Uint8Array {
  const [height, width] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  return Uint8Array.from(centred, (_, at) => {
    const row = (Math.floor(at / width) + Math.floor(height / 2)) % height;
    return centred[row * width + ((at % width) + Math.floor(width / 2)) % width]!;
  });
}

const masked = (shape: Shape, data: Uint8Array): SamplingMask => {
  if (!data.includes(1)) throw new RangeError('mask: expected at least one sampled frequency, got none');
  return { shape: [...shape], data, dc: 'corner' };
};

/** A mask from a tensor of zeros and ones, from a file say. Throws on any other value. */
export function maskFrom(values: Tensor, dc: 'corner' | 'centre'): SamplingMask {
  const data = Uint8Array.from(flat(values), (value, at) => {
    if (value !== 0 && value !== 1) throw new RangeError(`mask: expected 0 or 1, got ${value} at entry ${at}`);
    return value;
  });
  return masked(values.shape, dc === 'centre' ? ifftshift(data, values.shape) : data);
}

const checkShare = (who: string, name: string, value: number, most = 1): void => {
  if (!(value > 0 && value <= most)) throw new RangeError(`${who}: expected ${name} above 0 and at most ${most}, got ${value}`);
};

/** round(fraction · size) different frequencies, the zero frequency among them, the rest uniformly at random. */
export function randomMask(shape: Shape, { fraction, seed }: { fraction: number; seed: number }): SamplingMask {
  checkShape('randomMask', shape);
  checkShare('randomMask', 'fraction', fraction);
  const size = sizeOf(shape), data = new Uint8Array(size), rng = random(seed);
  data[0] = 1;
  for (let left = Math.round(fraction * size) - 1; left > 0;) {
    const at = rng.integer(size);
    if (!data[at]) { data[at] = 1; left--; }
  }
  return masked(shape, data);
}

/**
 * Whole columns of an [h, w] grid: round(centre · w) of the lowest frequencies and then random ones up to
 * round(w / acceleration) columns in all.
 */
export function cartesianMask(shape: Shape, { acceleration, centre = 0.08, seed }: { acceleration: number; centre?: number; seed: number }): SamplingMask {
  checkShape('cartesianMask', shape);
  if (shape.length !== 2) throw new RangeError(`cartesianMask: expected a shape [h,w], got ${formatShape(shape)}`);
  if (!(acceleration >= 1 && acceleration <= shape[1]!))
    throw new RangeError(`cartesianMask: expected an acceleration from 1 to ${shape[1]}, got ${acceleration}`);
  checkShare('cartesianMask', 'centre', centre);
  const [height, width] = shape as [number, number], columns = new Uint8Array(width), rng = random(seed);
  const wanted = Math.round(width / acceleration), low = Math.min(wanted, Math.max(1, Math.round(centre * width)));
  for (let k = 0; k < low; k++) columns[(k % 2 ? (k + 1) / 2 : width - k / 2) % width] = 1;
  for (let left = wanted - low; left > 0;) {
    const at = rng.integer(width);
    if (!columns[at]) { columns[at] = 1; left--; }
  }
  return masked(shape, Uint8Array.from({ length: height * width }, (_, at) => columns[at % width]!));
}

/** `lines` straight lines through the zero frequency of an [h, w] grid at equal angles, as in pseudo-radial MRI sampling; k and −k go together. */
export function radialMask(shape: Shape, { lines }: { lines: number }): SamplingMask {
  checkShape('radialMask', shape);
  if (shape.length !== 2) throw new RangeError(`radialMask: expected a shape [h,w], got ${formatShape(shape)}`);
  if (!Number.isSafeInteger(lines) || lines < 1) throw new RangeError(`radialMask: expected a positive number of lines, got ${lines}`);
  const [height, width] = shape as [number, number], data = new Uint8Array(height * width);
  const reach = Math.hypot(height, width) / 2;
  const keep = (row: number, col: number): void => {
    if (row < -(height >> 1) || row >= height - (height >> 1) || col < -(width >> 1) || col >= width - (width >> 1)) return;
    data[((row + height) % height) * width + ((col + width) % width)] = 1;
  };
  for (let line = 0; line < lines; line++) {
    const angle = (Math.PI * line) / lines;
    for (let r = 0; r <= reach; r += 0.5) {
      const row = Math.round(r * Math.sin(angle)), col = Math.round(r * Math.cos(angle));
      keep(row, col);
      keep(-row, -col);
    }
  }
  return masked(shape, data);
}
