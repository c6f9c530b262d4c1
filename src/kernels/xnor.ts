import { scratch } from './memory.js';
import { resident } from './resident.js';
import { checkSignals, checkSigns, isNegative } from './sign-map.js';
import { kernels, readable, writable, writeBack } from './wasm.js';

/** A dense ±1 matrix and its products with ±1 vectors, all kept as bits. */
export interface XnorMatrix {
  readonly rows: number;
  readonly cols: number;
  /** Words that hold the bits of one vector: a multiple of 4, 128 bits. */
  readonly words: number;
  /** bits = the signs of `batch` vectors one after the other: 1 for x < 0; the bits after a vector's last are 0. */
  pack(x: Float32Array, bits: Uint32Array, batch: number): void;
  /** out = scale · S x for `batch` packed vectors; whole numbers up to 2²⁴ are exact. */
  apply(scale: number, bits: Uint32Array, out: Float32Array, batch: number): void;
}

const asNumbers = (bits: Uint32Array): Float32Array => new Float32Array(bits.buffer, bits.byteOffset, bits.length);

/** Signs of a matrix, bit 1 = −1, least significant bit first, row-major. */
export function xnorMatrix(rows: number, cols: number, signs: Uint32Array): XnorMatrix {
  checkSigns('xnorMatrix', signs, rows * cols);
  const words = 4 * Math.ceil(cols / 128), packed = new Uint32Array(rows * words);
  for (let i = 0, k = 0; i < rows; i++) for (let j = 0; j < cols; j++, k++)
    if (isNegative(signs, k)) packed[i * words + (j >>> 5)]! |= 1 << (j & 31);
  const stored = resident(asNumbers(packed));
  return {
    rows, cols, words,
    pack(x, bits, batch) {
      const packed = asNumbers(bits);
      checkSignals('xnorMatrix: pack', x, cols, packed, words, batch);
      scratch(() => {
        const from = readable(x).byteOffset, to = writable(packed);
        for (let b = 0; b < batch; b++) kernels.signBits(from + 4 * b * cols, cols, to.byteOffset + 4 * b * words);
        writeBack(to, packed);
      });
    },
    apply(scale, bits, out, batch) {
      const packed = asNumbers(bits);
      checkSignals('xnorMatrix', packed, words, out, rows, batch);
      scratch(() => {
        const to = writable(out);
        kernels.xnor(readable(stored).byteOffset, readable(packed).byteOffset, to.byteOffset, rows, 4 * words, cols, batch, scale);
        writeBack(to, out);
      });
    },
  };
}
