import type { FitOptions } from '../binary/binarizer.js';
import type { LinearOperator, Tensor } from '../types.js';
import { formatShape, tensor } from '../core/array.js';
import { proxByName } from '../core/prox.js';
import { completed, paced, type Steps } from '../core/steps.js';
import { fistaSteps } from '../solvers/ista.js';
import type { Solution, SolverOptions } from '../solvers/solution.js';
import { tvSteps } from '../solvers/tv.js';
import { squaredNormOf } from './classical.js';
import { parts, type Parts } from './parts.js';
import type { NamedImage } from './image-files.js';
import { measurementOf, type Scene } from './scene.js';
import { scoresOf, type Scoring } from './scores.js';
import type { TaskInstance } from './task.js';

/** Daubechies-4 to the depth that the sides allow, at most 4 levels; the DCT where they allow none. */
export function sparsifyingProx(shape: readonly number[]): string {
  let levels = 0;
  while (levels < 4 && shape.every(n => n % 2 ** (levels + 1) === 0 && n / 2 ** levels >= 16)) levels++;
  const size = shape.join('x');
  return levels ? `wavelet-l1(db4,${levels},${size})` : `dct-l1(${size})`;
}

type TunedSolver = (operator: LinearOperator, y: Tensor, options: SolverOptions & { lambda: number; eta: number }) => Steps<Solution>;

/** Answers for whole images or segments: FISTA from zero, the penalty's weight tuned on training scenes. */
export const tuned: Readonly<Record<string, TunedSolver>> = {
  'wavelet-ista': (operator, y, options) =>
    fistaSteps({ operator, prox: proxByName(sparsifyingProx(operator.inShape)) }, y, options),
  tv: tvSteps,
};

/** A solver stops when an iteration changes its answer by less than 1e-5, relative to the answer, or after 500 iterations. */
const stop = { tolerance: 1e-5, iterations: 500 };

/** Solves a scene, all of its signals together. */
export const solveScene = (name: string, scene: Scene, lambda: number): Solution => completed(sceneSteps(name, scene, lambda));

const sceneSteps = (name: string, scene: Scene, lambda: number): Steps<Solution> =>
  tuned[name]!(scene.operator, measurementOf(scene), { ...stop, lambda, eta: 1 / (1.001 * squaredNormOf(scene.operator)) });

/** How far past an end of its first values a grid is continued. */
const extensions = 4;

/**
 * The value with the highest score, of an ascending grid and of those that continue it: while the best is the first or last value,
 * the grid grows by one more at that end in the ratio of its two outermost, four times at most.
 */
export async function bestOnGrid(grid: readonly number[], score: (value: number) => Promise<number> | number): Promise<number> {
  const scored: { value: number; score: number }[] = [];
  for (const value of grid) scored.push({ value, score: await score(value) });
  for (let k = 0; ; k++) {
    const best = scored.reduce((a, b) => (b.score > a.score ? b : a)),
      [first, second] = scored,
      [before, last] = scored.slice(-2);
    if (k === extensions || (best !== first && best !== last)) return best.value;
    const value = Number((best === first ? first!.value ** 2 / second!.value : last!.value ** 2 / before!.value).toPrecision(3));
    const next = { value, score: await score(value) };
    if (best === first) scored.unshift(next);
    else scored.push(next);
  }
}

/** The scenes solved one by one, a part each. */
export async function solveScenes(name: string, scenes: readonly Scene[], lambda: number, { breathe, done }: Parts): Promise<Solution[]> {
  const solutions: Solution[] = [];
  for (const scene of scenes) {
    solutions.push(await paced(sceneSteps(name, scene, lambda), breathe));
    await done();
  }
  return solutions;
}

/**
 * The penalty's weight with the best PSNR on the tuning scenes, of the answers as `solveScene` gives them: a small weight may do
 * best because it is stopped before it settles.
 */
export async function tunedLambda(
  name: string, { tuning, operator }: TaskInstance, scoring: Scoring, training: FitOptions = {},
): Promise<number> {
  if (!tuning?.scenes.length)
    throw new TypeError(`${name}: expected scenes to tune on for ${operator.name} ${formatShape(operator.inShape)}`);
  const { scenes, lambdas } = tuning,
    told = parts(`${training.phase ?? name}: weight`, scenes.length * lambdas.length, training);
  return bestOnGrid(lambdas, async lambda => {
    const solved = await solveScenes(name, scenes, lambda, told);
    return scoresOf(solved.map(({ x }) => x.data), scenes, scoring).psnrDb;
  });
}

const tunedSide = 128;

/** The middle 128×128 of the first two images: enough to tune on, and their sides allow the wavelets of images of 256×256. */
export const tuningImages = (images: readonly NamedImage[]): NamedImage[] =>
  images.slice(0, 2).map(({ name, image }) => {
    const [height, width] = image.shape as [number, number],
      [h, w] = [Math.min(height, tunedSide), Math.min(width, tunedSide)],
      corner = ((height - h) >> 1) * width + ((width - w) >> 1);
    const pixels = Float32Array.from({ length: h * w }, (_, i) => image.data[corner + Math.floor(i / w) * width + (i % w)]!);
    return { name, image: tensor(pixels, [h, w]) };
  });
