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

/** Channels from which on both sides the transforms of Winograd's tiles cost less than they save. */
const enoughChannels = 20, enoughPixels = 64;

function planOf(from: number, to: number, height: number, width: number) {
  if (Math.min(from, to) >= enoughChannels && height * width >= enoughPixels) {
    const space = (): Float32Array => room(kernels.winogradScratch(from, to, height, width) / 4);
    return { product: kernels.winograd, weights: kernels.winogradWeights, space, weightSpace: space };
  }
  return {
    product: kernels.conv3x3, space: () => room(kernels.conv3x3Scratch(from, to, height, width) / 4),
    weights: kernels.conv3x3Weights, weightSpace: () => room(kernels.conv3x3WeightsScratch(from, to, height, width) / 4),
  };
}

/** Cross-correlation with zero padding 1, as torch.nn.functional.conv2d(x, w, padding=1). */
export function conv3x3(x: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(x, w, out, shape);
  const { channelsIn, channelsOut, height, width, batch } = shape;
  scratch(() => {
    const to = writable(out), { product, space } = planOf(channelsIn, channelsOut, height, width);
    product(readable(x).byteOffset, readable(w).byteOffset, 36 * channelsIn, 36, 4, to.byteOffset,
      channelsIn, channelsOut, height, width, batch, space().byteOffset);
    writeBack(to, out);
  });
}

/** out = the gradient with respect to x of ⟨g, conv3x3(x, w)⟩: conv3x3 with its channels swapped and its taps turned. */
export function conv3x3InputGradient(g: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(out, w, g, shape);
  const { channelsIn, channelsOut, height, width, batch } = shape;
  scratch(() => {
    const to = writable(out), { product, space } = planOf(channelsOut, channelsIn, height, width);
    const lastTap = readable(w).byteOffset + 32;
    product(readable(g).byteOffset, lastTap, 36, 36 * channelsIn, -4, to.byteOffset,
      channelsOut, channelsIn, height, width, batch, space().byteOffset);
    writeBack(to, out);
  });
}

/** gw += the gradient with respect to w of ⟨g, conv3x3(x, w)⟩. */
export function conv3x3WeightGradient(x: Float32Array, g: Float32Array, gw: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(x, gw, g, shape);
  const { channelsIn, channelsOut, height, width, batch } = shape;
  scratch(() => {
    const to = readable(gw), { weights, weightSpace } = planOf(channelsIn, channelsOut, height, width);
    weights(readable(x).byteOffset, readable(g).byteOffset, to.byteOffset,
      channelsIn, channelsOut, height, width, batch, weightSpace().byteOffset);
    writeBack(to, gw);
  });
}
