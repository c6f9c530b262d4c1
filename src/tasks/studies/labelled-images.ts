import type { DataFolder } from '../task.js';
import { cifar, idx } from '../../../datasets/index.js';

/** Images one after the other, each planes × height × width, in 0…1, and their classes. */
export interface LabelledImages {
  readonly shape: readonly [planes: number, height: number, width: number];
  readonly count: number;
  readonly classes: number;
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

export interface LabelledSplit {
  /** Which data it is. */
  readonly data: string;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

export const pixelsPer = ({ shape }: LabelledImages): number => shape[0] * shape[1] * shape[2];

/** A file of the data folder; one line says which is expected where it is missing. */
function fileOf(folder: DataFolder, path: string): Uint8Array {
  try {
    return folder.read(path);
  } catch (error) {
    throw new RangeError(`${path}: expected this file in the data folder, got none (${(error as Error).message.split('\n')[0]})`);
  }
}

const scaled = (values: Float32Array, factor: number): Float32Array => {
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
  return values;
};

const classesOf = (labels: Uint8Array): number => labels.reduce((most, label) => Math.max(most, label), 0) + 1;

/** MNIST, Fashion-MNIST and EMNIST name their files alike: `prefix` + train or t10k, images or labels. */
function idxImages(folder: DataFolder, images: string, labels: string): LabelledImages {
  const pixels = idx(fileOf(folder, images), images), [count, height, width] = pixels.shape;
  const classes = Uint8Array.from(idx(fileOf(folder, labels), labels).data);
  if (pixels.shape.length !== 3 || classes.length !== count)
    throw new RangeError(`${labels}: expected a label for each of ${count} images, got ${classes.length}`);
  return { shape: [1, height!, width!], count, classes: classesOf(classes), pixels: scaled(pixels.data, 1 / 255), labels: classes };
}

const idxSplit = (folder: DataFolder, data: string, train: string, test: string): LabelledSplit => ({
  data,
  train: idxImages(folder, `${train}-images-idx3-ubyte.gz`, `${train}-labels-idx1-ubyte.gz`),
  test: idxImages(folder, `${test}-images-idx3-ubyte.gz`, `${test}-labels-idx1-ubyte.gz`),
});

const cifarImages = (folder: DataFolder, path: string): LabelledImages => {
  const { labels, images } = cifar(fileOf(folder, path), path);
  return { shape: [3, 32, 32], count: labels.length, classes: 10, pixels: scaled(images.data, 1 / 255), labels };
};

/** Optical recognition of handwritten digits (UCI): lines of 64 values 0…16 and a label. */
function digitImages(folder: DataFolder, path: string): LabelledImages {
  const rows = new TextDecoder().decode(fileOf(folder, path)).trim().split('\n').map(line => line.split(',').map(Number));
  const odd = rows.findIndex(row => row.length !== 65 || !row.every(Number.isInteger));
  if (odd >= 0) throw new RangeError(`${path}: expected 65 integers in line ${odd + 1}, got ${rows[odd]!.length} values`);
  const pixels = Float32Array.from(rows.flatMap(row => row.slice(0, 64)), value => value / 16);
  return { shape: [1, 8, 8], count: rows.length, classes: 10, pixels, labels: Uint8Array.from(rows, row => row[64]!) };
}

/** Published sets by name, with the split that they are published in. */
export const publishedSets: Readonly<Record<string, (folder: DataFolder) => LabelledSplit>> = {
  mnist: folder => idxSplit(folder, 'MNIST, 60,000 training and 10,000 test images', 'mnist/train', 'mnist/t10k'),
  fashion: folder => idxSplit(folder, 'Fashion-MNIST, 60,000 training and 10,000 test images', 'fashion/train', 'fashion/t10k'),
  emnist: folder => idxSplit(folder, 'EMNIST balanced', 'emnist/emnist-balanced-train', 'emnist/emnist-balanced-test'),
  digits: folder => ({
    data: 'optdigits, 3,823 training and 1,797 test images',
    train: digitImages(folder, 'digits/optdigits.tra.gz'),
    test: digitImages(folder, 'digits/optdigits.tes.gz'),
  }),
  cifar: folder => ({
    data: 'CIFAR-10, first training batch of 10,000, first 1,000 test images',
    train: cifarImages(folder, 'cifar10/data_batch_1.bin.gz'),
    test: cifarImages(folder, 'cifar10/test_first1000.bin.gz'),
  }),
};

/**
 * Bilinear with half-pixel centres, edges clamped, no antialiasing: what tf.image.resize does unless told otherwise, and
 * torch's interpolate with align_corners=False.
 */
export function resized(images: LabelledImages, height: number, width: number): LabelledImages {
  const { shape: [planes, h, w], count } = images;
  if (h === height && w === width) return images;
  const [rows, cols] = [taps(h, height), taps(w, width)], pixels = new Float32Array(count * planes * height * width);
  for (let plane = 0, to = 0; plane < count * planes; plane++)
    for (let y = 0; y < height; y++) {
      const above = plane * h * w + rows.low[y]! * w, below = plane * h * w + rows.high[y]! * w, b = rows.part[y]!;
      for (let x = 0; x < width; x++) {
        const left = cols.low[x]!, right = cols.high[x]!, a = cols.part[x]!;
        const top = (1 - a) * images.pixels[above + left]! + a * images.pixels[above + right]!;
        const bottom = (1 - a) * images.pixels[below + left]! + a * images.pixels[below + right]!;
        pixels[to++] = (1 - b) * top + b * bottom;
      }
    }
  return { ...images, shape: [planes, height, width], pixels };
}

function taps(from: number, to: number): { low: Uint32Array; high: Uint32Array; part: Float64Array } {
  const low = new Uint32Array(to), high = new Uint32Array(to), part = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, (i + 0.5) * from / to - 0.5), floor = Math.min(from - 1, Math.floor(at));
    low[i] = floor;
    high[i] = Math.min(from - 1, floor + 1);
    part[i] = Math.max(0, Math.min(1, at - floor));
  }
  return { low, high, part };
}

/** The first `count` images. */
export function firstImages(images: LabelledImages, count: number): LabelledImages {
  const kept = Math.min(count, images.count), { pixels, labels } = images;
  return { ...images, count: kept, pixels: pixels.subarray(0, kept * pixelsPer(images)), labels: labels.subarray(0, kept) };
}
