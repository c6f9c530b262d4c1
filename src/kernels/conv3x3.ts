import { scratch, temp } from './memory.js';
import { checkLength, kernels, readable, room, writable, writeBack } from './wasm.js';

/** x: batch × channelsIn × height × width; w: channelsOut × channelsIn × 3 × 3; out: batch × channelsOut × height × width. */
export interface Conv3x3Shape {
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly height: number;
  readonly width: number;
  readonly batch: number;
}

/** Throws a RangeError unless the arrays have the lengths of the shape. */
export function checkConv3x3(
  x: Float32Array,
  w: Float32Array,
  out: Float32Array,
  { channelsIn, channelsOut, height, width, batch }: Conv3x3Shape,
): void {
  checkLength('conv3x3: x', x, batch * channelsIn * height * width);
  checkLength('conv3x3: w', w, channelsOut * channelsIn * 9);
  checkLength('conv3x3: out', out, batch * channelsOut * height * width);
}

function framed(x: Float32Array, planes: number, height: number, width: number): number {
  const out = room(planes * (height + 2) * kernels.frameStride(width) + 4);
  kernels.frame(readable(x).byteOffset, out.byteOffset, planes, height, width);
  return out.byteOffset;
}

/** Cross-correlation with zero padding 1, as torch.nn.functional.conv2d(x, w, padding=1). */
export function conv3x3(x: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(x, w, out, shape);
  const { channelsIn, channelsOut, height, width, batch } = shape;
  scratch(() => {
    const to = writable(out);
    kernels.conv3x3(
      framed(x, batch * channelsIn, height, width),
      readable(w).byteOffset,
      to.byteOffset,
      channelsIn,
      channelsOut,
      height,
      width,
      batch,
    );
    writeBack(to, out);
  });
}

/** out = the gradient with respect to x of ⟨g, conv3x3(x, w)⟩: the same with input and output channels swapped and taps turned. */
export function conv3x3InputGradient(g: Float32Array, w: Float32Array, out: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(out, w, g, shape);
  const { channelsIn, channelsOut } = shape;
  scratch(() => {
    const turned = temp(w.length);
    for (let co = 0; co < channelsOut; co++)
      for (let ci = 0; ci < channelsIn; ci++)
        for (let t = 0; t < 9; t++) turned[(ci * channelsOut + co) * 9 + 8 - t] = w[(co * channelsIn + ci) * 9 + t]!;
    conv3x3(g, turned, out, { ...shape, channelsIn: channelsOut, channelsOut: channelsIn });
  });
}

/** gw += the gradient with respect to w of ⟨g, conv3x3(x, w)⟩. */
export function conv3x3WeightGradient(x: Float32Array, g: Float32Array, gw: Float32Array, shape: Conv3x3Shape): void {
  checkConv3x3(x, gw, g, shape);
  const { channelsIn, channelsOut, height, width, batch } = shape;
  scratch(() => {
    const to = writable(gw);
    to.set(gw);
    kernels.conv3x3Weights(
      framed(x, batch * channelsIn, height, width),
      framed(g, batch * channelsOut, height, width),
      to.byteOffset,
      channelsIn,
      channelsOut,
      height,
      width,
      batch,
    );
    writeBack(to, gw);
  });
}
