import { inPlace, kernels, readable } from './wasm.js';

function placesOf(who: string, x: Float32Array, channels: number, batch: number): number {
  const places = x.length / (channels * batch);
  if (!Number.isInteger(places)) throw new RangeError(`${who}: expected ${batch} signals of ${channels} channels, got ${x.length} numbers`);
  return places;
}

/** x += bias, a number for each channel; x is batch × channels × places. Throws a RangeError where it is not. */
export function addBias(bias: Float32Array, x: Float32Array, batch: number): void {
  const places = placesOf('addBias', x, bias.length, batch);
  inPlace(x, at => kernels.addBias(readable(bias).byteOffset, bias.length, places, at, batch));
}

/** The pullback of `addBias`: a channel's sum of g is added to its number in out. */
export function addChannelSums(g: Float32Array, out: Float32Array, batch: number): void {
  const places = placesOf('addChannelSums', g, out.length, batch);
  inPlace(out, at => kernels.addChannelSums(readable(g).byteOffset, out.length, places, at, batch));
}
