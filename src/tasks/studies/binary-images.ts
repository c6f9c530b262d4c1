import type { DataFolder } from '../task.js';
import { pixelsPer, publishedSets, type LabelledImages } from './labelled-images.js';

/** Rows of 0 and 1, one for each image, and their labels: 1 for the second of two classes. */
export interface BinaryImages {
  readonly rows: readonly Uint8Array[];
  readonly labels: readonly number[];
}

/** Cells that equal the mean but for rounding are 0: grey levels are few, so that there are some. */
const tie = 1e-6;

/** How much of each of `from` cells lies in each of `to` equal cells of the same length: to × from, rows sum to 1. */
function overlaps(from: number, to: number): Float64Array[] {
  return Array.from({ length: to }, (_, cell) => Float64Array.from({ length: from }, (_, i) => {
    const low = Math.max(i, cell * from / to), high = Math.min(i + 1, (cell + 1) * from / to);
    return Math.max(0, high - low) * to / from;
  }));
}

/**
 * Images of two classes at side × side: each cell the mean of the area that it covers, 1 where that is above the mean of all cells.
 * Only the first plane of an image is read.
 */
export function binaryImages(images: LabelledImages, [negative, positive]: readonly [number, number], side: number): BinaryImages {
  const { shape: [, height, width], pixels } = images, size = pixelsPer(images);
  const down = overlaps(height, side), across = overlaps(width, side);
  const rows: Uint8Array[] = [], labels: number[] = [], half = new Float64Array(side * width), cells = new Float64Array(side * side);
  images.labels.forEach((label, index) => {
    if (label !== negative && label !== positive) return;
    half.fill(0);
    cells.fill(0);
    for (let y = 0; y < side; y++)
      for (let i = 0; i < height; i++) {
        const part = down[y]![i]!;
        if (part > 0) for (let x = 0; x < width; x++) half[y * width + x]! += part * pixels[index * size + i * width + x]!;
      }
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) for (let i = 0; i < width; i++) cells[y * side + x]! += across[x]![i]! * half[y * width + i]!;
    const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
    rows.push(Uint8Array.from(cells, value => (value > mean + tie ? 1 : 0)));
    labels.push(label === positive ? 1 : 0);
  });
  return { rows, labels };
}

export interface TwoClasses {
  /** Which data it is. */
  readonly data: string;
  readonly train: BinaryImages;
  readonly test: BinaryImages;
}

/** Two classes of a published set, in the split that it is published in. */
export function twoClasses(folder: DataFolder, set: string, classes: readonly [number, number], side: number): TwoClasses {
  const { data, train, test } = publishedSets[set]!(folder);
  return {
    data: `${data}: ${classes[0]} against ${classes[1]} at ${side} × ${side}, thresholded at each image's mean`,
    train: binaryImages(train, classes, side), test: binaryImages(test, classes, side),
  };
}
