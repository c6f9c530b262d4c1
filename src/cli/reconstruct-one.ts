import { decodeImage, encodePng, formatNpy, luma } from '../../datasets/index.js';
import { batchOf, checkFinite, flat, formatShape, sameShape, tensor } from '../core/array.js';
import { ssimWindow } from '../core/ssim.js';
import { pack } from '../packed/engine.js';
import { imagePsnrDb, nmseDb, ssim } from '../tasks/metrics.js';
import { tiledReconstructor, type TileOptions } from '../tasks/tiles.js';
import { eachChannel, measuringReconstructor, takesImages } from '../tasks/whole-images.js';
import type { Engine, OneBitNetwork, Shape, Tensor } from '../types.js';
import { UsageError } from './failure.js';
import { readBytes, readTensor, writeAtomically } from './files.js';
import { isArray, type Job } from './reconstruct-files.js';

export interface Written {
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
  readonly nmseDb?: number;
  readonly psnrDb?: number;
  readonly ssim?: number;
}

const mapped = (image: Tensor, change: (value: number) => number): Tensor => tensor(flat(image).map(change), image.shape);

/** The numbers of an array as they are, of an image file in 0…1. */
const readValues = (path: string): Tensor =>
  isArray(path) ? readTensor(path) : mapped(decodeImage(readBytes(path), path), value => value / 255);

const hasImageShape = (shape: Shape): boolean => shape.length === 2 || (shape.length === 3 && shape[2] === 3);

/** Throws unless `image` is [h, w] or [h, w, 3] in 0…1; noise may leave that range, 0…255 would come out white. */
function checkImage(path: string, image: Tensor): void {
  if (!hasImageShape(image.shape))
    throw new RangeError(`${path}: expected an image [h,w] or [h,w,3], got ${formatShape(image.shape)}`);
  const values = flat(image);
  checkFinite(path, values);
  const far = values.find(value => value < -1 || value > 2);
  if (far !== undefined) throw new RangeError(`${path}: expected an image with values in 0 to 1, got ${far}`);
}

function scoresOfImage(image: Tensor, truth: Tensor, path: string): { psnrDb: number; ssim?: number } {
  checkImage(path, truth);
  const own = luma(image),
    wanted = luma(truth);
  if (!sameShape(own.shape, wanted.shape))
    throw new RangeError(`${path}: expected an image of ${formatShape(own.shape)}, got ${formatShape(wanted.shape)}`);
  const psnrDb = imagePsnrDb(flat(own), flat(wanted), 1);
  return own.shape.every(n => n >= ssimWindow) ? { psnrDb, ssim: ssim(own, wanted, { peak: 1 }) } : { psnrDb };
}

/** A shape without the axes of a batch of one. */
const oneSignal = (shape: Shape): Shape => {
  const at = shape.findIndex(n => n !== 1);
  return at < 0 ? [] : shape.slice(at);
};

function writeSignals({ input, output, reference }: Job, x: Tensor, known?: Tensor): Written {
  const truth = reference === undefined ? known : readValues(reference);
  if (truth && !sameShape(oneSignal(truth.shape), oneSignal(x.shape)))
    throw new RangeError(`${reference}: expected shape ${formatShape(x.shape)}, got ${formatShape(truth.shape)}`);
  if (truth) checkFinite(reference ?? input, flat(truth));
  writeAtomically(output, formatNpy(x));
  return { input, output, shape: x.shape, ...(truth && { nmseDb: nmseDb(flat(x), flat(truth)) }) };
}

function writeImage({ input, output, reference }: Job, estimate: Tensor, known?: Tensor): Written {
  const image = mapped(estimate, value => Math.min(1, Math.max(0, value))),
    truth = reference === undefined ? known : readValues(reference);
  const scores = truth && scoresOfImage(image, truth, reference ?? input);
  writeAtomically(output, isArray(output) ? formatNpy(image) : encodePng(mapped(image, value => 255 * value)));
  return { input, output, shape: image.shape, ...scores };
}

/**
 * Reconstructs one file at a time with a network that is packed once for all of them. What a file is, is told by the network: for
 * a blur every file is an image; else arrays are measurements, and with `measure` true signals where they have the shape of
 * the network's, a batch of them included, and images where not.
 */
export function fileReconstructor(
  net: OneBitNetwork,
  { measure, ...tiles }: { measure?: boolean } & Pick<TileOptions, 'tile' | 'overlap'>,
): (job: Job) => Written {
  const { inShape, outShape, name } = net.problem.operator,
    blurred = takesImages(net);
  const ofPlane = measure
    ? measuringReconstructor(net, tiles)
    : blurred
      ? tiledReconstructor(net, tiles)
      : undefined;
  let engine: Engine | undefined;
  const ofSignals = (signals: Tensor): Tensor =>
    (engine ??= pack(net)).reconstruct(measure ? net.problem.operator.forward(signals) : signals);
  const areSignals = (shape: Shape): boolean => sameShape(shape, inShape) || sameShape(shape.slice(1), inShape);

  return job => {
    const { input, output } = job,
      given = readValues(input);
    const isImage = !isArray(input) || blurred || (measure && hasImageShape(given.shape) && !areSignals(given.shape));
    if (isImage) {
      if (!ofPlane)
        throw new Error(
          `${input}: ${name} does not measure images; give measurements as .npy, or --measure to measure this image first`,
        );
      checkImage(input, given);
      return writeImage(job, eachChannel(given, ofPlane), measure ? given : undefined);
    }
    if (!isArray(output))
      throw new UsageError(`${output}: expected a name that ends in .npy for ${measure ? 'signals' : 'measurements'} in .npy`);
    batchOf(input, given, measure ? inShape : outShape);
    checkFinite(input, flat(given));
    return writeSignals(job, ofSignals(given), measure ? given : undefined);
  };
}
