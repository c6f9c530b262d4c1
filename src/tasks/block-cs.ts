import type { LinearOperator, Param, Tensor, UnrolledNetwork } from '../types.js';
import { deadLeaves, images, parseNpy } from '../../datasets/index.js';
import { imageBlocks, matrix, orthonormal } from '../../operators/index.js';
import { formatShape, sameShape, tensor } from '../core/array.js';
import { compose, kroneckerIdentity } from '../core/combine.js';
import { l1 } from '../core/prox.js';
import { importIstaNet } from '../packed/released.js';
import { slidingDctL1 } from '../solvers/sliding-dct.js';
import { istaNet } from '../unrolled/ista-net.js';
import { behindFrame } from '../unrolled/behind-frame.js';
import { frameOf } from '../unrolled/frame.js';
import { learnedIsta } from '../unrolled/presets.js';
import { namedImages, type NamedImage } from './image-files.js';
import { imageNetworks, kindOf } from './image-network.js';
import { linearEstimator } from './linear-estimator.js';
import { imageScene, type Scene } from './scene.js';
import type { Recipe, Task } from './task.js';
import { tuningImages } from './tuned.js';

const side = 33,
  n = side * side;
/** Measurements a block: the rows of the published matrices. */
const measurements: Readonly<Record<string, number>> = { '25': 272, '10': 109, '4': 43, '1': 10 };

const fromScratch: Recipe = {
  layerSteps: 0,
  layerRate: 0.01,
  startSteps: 2400,
  startRate: 1e-3,
  jointSteps: 2000,
  jointRate: 1e-3,
  batch: 8,
  clip: 0.05,
  latent: { mixing: 0.5, bound: 1.5 },
};
const fromReleased: Recipe = { ...fromScratch, startSteps: 0, jointSteps: 3200, batch: 8 };
const learned: Recipe = { ...fromScratch, startSteps: 900, startRate: 5e-4, jointSteps: 3000, batch: 16, clip: 1 };

function transposedOf({ data, shape }: Tensor): Float32Array {
  const [rows, cols] = shape as [number, number];
  return Float32Array.from({ length: rows * cols }, (_, at) => data[(at % rows) * cols + Math.floor(at / rows)]!);
}

/** An image of any size measured block by block; the network sees its blocks. */
export function blockScene({ name, image }: NamedImage, A: LinearOperator): Scene {
  const [h, w] = image.shape as [number, number],
    cut = imageBlocks([h, w], side),
    count = cut.outShape[0]!;
  const unit = tensor(
    image.data.map(value => value / 255),
    [h, w],
  );
  return imageScene(name, unit, compose(kroneckerIdentity(count, A), cut), undefined, {
    count,
    assemble: blocks => cut.adjoint(tensor(blocks, cut.outShape)).data,
  });
}

const drawn = (count: number, size: number, seed: number): NamedImage[] =>
  Array.from({ length: count }, (_, i) => ({ name: `leaves-${i + 1}`, image: deadLeaves([size, size], seed + i) }));

/**
 * Block compressed sensing (Kulkarni et al. 2016; Zhang & Ghanem 2018): every 33×33 block of an image through the same Φ with
 * orthonormal rows. Published Φ, T91 and Set11 where data is given; else a seeded Φ and dead-leaves images. Wavelet ISTA stays 2 dB
 * and more below Q y on Set11 at 25 %, at any weight and however long it runs: Q has seen images, and a wavelet knows nothing of blocks
 * that are measured one by one.
 */
export const blockCs: Task = {
  name: 'block-cs',
  summary: 'images from compressed 33x33 blocks, at 25, 10, 4 or 1 % of the numbers',
  variants: ['25', '10', '4', '1'],
  networks: [...imageNetworks, 'learned-ista'],
  takesWeights: ['ista-net-plus', 'ista-net'],
  layers: 9,
  takesFeatures: imageNetworks,
  takesFrame: [...imageNetworks, 'learned-ista'],
  make({ variant, seed, network, features, frame, folder, weights }) {
    const m = measurements[variant]!,
      read = (path: string): Tensor => parseNpy(folder!.read(path), path);
    const A = folder
      ? matrix(read(`sensing/phi_0_${variant}_1089.npy`), { name: `phi-${variant}` })
      : orthonormal(m, n, { seed });
    const train = folder ? namedImages(folder, 'images/t91', side) : drawn(24, 132, 1000 * seed);
    const signals = images(train, { patch: side, flat: true, augment: true, seed });
    let known: Tensor | undefined;
    const published = (path: string): Tensor => {
      const start = read(path);
      if (!sameShape(start.shape, [n, m])) throw new RangeError(`${path}: expected shape ${formatShape([n, m])}, got ${formatShape(start.shape)}`);
      return start;
    };
    const Q = (): Tensor => (known ??= folder ? published(`sensing/qinit_${variant}_1089.npy`) : linearEstimator(A, signals, { signals: 4096, seed }));
    const isLearned = network === 'learned-ista', prox = isLearned ? slidingDctL1([side, side], 8) : l1(),
      problem = { operator: A, prox };
    const make = (layers: number): UnrolledNetwork => {
      if (weights) {
        const released = importIstaNet(weights, problem, { shape: [side, side], start: Q() });
        return frame === undefined ? released : behindFrame(released, frame);
      }
      const framed = frame === undefined ? {} : { frame };
      const net = isLearned
        ? learnedIsta(problem, { layers, lambda: 0.02, coupling: 'tied', start: 'linear', ...framed })
        : istaNet(problem, { layers, ...kindOf(network), shape: [side, side], start: 'linear', seed, ...framed, ...(features !== undefined && { features }) });
      const paramOf = (name: string): Param => net.params.find(param => param.name === name)!;
      paramOf('start.Q').value = Q().data;
      if (isLearned) {
        // A step with Qᵀ in the place of W adds the linear estimate of what the residual tells, as images have it.
        const W = transposedOf(Q());
        paramOf('W').value = frameOf(net)?.of(W) ?? W;
      }
      return net;
    };
    const scenes = (list: readonly NamedImage[]): Scene[] => list.map(item => blockScene(item, A));
    return {
      operator: A,
      signals,
      scoring: { kind: 'images', peak: 1 },
      prox,
      data: folder ? 'Set11, trained on T91' : `dead leaves, seed ${seed}`,
      recipe: isLearned ? learned : weights ? fromReleased : fromScratch,
      scenes: () => scenes(folder ? namedImages(folder, 'images/set11') : drawn(4, 132, 1000 * seed + 500)),
      tuning: {
        scenes: scenes(folder ? tuningImages(train) : train.slice(0, 2)),
        lambdas: [0.001, 0.003, 0.01, 0.03, 0.1],
      },
      ...(!folder && { fitLinear: Q }),
      linear: ({ y, blocks }) => {
        const start = matrix(Q());
        return blocks!.assemble(start.forward(tensor(y, [blocks!.count, m])).data);
      },
      network: make,
      linearStart: true,
    };
  },
};
