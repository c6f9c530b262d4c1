import type { Dataset, LinearOperator, Tensor } from '../types.js';
import { parseNpy, phantoms, turnedSlices } from '../../datasets/index.js';
import { fourier, maskFrom, radialMask, type SamplingMask } from '../../operators/index.js';
import { flat, tensor, zeros } from '../core/array.js';
import { l1 } from '../core/prox.js';
import { carried } from '../binary/one-bit-network.js';
import { importIstaNet } from '../packed/released.js';
import { behindFrame } from '../unrolled/behind-frame.js';
import { distilled } from '../unrolled/distilled.js';
import { namedImages, type NamedImage } from './image-files.js';
import { imageNetworks, phantomRecipe, smallNetwork, smallRecipe } from './image-network.js';
import { imageScene, type Scene } from './scene.js';
import type { DataFolder, Recipe, Task } from './task.js';

const fromReleased: Recipe = { ...smallRecipe, startSteps: 0, jointSteps: 2800, jointRate: 1e-3, finishSteps: 300, finishRate: 5e-4, batch: 1, clip: 0.05 };

/** A tenth of the steps beyond the start at full size. */
const brainRecipe: Recipe = { ...smallRecipe, finishSteps: 50, finishRate: 5e-4 };

/** The radial mask that samples nearest to the given percentage. */
function radialShare(side: number, percent: number): SamplingMask {
  const masks = Array.from({ length: side }, (_, i) => radialMask([side, side], { lines: i + 1 }));
  const off = (mask: SamplingMask): number => Math.abs(mask.data.reduce((sum, bit) => sum + bit, 0) / side ** 2 - percent / 100);
  return masks.reduce((best, mask) => (off(mask) < off(best) ? mask : best));
}

/** Means of 2×2 pixels. */
function halved({ name, image }: NamedImage): NamedImage {
  const [h, w] = image.shape.map(n => n >> 1) as [number, number],
    { data } = image,
    row = image.shape[1]!;
  return {
    name,
    image: tensor(
      Float32Array.from({ length: h * w }, (_, i) => {
        const at = 2 * Math.floor(i / w) * row + 2 * (i % w);
        return (data[at]! + data[at + 1]! + data[at + row]! + data[at + row + 1]!) / 4;
      }),
      [h, w],
    ),
  };
}

/** Magnitudes scaled so that the largest is 255. */
function slicesOf(folder: DataFolder, path: string): Tensor[] {
  const stack = parseNpy(folder.read(path), path),
    complex = stack.shape.at(-1) === 2 && stack.shape.length > 2;
  const [h, w] = (complex ? stack.shape.slice(-3, -1) : stack.shape.slice(-2)) as [number, number];
  const values = flat(stack),
    magnitudes = complex ? values.filter((_, i) => i % 2 === 0).map((re, i) => Math.hypot(re, values[2 * i + 1]!)) : values;
  return Array.from({ length: magnitudes.length / (h * w) }, (_, s) => {
    const slice = magnitudes.slice(s * h * w, (s + 1) * h * w),
      peak = slice.reduce((most, value) => Math.max(most, value), 0);
    return tensor(
      slice.map(value => (255 * value) / (peak || 1)),
      [h, w],
    );
  });
}

/** How often each brain is among the training slices: the test slices are brains, and there are 100 of the chest. */
const brainShare = 50;

/**
 * Training slices: 100 of the chest and two brains. Two further brains of the same folder (brain_data1, brain_rdata1) are test
 * slices 11 and 1, so they are left out.
 */
function trainingSlices(folder: DataFolder): NamedImage[] {
  const slices = (file: string): NamedImage[] => slicesOf(folder, `mri/admm/${file}`).map((image, i) => ({ name: `${file}-${i}`, image }));
  const brains = [...slices('brain_data2_f8.npy'), ...slices('brain_cdata1_c16.npy')];
  return [...slices('chest_train100_f4.npy.gz'), ...Array.from({ length: brainShare }, () => brains).flat()];
}

/**
 * Real MRI slices from a part of their spectrum (Yang et al. 2016; Zhang & Ghanem 2018): 256×256 brain slices with the given masks
 * where data is given, else 64×64 ellipse phantoms and a radial mask. Most steps on real slices are taken at half their size, with a
 * radial mask of the same share, where a step takes a quarter of the time; the last ones at full size with the mask that is meant.
 */
export const mri: Task = {
  name: 'mri',
  summary: 'MRI slices from 20, 30, 10, 40 or 50 % of their spectrum',
  variants: ['20', '30', '10', '40', '50'],
  networks: imageNetworks,
  takesWeights: ['ista-net-plus', 'ista-net'],
  layers: 5,
  takesFeatures: imageNetworks,
  takesFrame: imageNetworks,
  make(options) {
    const { variant, seed, folder, frame, weights } = options;
    const side = folder ? 128 : 64,
      shape = [side, side];
    const A = fourier(shape, { mask: radialShare(side, Number(variant)), complexInput: false });
    const whole = folder
      ? fourier([256, 256], {
          complexInput: false,
          mask: maskFrom(parseNpy(folder.read(`mri/masks/istanet_mask_${variant}.npy`), 'mask'), 'corner'),
        })
      : A;
    const slices = folder ? trainingSlices(folder) : [];
    const problem = { operator: A, prox: l1() };
    const imported = weights && importIstaNet(weights, problem);
    // The released network knows brains; what is trained on chests keeps to it if it is the teacher.
    const taught = (data: Dataset, operator: LinearOperator): Dataset => (imported ? distilled(data, carried(imported, operator)) : data);
    const own = folder ? turnedSlices(slices.map(halved), { seed }) : phantoms([side, side], { seed });
    const signals = taught(own, A);
    const full = folder && { operator: whole, data: taught(turnedSlices(slices, { seed }), whole) };
    const drawn = (index: number, split: 'train' | 'test'): Scene =>
      imageScene(`phantom-${index + 1}`, own.sample(split, index, zeros(shape)), A);
    const measured = ({ name, image }: NamedImage, operator: LinearOperator): Scene => {
      const unit = image.data.map(value => value / 255);
      return imageScene(name, tensor(unit, image.shape), operator);
    };
    return {
      operator: A,
      prox: l1(),
      signals,
      ...(full && { full }),
      scoring: { kind: 'images', peak: 1 },
      data: folder ? 'brain slices, trained on chest and other brain slices' : `ellipse phantoms, seed ${seed}`,
      recipe: weights ? fromReleased : folder ? brainRecipe : phantomRecipe(options.features),
      scenes: () =>
        folder
          ? namedImages(folder, 'mri/brain50').map(slice => measured(slice, whole))
          : Array.from({ length: 8 }, (_, i) => drawn(i, 'test')),
      tuning: {
        // Slices of half the size under a mask of the same share: a quarter of the time.
        scenes: folder
          ? [slices[0]!, slices[100]!].map(slice => measured(halved(slice), A))
          : [0, 1].map(i => drawn(i, 'train')),
        lambdas: [0.0003, 0.001, 0.003, 0.01],
      },
      linear: ({ y, operator }) => operator.adjoint(tensor(y, operator.outShape)).data,
      network: imported ? () => (frame === undefined ? imported : behindFrame(imported, frame)) : smallNetwork(A, options),
    };
  },
};
