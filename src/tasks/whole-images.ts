import type { OneBitNetwork, Tensor } from '../types.js';
import { imageBlocks, resized } from '../../operators/index.js';
import { flat, formatShape, sameShape, sizeOf, tensor } from '../core/array.js';
import { onOperator } from '../binary/one-bit-network.js';
import { pack } from '../packed/engine.js';

/** Tiles that run through the network together: bounds the memory. */
const together = 4;

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

/** d c b a | a b c d | d c b a */
const reflected = (i: number, n: number): number => {
  const at = ((i % (2 * n)) + 2 * n) % (2 * n);
  return at < n ? at : 2 * n - 1 - at;
};

/**
 * Reconstructs a degraded image [h, w] of any size, in tiles that overlap: past its ends the image is reflected, each tile's outer
 * half margin is dropped and its inner half is blended with its neighbours'. For physics that knows no size (a blur).
 */
export function reconstructTiled(net: OneBitNetwork, y: Tensor, { tile = 128, overlap = 16 } = {}): Tensor {
  const [h, w] = y.shape as [number, number],
    step = tile - 2 * overlap;
  if (!Number.isSafeInteger(tile) || !Number.isSafeInteger(overlap) || overlap < 2 || step < overlap)
    throw new RangeError(
      `reconstruct: expected tiles of more than ${3 * overlap} pixels with an overlap of at least 2, got ${tile} and ${overlap}`,
    );
  const engine = pack(onOperator(net, resized(net.problem.operator, [tile, tile])));
  const data = flat(y),
    sums = new Float32Array(h * w),
    weights = new Float32Array(h * w);
  const ramp = Float32Array.from({ length: tile }, (_, i) =>
    Math.min(1, Math.max(0, (2 * Math.min(i, tile - 1 - i) + 1 - overlap) / overlap)),
  );
  const corners: [number, number][] = [];
  for (let r = -overlap; r < h - overlap; r += step) for (let c = -overlap; c < w - overlap; c += step) corners.push([r, c]);
  for (let at = 0; at < corners.length; at += together) {
    const part = corners.slice(at, at + together),
      size = tile * tile,
      input = new Float32Array(part.length * size);
    part.forEach(([r, c], b) => {
      for (let i = 0; i < tile; i++)
        for (let j = 0; j < tile; j++) input[b * size + i * tile + j] = data[reflected(r + i, h) * w + reflected(c + j, w)]!;
    });
    const out = engine.reconstruct(tensor(input, [part.length, tile, tile])).data;
    part.forEach(([r, c], b) => {
      for (let i = Math.max(0, -r); i < Math.min(tile, h - r); i++)
        for (let j = Math.max(0, -c); j < Math.min(tile, w - c); j++) {
          const weight = ramp[i]! * ramp[j]!,
            to = (r + i) * w + c + j;
          sums[to]! += weight * out[b * size + i * tile + j]!;
          weights[to]! += weight;
        }
    });
  }
  return tensor(
    sums.map((sum, i) => sum / weights[i]!),
    [h, w],
  );
}

/** Whether a network's measurements are images themselves, of any size. */
export function takesImages({ problem: { operator } }: OneBitNetwork): boolean {
  return operator.inShape.length === 2 && ['convolution', 'identity'].includes(operator.describe?.().kind ?? '');
}

/** Measures an image [h, w] in 0…1 as the network's physics would, block by block where its signals are blocks, and reconstructs it. */
export function measureAndReconstruct(
  net: OneBitNetwork,
  image: Tensor,
  options: { tile?: number; overlap?: number } = {},
): Tensor {
  const { operator } = net.problem,
    shape = image.shape,
    x = tensor(flat(image), shape);
  if (takesImages(net)) return reconstructTiled(net, resized(operator, shape).forward(x), options);
  if (sameShape(operator.inShape, shape)) return pack(net).reconstruct(operator.forward(x));
  const side = Math.sqrt(sizeOf(operator.inShape));
  if (operator.inShape.length !== 1 || !Number.isInteger(side))
    throw new RangeError(`${operator.name}: expected an image of ${formatShape(operator.inShape)}, got ${formatShape(shape)}`);
  const cut = imageBlocks(shape, side),
    blocks = pack(net).reconstruct(operator.forward(cut.forward(x)));
  return cut.adjoint(blocks);
}
