import type { Dataset, Tensor } from '../types.js';
import { phantoms, sheppLogan } from '../../datasets/index.js';
import { radon, rampFilter } from '../../operators/index.js';
import { sizeOf, tensor, zeros } from '../core/array.js';
import { compose, scale } from '../core/combine.js';
import { norm } from '../core/norm.js';
import { l1 } from '../core/prox.js';
import { random } from '../core/random.js';
import { imageNetworks, phantomRecipe, smallNetwork } from './image-network.js';
import { imageScene, type Scene } from './scene.js';
import type { Task } from './task.js';

const side = 64,
  testPhantoms = 12,
  noiseStream = 0x746f6d6f;

/** How many projections, and the standard deviation of the noise that is added to them. */
interface Scan {
  readonly count: number;
  deviation(y: Float32Array): number;
}

const quiet = (count: number): Scan => ({ count, deviation: y => 0.01 * Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / y.length) });

const scans: Readonly<Record<string, Scan>> = {
  '30': quiet(30),
  '20': quiet(20),
  '45': quiet(45),
  // As Adler & Öktem 2018 (Learned Primal-dual Reconstruction) and others after them, whose images are 128 × 128.
  '30-noisy': { count: 30, deviation: y => (0.05 * y.reduce((sum, value) => sum + Math.abs(value), 0)) / y.length },
};

/**
 * Parallel-beam tomography of ellipse phantoms and the Shepp–Logan phantom from few angles with noise of 1 % of the projections' RMS,
 * or of 5 % of their mean; data is generated. Networks take the projections weighted by the root of the ramp filter: AᵀA damps a
 * frequency by its size, which a few gradient steps cannot undo. Filtered back-projection is the linear estimate. Classical solvers take
 * them as they are.
 */
export const tomography: Task = {
  name: 'tomography',
  summary: '64x64 phantoms from 30, 20 or 45 parallel projections with 1 % noise, or 30 with 5 %',
  variants: ['30', '20', '45', '30-noisy'],
  networks: imageNetworks,
  layers: 5,
  takesFeatures: imageNetworks,
  takesFrame: imageNetworks,
  make(options) {
    const { variant, seed } = options;
    const { count, deviation } = scans[variant]!,
      angles = Array.from({ length: count }, (_, i) => (180 * i) / count),
      lines = radon([side, side], { angles }),
      unit = norm(lines),
      projections = scale(1 / unit, lines);
    // So that the adjoint of what networks take is filtered back-projection.
    const weight = scale(unit * Math.sqrt(Math.PI / (2 * count)), rampFilter([count, side], { root: true })),
      A = compose(weight, projections);
    function addNoise(y: Float32Array, ...stream: number[]): void {
      const rng = random(noiseStream, ...stream),
        level = deviation(y);
      for (let i = 0; i < y.length; i++) y[i]! += level * rng.normal();
    }
    const own = phantoms([side, side], { seed }),
      image = zeros([side, side]),
      y = new Float32Array(sizeOf(projections.outShape));
    const signals: Dataset = {
      ...own,
      disturb(split, index, weighted) {
        projections.apply(own.sample(split, index, image).data, y, 1);
        addNoise(y, seed, split === 'train' ? 0 : 1, index);
        weight.apply(y, weighted, 1);
      },
    };
    const scene = (name: string, truth: Tensor, ...stream: number[]): Scene => {
      const raw = imageScene(name, truth, projections, measured => addNoise(measured, seed, ...stream));
      return { ...raw, weighted: { operator: A, y: weight.forward(tensor(raw.y, projections.outShape)).data } };
    };
    const phantom = (split: 'train' | 'test', index: number): Scene =>
      scene(`phantom-${index + 1}`, own.sample(split, index, zeros([side, side])), 2, split === 'train' ? 0 : 1, index);
    return {
      operator: A,
      prox: l1(),
      signals,
      scoring: { kind: 'images', peak: 1 },
      data: `ellipse phantoms and Shepp-Logan, seed ${seed}`,
      recipe: phantomRecipe(options.features),
      scenes: () => [scene('shepp-logan', sheppLogan(side), 3), ...Array.from({ length: testPhantoms - 1 }, (_, i) => phantom('test', i))],
      tuning: { scenes: [0, 1, 2].map(i => phantom('train', i)), lambdas: [1e-5, 3e-5, 1e-4, 3e-4, 1e-3] },
      linear: ({ y }) => A.adjoint(tensor(y, A.outShape)).data,
      network: smallNetwork(A, options),
    };
  },
};
