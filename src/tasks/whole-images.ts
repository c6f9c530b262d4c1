import type { OneBitNetwork, Shape, Tensor } from '../types.js';
import { imageBlocks, resized } from '../../operators/index.js';
import { flat, formatShape, sameShape, sizeOf, tensor } from '../core/array.js';
import { pack } from '../packed/engine.js';
import { boundaryOf, tiledReconstructor, type TileOptions } from './tiles.js';

export { reconstructTiled } from './tiles.js';

/** One plane [h, w] at a time: the channels of a colour image [h, w, c] one after the other. */
export function eachChannel(image: Tensor, run: (plane: Tensor) => Tensor): Tensor {
  const [h, w, channels = 1] = image.shape as [number, number, number?];
  if (channels === 1) return run(tensor(flat(image), [h, w]));
  const data = flat(image),
    out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) {
    const plane = run(
      tensor(
        Float32Array.from({ length: h * w }, (_, i) => data[i * channels + c]!),
        [h, w],
      ),
    );
    for (let i = 0; i < h * w; i++) out[i * channels + c] = plane.data[i]!;
  }
  return tensor(out, image.shape);
}

/** Whether a network's measurements are images themselves, of any size. */
export function takesImages({ problem: { operator } }: OneBitNetwork): boolean {
  return operator.inShape.length === 2 && ['convolution', 'identity'].includes(operator.describe?.().kind ?? '');
}

/**
 * How a network's flat signals lie as an image, where it says so: ISTA-Net keeps their shape, else the prox names it, as in
 * dct-l1(33x33). A plain prox on flat signals knows of no image.
 */
function blockShape({ description, problem: { operator, prox } }: OneBitNetwork): Shape | undefined {
  const { shape } = description.args,
    [, named] = /\b(\d+x\d+)\b/.exec(prox.name) ?? [];
  const block = Array.isArray(shape) ? (shape as number[]) : named?.split('x').map(Number);
  return block && operator.inShape.length === 1 && sizeOf(block) === operator.inShape[0] ? block : undefined;
}

/**
 * Measures images [h, w] in 0…1 as the network's physics would, without noise, block by block where its signals are blocks, and
 * reconstructs them. The network is packed once for all images.
 */
export function measuringReconstructor(net: OneBitNetwork, options: TileOptions = {}): (image: Tensor) => Tensor {
  const { operator } = net.problem;
  if (takesImages(net)) {
    const run = tiledReconstructor(net, { ...options, boundary: boundaryOf(operator) });
    return image => run(resized(operator, image.shape).forward(image));
  }
  const engine = pack(net),
    block = blockShape(net);
  return image => {
    if (sameShape(operator.inShape, image.shape)) return engine.reconstruct(operator.forward(image));
    if (block?.length !== 2 || block[0] !== block[1])
      throw new RangeError(
        `${operator.name}: expected signals ${formatShape(block ?? operator.inShape)}, got an image ${formatShape(image.shape)}`,
      );
    const cut = imageBlocks(image.shape, block[0]!);
    return cut.adjoint(engine.reconstruct(operator.forward(cut.forward(image))));
  };
}

/** One image; for several, `measuringReconstructor` packs the network once. */
export const measureAndReconstruct = (net: OneBitNetwork, image: Tensor, options?: TileOptions): Tensor =>
  measuringReconstructor(net, options)(image);
