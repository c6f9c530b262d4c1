import { checkApart, checkLength } from './wasm.js';

/** Signs, or ternary codes, on a pattern as a linear map S, times a scale, for any number of signals one after the other. */
export interface SignalSigns {
  readonly inSize: number;
  readonly outSize: number;
  /** out = scale · S x. */
  apply(scale: number, x: Float32Array, out: Float32Array, batch: number): void;
  /** out = scale · Sᴴ y. */
  applyAdjoint(scale: number, y: Float32Array, out: Float32Array, batch: number): void;
}

/** The same for signals side by side as well (size × lanes, row-major); out is another array than the input. */
export interface SignMap extends SignalSigns {
  applyLanes(scale: number, x: Float32Array, out: Float32Array, lanes: number): void;
  applyLanesAdjoint(scale: number, y: Float32Array, out: Float32Array, lanes: number): void;
}

/** Whether weight k is −1. */
export const isNegative = (signs: Uint32Array, k: number): boolean => (signs[k >>> 5]! >>> (k & 31) & 1) === 1;

export function checkSigns(who: string, signs: Uint32Array, count: number): void {
  if (signs.length !== Math.ceil(count / 32))
    throw new RangeError(`${who}: expected ${Math.ceil(count / 32)} words for ${count} signs, got ${signs.length}`);
}

/** Throws unless x and out hold `batch` signals of their sizes. */
export function checkSignals(who: string, x: Float32Array, inSize: number, out: Float32Array, outSize: number, batch: number): void {
  if (!Number.isSafeInteger(batch) || batch < 1) throw new RangeError(`${who}: expected 1 signal or more, got ${batch}`);
  checkLength(`${who}: x`, x, inSize * batch);
  checkLength(`${who}: out`, out, outSize * batch);
  checkApart(who, x, out);
}
