import type { Tensor } from '../src/types.js';
import { tensor } from '../src/core/array.js';

const side = 32, planes = 3, record = 1 + planes * side * side, classes = 10;

/** A CIFAR-10 binary batch, decompressed: records of a label and 3 planes of 32×32. Images are [count, 3, 32, 32] in 0…255. */
export function cifar(bytes: Uint8Array, name = 'cifar'): { readonly labels: Uint8Array; readonly images: Tensor } {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new RangeError(`${name}: expected a CIFAR batch, got gzip; decompress it first`);
  const count = bytes.length / record;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${name}: expected records of ${record} bytes, got ${bytes.length} bytes`);
  const labels = Uint8Array.from({ length: count }, (_, i) => bytes[i * record]!), data = new Float32Array(count * (record - 1));
  const odd = labels.findIndex(label => label >= classes);
  if (odd >= 0) throw new RangeError(`${name}: expected labels below ${classes}, got ${labels[odd]} in record ${odd}`);
  for (let i = 0; i < count; i++) data.set(bytes.subarray(i * record + 1, (i + 1) * record), i * (record - 1));
  return { labels, images: tensor(data, [count, planes, side, side]) };
}
