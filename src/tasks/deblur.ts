import type { Dataset, LinearOperator, Tensor } from '../types.js';
import { deadLeaves, images } from '../../datasets/index.js';
import { convolution, gaussianKernel, motionKernel, uniformKernel } from '../../operators/index.js';
import { tensor } from '../core/array.js';
import { l1 } from '../core/prox.js';
import { random } from '../core/random.js';
import { namedImages, type NamedImage } from './image-files.js';
import { imageNetworks, smallNetwork, smallRecipe } from './image-network.js';
import { imageScene, type Scene } from './scene.js';
import type { Task } from './task.js';
import { tuningImages } from './tuned.js';

/** Standard deviation of the noise, in units of the peak: √2 of 255, as in much of the deblurring literature. */
const sigma = Math.SQRT2 / 255;
const patch = 40,
  noiseStream = 0x626c7572;

const kernels: Readonly<Record<string, () => Tensor>> = {
  gaussian: () => gaussianKernel({ size: 9, sigma: 1.6 }),
  motion: () => motionKernel({ length: 11, angle: 35 }),
  uniform: () => uniformKernel(9),
};

/** Adds white noise, a pure function of the given numbers. */
function addNoise(y: Float32Array, ...stream: number[]): void {
  const rng = random(noiseStream, ...stream);
  for (let i = 0; i < y.length; i++) y[i]! += sigma * rng.normal();
}

const noisy = (signals: Dataset, seed: number): Dataset => ({
  ...signals,
  disturb: (split, index, y) => addNoise(y, seed, split === 'train' ? 0 : 1, index),
});

const networks = ['hqs-net', ...imageNetworks];

/**
 * Non-blind deblurring with known kernels and noise, circular boundary: T91 and Set12 where data is given, else dead leaves. A blur
 * damps what five gradient steps cannot bring back (0.6 dB on Set12, signs 0.8), so that the network's data step is a proximal one, in closed form.
 */
export const deblur: Task = {
  name: 'deblur',
  summary: 'images through a known blur with noise of standard deviation 1.41 of 255',
  variants: Object.keys(kernels),
  networks,
  layers: 5,
  takesFeatures: networks,
  takesFrame: networks,
  make(options) {
    const { variant, seed, folder } = options;
    const kernel = kernels[variant]!(),
      blurs = new Map<string, LinearOperator>();
    // One for images of one size, so that its norm is computed once.
    const blur = (shape: readonly number[]): LinearOperator => {
      const known = blurs.get(shape.join('x')) ?? convolution(kernel, shape, { method: 'fft' });
      blurs.set(shape.join('x'), known);
      return known;
    };
    const A = blur([patch, patch]);
    const drawn = (count: number, first: number): NamedImage[] =>
      Array.from({ length: count }, (_, i) => ({ name: `leaves-${i + 1}`, image: deadLeaves([128, 128], first + i) }));
    const train = folder ? namedImages(folder, 'images/t91', patch) : drawn(24, 2000 * seed);
    const signals = noisy(images(train, { patch, augment: true, seed }), seed);
    const scene = ({ name, image }: NamedImage, index: number): Scene =>
      imageScene(
        name,
        tensor(
          image.data.map(value => value / 255),
          image.shape,
        ),
        blur(image.shape),
        y => addNoise(y, seed, 2, index),
      );
    return {
      operator: A,
      prox: l1(),
      signals,
      scoring: { kind: 'images', peak: 1 },
      data: folder ? 'Set12, trained on T91' : `dead leaves, seed ${seed}`,
      recipe: smallRecipe,
      scenes: () => (folder ? namedImages(folder, 'images/set12') : drawn(4, 2000 * seed + 1000)).map(scene),
      tuning: { scenes: tuningImages(train).map(scene), lambdas: [3e-5, 1e-4, 3e-4, 1e-3] },
      linear: ({ y }) => y,
      network: smallNetwork(A, options),
    };
  },
};
