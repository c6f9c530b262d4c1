import type { Tensor } from '../src/types.js';
import { sizeOf, tensor } from '../src/core/array.js';

const unsignedByte = 8;

/** An idx file of unsigned bytes (LeCun's MNIST format), decompressed: values 0…255 in the shape that it states. */
export function idx(bytes: Uint8Array, name = 'idx'): Tensor {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new RangeError(`${name}: expected an idx file, got gzip; decompress it first`);
  const axes = bytes[3] ?? 0;
  if (
    bytes.length < 4 ||
    bytes[0] !== 0 ||
    bytes[1] !== 0 ||
    bytes[2] !== unsignedByte ||
    axes < 1 ||
    axes > 4 ||
    bytes.length < 4 + 4 * axes
  )
    throw new RangeError(
      `${name}: expected an idx file of unsigned bytes with 1 to 4 axes, got bytes ${[...bytes.subarray(0, 4)].join(' ') || 'none'}`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    start = 4 + 4 * axes;
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis)),
    size = sizeOf(shape);
  if (size < 1 || bytes.length !== start + size)
    throw new RangeError(`${name}: expected ${start + size} bytes for shape [${shape.join(',')}], got ${bytes.length}`);
  return tensor(Float32Array.from(bytes.subarray(start)), shape);
}
