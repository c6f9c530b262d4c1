import type { Bytes, Engine, LinearOperator, OneBitNetwork, Tensor } from '../types.js';
import { batchOf, batchedShape, checkFinite, checkOut, flat, sizeOf, tensor } from '../core/array.js';
import { knownWeights } from '../core/explicit.js';
import { indexBits, matrixSize } from '../core/pattern.js';
import { networkFrom, needsOperator } from '../unrolled/presets.js';
import { outline } from './rebuilt.js';
import type { Precision } from '../kernels/index.js';
import { fused, oneMagnitude } from './fused.js';
import { packedMap } from './packed-map.js';

/**
 * Bytes of A where inference needs it: one bit an entry where all have one magnitude, else f32; a support costs one bit a place. A
 * geometry is computed and costs nothing; of a sparse matrix written out, the parts tell where its entries are.
 */
function operatorBytes(A: LinearOperator): number {
  const weights = A.geometry ? undefined : knownWeights(A);
  if (!weights) return 0;
  const pattern = A.pattern();
  const support = pattern.kind === 'diagonal' && pattern.basis === 'fourier' && pattern.support ? Math.ceil(pattern.support.length / 8) : 0;
  const constant = weights.every(w => w === weights[0]);
  return support + (constant ? 4 : oneMagnitude(weights) !== undefined ? Math.ceil(weights.length / 8) + 4 : 4 * weights.length);
}

/**
 * What a network's weights cost. `signs` counts every matrix's codes: 1 bit a weight packed, 32 where it stayed float; bits per weight are those
 * of an entry of the full matrix, of W = GᵀS behind a frame. A linear start's Q counts as the operator's. `thresholds` are all other floats: step
 * sizes, penalties and biases too. A frame is computed, as a geometry is, and so are DCT filters:
 * it costs memory and time, rows of G × measurements of a block, and nothing here.
 */
export function accounting(net: OneBitNetwork): { bytes: Bytes; bitsPerWeight: number } {
  const packed = new Map(net.matrices.map(matrix => [matrix.name, matrix]));
  let signBits = 0, index = 0, scaleBits = 0, full = 0, thresholds = 0, start = 0;
  for (const param of net.params) {
    if (!param.map) { thresholds += 4 * param.value.length; continue; }
    if (!param.oneBit) { start += 4 * param.value.length; continue; }
    const matrix = packed.get(param.name), { rows, cols } = matrixSize(param.map.pattern);
    full += param.entries ?? rows * cols;
    signBits += param.map.count * (matrix ? 1 : 32);
    index += indexBits(param.map.pattern) + (matrix?.zeros ? param.map.count : 0);
    scaleBits += 32 * (matrix?.rowScales?.length ?? 0);
  }
  if (!scaleBits && packed.size) scaleBits = 32;
  const signs = Math.ceil(signBits / 8), indexBytes = Math.ceil(index / 8), scale = scaleBits / 8;
  const operator = start + (needsOperator(net.description) ? operatorBytes(net.problem.operator) : 0);
  return {
    bytes: { signs, index: indexBytes, scale, thresholds, operator, total: signs + indexBytes + scale + thresholds + operator },
    bitsPerWeight: full ? (signBits + index + scaleBits) / full : 0,
  };
}

export function checkPrecision(precision: Precision): void {
  if (!['exact', 'standard', 'fast'].includes(precision))
    throw new RangeError(`pack: expected precision exact, standard or fast, got ${String(precision)}`);
}

export interface PackOptions {
  readonly precision?: Precision;
}

/**
 * Packs a one-bit network: its matrices are kept as sign bits on their masks. reconstruct() gives the network's own forward pass
 * within the precision of the kernels (see Precision: about 1e-4 for one measurement unless 'exact', f32 for batches). A network
 * of which nothing was binarized keeps its floats.
 */
export function pack(net: OneBitNetwork, { precision = 'standard' }: PackOptions = {}): Engine {
  checkPrecision(precision);
  const own = networkFrom(net.problem, net.description);
  if (outline(own) !== outline(net)) throw new TypeError(`pack: expected the layers that ${net.description.preset} describes, got others`);
  own.params.forEach((param, i) => {
    const matrix = net.matrices.find(({ name }) => name === param.name);
    if (!matrix) { param.value = net.params[i]!.value.slice(); return; }
    param.map = packedMap(matrix, net.scale, precision);
    param.value = param.grad = new Float32Array(0);
  });
  const run = fused({ ...net, layers: own.layers, params: own.params }, precision), { operator } = net.problem;
  const empty = (y: Tensor): Tensor => {
    const shape = batchedShape(y, operator.outShape, operator.inShape);
    return tensor(new Float32Array(sizeOf(shape)), shape);
  };
  function check(y: Tensor): [data: Float32Array, batch: number] {
    const batch = batchOf('reconstruct', y, operator.outShape), data = flat(y);
    checkFinite('reconstruct: measurement', data);
    return [data, batch];
  }
  // Of a product of operators the bytes are those of the whole matrix: it is written out where somebody asks.
  let counted: ReturnType<typeof accounting> | undefined;
  const cost = (): ReturnType<typeof accounting> => (counted ??= accounting(net));
  return {
    get bytes() { return cost().bytes; },
    get bitsPerWeight() { return cost().bitsPerWeight; },
    iterates(y) {
      if (!run) return own.iterates(y);
      const outs = own.layers.map(() => empty(y));
      run(...check(y), k => outs[k]!.data);
      return outs;
    },
    reconstruct(y, out) {
      batchOf('reconstruct', y, operator.outShape);
      if (out) checkOut('reconstruct', out, batchedShape(y, operator.outShape, operator.inShape), y);
      if (run) {
        const to = out ?? empty(y), last = own.layers.length - 1;
        run(...check(y), k => (k === last ? to.data : undefined));
        return to;
      }
      const x = own.forward(y);
      if (!out) return x;
      out.data.set(x.data);
      return out;
    },
  };
}
