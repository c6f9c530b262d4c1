import ndarray from 'ndarray';
import type { Shape, Tensor } from '../types.js';

/** Number of entries of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

export const formatShape = (shape: Shape): string => `[${shape.join(',')}]`;

/** Throws unless every axis is a positive integer. */
export function checkShape(who: string, shape: Shape): void {
  if (!shape.length || !shape.every(n => Number.isSafeInteger(n) && n > 0))
    throw new RangeError(`${who}: expected a shape of positive integers, got ${formatShape(shape)}`);
}

/** Wraps flat row-major data, without a copy. Throws a RangeError if the lengths differ (ndarray itself does not). */
export function tensor(data: Float32Array | readonly number[], shape: Shape = [data.length]): Tensor {
  checkShape('tensor', shape);
  if (data.length !== sizeOf(shape))
    throw new RangeError(`tensor: expected ${sizeOf(shape)} numbers for shape ${formatShape(shape)}, got ${data.length}`);
  return ndarray(data instanceof Float32Array ? data : Float32Array.from(data), [...shape]);
}

export const zeros = (shape: Shape): Tensor => tensor(new Float32Array(sizeOf(shape)), shape);

/** The flat row-major entries of a tensor: its own array where it is contiguous, a copy of the view otherwise. */
export function flat(x: Tensor): Float32Array {
  let expected = 1;
  let contiguous = x.offset === 0 && x.data.length === x.size;
  for (let axis = x.dimension - 1; axis >= 0; axis--) {
    contiguous &&= x.shape[axis] === 1 || x.stride[axis] === expected;
    expected *= x.shape[axis]!;
  }
  if (contiguous) return x.data;
  const out = new Float32Array(x.size);
  const index = new Array<number>(x.dimension).fill(0);
  for (let i = 0; i < out.length; i++) {
    let at = x.offset;
    for (let axis = 0; axis < index.length; axis++) at += index[axis]! * x.stride[axis]!;
    out[i] = x.data[at]!;
    for (let axis = index.length - 1; axis >= 0 && ++index[axis]! === x.shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}

/** Throws a RangeError unless `out` is a contiguous tensor of the shape whose memory does not overlap that of `input`. */
export function checkOut(who: string, out: Tensor, shape: Shape, input: Tensor): void {
  if (!sameShape(out.shape, shape) || flat(out) !== out.data)
    throw new RangeError(`${who}: expected out to be a contiguous ${formatShape(shape)}, got ${sameShape(out.shape, shape) ? 'a view of ' : ''}${formatShape(out.shape)}`);
  const a = out.data, b = input.data;
  if (a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength)
    throw new RangeError(`${who}: expected out to be another array than the input`);
}

/** How many signals of `shape` x holds: 1, or the leading axis. Throws naming `who` on any other shape. */
export function batchOf(who: string, x: Tensor, shape: Shape): number {
  if (sameShape(x.shape, shape)) return 1;
  if (x.shape.length === shape.length + 1 && sameShape(x.shape.slice(1), shape)) return x.shape[0]!;
  throw new RangeError(`${who}: expected shape ${formatShape(shape)} or a batch [n,${shape.join(',')}], got ${formatShape(x.shape)}`);
}

/** The shape of a result for the shape of its input: with a leading batch axis exactly if the input had one. */
export const batchedShape = (x: Tensor, inShape: Shape, outShape: Shape): Shape =>
  x.shape.length > inShape.length ? [x.shape[0]!, ...outShape] : outShape;

/** Throws if any entry is NaN or infinite, naming the first. */
export function checkFinite(who: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]!)) throw new RangeError(`${who}: expected finite numbers, got ${data[i]} at entry ${i}`);
}
