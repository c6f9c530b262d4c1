import { signsOf } from '../kernels/index.js';
import type { Codes } from './bits.js';

/** How latent weights become codes −1, 0, +1. Straight-through training uses the same rule forwards. */
export type Encode = (latent: Float32Array, out: Codes) => void;

/** sign(v), sign(0) = +1. */
export const signs: Encode = signsOf;

const meanMagnitude = (values: Float32Array): number => {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
};

/** 0 where |v| ≤ 0.7 mean|v|, else sign(v) (Li & Liu 2016, ternary weight networks). */
export const ternary: Encode = (latent, out) => {
  const limit = 0.7 * meanMagnitude(latent);
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(latent[i]!) <= limit ? 0 : Math.sign(latent[i]!);
};

/** sign(v) on the `keep` share of places where |reference| is largest, 0 elsewhere: the places stay, whatever v becomes. */
export function maskedSigns(reference: Float32Array, keep: number): Encode {
  const order = Uint32Array.from({ length: reference.length }, (_, i) => i)
    .sort((a, b) => Math.abs(reference[b]!) - Math.abs(reference[a]!) || a - b);
  const kept = new Uint8Array(reference.length);
  for (const i of order.subarray(0, Math.round(keep * reference.length))) kept[i] = 1;
  return (latent, out) => {
    for (let i = 0; i < out.length; i++) out[i] = kept[i] ? (latent[i]! < 0 ? -1 : 1) : 0;
  };
}
