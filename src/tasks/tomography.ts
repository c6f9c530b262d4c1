import { phantoms, sheppLogan } from '../../datasets/index.js';
import { radon } from '../../operators/index.js';
import { zeros } from '../core/array.js';
import { scale } from '../core/combine.js';
import { norm } from '../core/norm.js';
import { l1 } from '../core/prox.js';
import { random } from '../core/random.js';
import { smallNetwork, smallRecipe } from './image-network.js';
import { imageScene, type Scene } from './scene.js';
import type { Task } from './task.js';

const side = 64,
  testPhantoms = 12,
  noiseStream = 0x746f6d6f;
/** Standard deviation of the noise, relative to the RMS of the projections. */
const relativeNoise = 0.01;

/** Adds noise relative to the measurement's own size. */
function addNoise(y: Float32Array, ...stream: number[]): void {
  const rng = random(noiseStream, ...stream),
    rms = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / y.length);
  for (let i = 0; i < y.length; i++) y[i]! += relativeNoise * rms * rng.normal();
}

/** Parallel-beam tomography of ellipse phantoms and the Shepp–Logan phantom from few angles, 1 % noise; data is generated. */
export const tomography: Task = {
  name: 'tomography',
  summary: '64x64 phantoms from 30, 20 or 45 parallel projections with 1 % noise',
  variants: ['30', '20', '45'],
  networks: ['ista-net-plus', 'ista-net'],
  layers: 5,
  make({ variant, seed, network }) {
    const count = Number(variant),
      projections = radon([side, side], { angles: Array.from({ length: count }, (_, i) => (180 * i) / count) });
    const A = scale(1 / norm(projections), projections);
    const own = phantoms([side, side], { seed });
    const signals = {
      ...own,
      disturb: (split: 'train' | 'test', index: number, y: Float32Array) => addNoise(y, seed, split === 'train' ? 0 : 1, index),
    };
    const scene = (split: 'train' | 'test', index: number): Scene =>
      imageScene(`phantom-${index + 1}`, own.sample(split, index, zeros([side, side])), A, y =>
        addNoise(y, seed, 2, split === 'train' ? 0 : 1, index),
      );
    return {
      operator: A,
      prox: l1(),
      signals,
      scoring: { kind: 'images', peak: 1 },
      data: `ellipse phantoms and Shepp-Logan, seed ${seed}`,
      recipe: smallRecipe,
      scenes: () => [
        imageScene('shepp-logan', sheppLogan(side), A, y => addNoise(y, seed, 3)),
        ...Array.from({ length: testPhantoms - 1 }, (_, i) => scene('test', i)),
      ],
      tuning: { scenes: [0, 1, 2].map(i => scene('train', i)), lambdas: [1e-5, 3e-5, 1e-4, 3e-4, 1e-3] },
      network: smallNetwork(A, network, seed),
    };
  },
};
