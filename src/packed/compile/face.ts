// What every compiled module does before its network runs.

export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
// Arrays from other realms (frames, vm contexts) are no instances of this one's.
const isFloat32 = (array: unknown): boolean => Object.prototype.toString.call(array) === '[object Float32Array]';

/** How many measurements y holds, and where the signals go. Throws a RangeError for other lengths and for numbers that are not finite. */
export function checked(y: Float32Array, out: Float32Array | undefined, m: number, n: number): [batch: number, to: Float32Array] {
  const batch = y?.length / m;
  if (!isFloat32(y) || !(batch >= 1) || !Number.isInteger(batch))
    throw new RangeError(`reconstruct: expected a Float32Array of ${m} numbers a measurement, got ${isFloat32(y) ? y.length : typeof y}`);
  const bad = y.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`reconstruct: expected finite numbers, got ${y[bad]} at entry ${bad}`);
  const to = out ?? new Float32Array(n * batch);
  if (!isFloat32(to) || to.length !== n * batch)
    throw new RangeError(`reconstruct: expected out to be a Float32Array of ${n * batch} numbers, got ${isFloat32(to) ? to.length : typeof to}`);
  return [batch, to];
}
