import { scratch } from './memory.js';
import { checkLength, kernels, readable, room, writable, writeBack } from './wasm.js';

/** x: batch × channelsIn × height × width; w: channelsOut × channelsIn × 3 × 3; out: batch × channelsOut × height × width. */
export interface Conv3x3Shape {
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly height: number;
  readonly width: number;
  readonly batch: number;
}

/** Throws a RangeError unless the sizes are positive and the arrays have the lengths of the shape. */
export function checkConv3x3(x: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  const { channelsIn, channelsOut, height, width, batch } = shape;
  if (![channelsIn, channelsOut, height, width, batch].every(n => Number.isSafeInteger(n) && n > 0))
    throw new RangeError('conv3x3: expected positive sizes, ' +
      `got ${batch} × ${channelsIn} (to ${channelsOut}) × ${height} × ${width}`);
  checkLength('conv3x3: x', x, batch * channelsIn * height * width);
  checkLength('conv3x3: w', w, channelsOut * channelsIn * 9);
  checkLength('conv3x3: out', out, batch * channelsOut * height * width);
}

/** Channels from which Winograd's transforms of images and outputs cost less than its products save. */
const enoughIn = 4, enoughOut = 8;
/** Multiplications per pair of channels that must be saved before the transform of the pair's taps pays. */
const enoughSaved = 500;

const saves = ({ height, width, batch }: Conv3x3Shape): boolean =>
  batch * (9 * height * width - 36 * Math.ceil(height / 4) * Math.ceil(width / 4)) >= enoughSaved;

/** out = the convolution of x with the kernels at w + o wOut + c wIn + t wTap bytes. */
function convolve(
  x: Float32Array, w: number, wOut: number, wIn: number, wTap: number, out: Float32Array,
  from: number, to: number, shape: Conv3x3Shape,
): void {
  const { height, width, batch } = shape, tiles = from >= enoughIn && to >= enoughOut && saves(shape);
  const bytes = tiles ? kernels.winogradScratch : kernels.conv3x3Scratch, run = tiles ? kernels.winograd : kernels.conv3x3;
  const written = writable(out), space = room(bytes(from, to, height, width) / 4);
  run(readable(x).byteOffset, w, wOut, wIn, wTap, written.byteOffset, from, to, height, width, batch, space.byteOffset);
  writeBack(written, out);
}

/** Cross-correlation with zero padding 1, as torch.nn.functional.conv2d(x, w, padding=1). */
export function conv3x3(x: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(x, w, out, shape);
  const { channelsIn, channelsOut } = shape;
  scratch(() => convolve(x, readable(w).byteOffset, 36 * channelsIn, 36, 4, out, channelsIn, channelsOut, shape));
}

/** out = the gradient with respect to x of ⟨g, conv3x3(x, w)⟩: conv3x3 with its channels swapped and its taps turned. */
export function conv3x3InputGradient(g: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(out, w, g, shape);
  const { channelsIn, channelsOut } = shape;
  scratch(() => convolve(g, readable(w).byteOffset + 32, 36, 36 * channelsIn, -4, out, channelsOut, channelsIn, shape));
}

/** gw += the gradient with respect to w of ⟨g, conv3x3(x, w)⟩. */
export function conv3x3WeightGradient(x: Float32Array, g: Float32Array, gw: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(x, gw, g, shape);
  const { channelsIn, channelsOut, height, width, batch } = shape, tiles = saves(shape);
  const bytes = tiles ? kernels.winogradScratch : kernels.conv3x3WeightsScratch;
  const run = tiles ? kernels.winogradWeights : kernels.conv3x3Weights;
  scratch(() => {
    const to = readable(gw), space = room(bytes(channelsIn, channelsOut, height, width) / 4);
    run(readable(x).byteOffset, readable(g).byteOffset, to.byteOffset,
      channelsIn, channelsOut, height, width, batch, space.byteOffset);
    writeBack(to, gw);
  });
}
