import { laneBlock, setSigns, signMatrix, type Precision } from '../../kernels/index.js';
import { kinds } from '../../kernels/signs.js';
import { kernels } from '../../kernels/wasm.js';
import { together } from '../fused.js';
import type { Drawn } from './drawn.js';
import type { ProductSpec, SignSpec, Spec } from './runtime.js';
import { isTernary, type Solver, type SolverMatrix } from './solver.js';

/** The binary keeps its own data below this byte (build.mjs). */
const firstByte = 1024;
const pageBytes = 65536;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Where a module keeps what: the constants of the matrices first, which are its image, then iterates and tables. Each matrix is laid
 * out for the directions in which the solver multiplies by it. Where A is `drawn`, it has its room before the image.
 */
export function layOut({ n, m, A, G, steps }: Solver, precision: Precision, drawn: readonly Drawn[]): { image: Uint8Array; spec: Spec } {
  const parts: { at: number; bytes: Uint8Array }[] = [];
  let end = firstByte, tables = kernels.gemmScratch();
  const place = (bytes: number): number => {
    const at = end;
    end = aligned(end + bytes);
    return at;
  };
  const keep = (array: Float32Array): number => {
    const bytes = bytesOf(array), at = place(bytes.length);
    parts.push({ at, bytes });
    return at;
  };

  const floats = new Map<SolverMatrix, number>();
  if (drawn.length) floats.set(A, place(4 * A.weights.length));
  const start = end;
  function floatBlocks(matrix: SolverMatrix, adjoint: boolean): ProductSpec {
    if (!floats.has(matrix)) floats.set(matrix, keep(matrix.weights));
    let row = 0, col = 0;
    return {
      blocks: matrix.blocks.map(({ rows, cols, first }) => {
        const address = floats.get(matrix)! + 4 * first, from = adjoint ? row : col, to = adjoint ? col : row;
        row += rows;
        col += cols;
        return adjoint ? [cols, rows, address, 4, 4 * cols, from, to] : [rows, cols, address, 4 * cols, 4, from, to];
      }),
    };
  }
  function signs(blocks: SolverMatrix['blocks'], weights: Float32Array, scale: number, adjoint: boolean): SignSpec {
    const packed = signMatrix(blocks, adjoint);
    setSigns(packed, weights);
    tables = Math.max(tables, packed.work.one, packed.work.many);
    return { list: keep(packed.list), count: packed.count, signs: keep(packed.packed), scale };
  }
  /** Ternary codes are half the sum of two matrices of signs, which differ where the code is 0. */
  function signBlocks(matrix: SolverMatrix, scale: number, adjoint: boolean): ProductSpec {
    const { blocks, weights, factors } = matrix, part = (zero: number): SignSpec => signs(blocks, weights.map(code => code || zero), scale / 2, adjoint);
    return {
      ...(isTernary(matrix) ? { ...part(1), second: part(-1) } : signs(blocks, weights, scale, adjoint)),
      ...(factors && { factors: keep(factors), period: factors.length }),
    };
  }
  const products: ProductSpec[] = [], backs = new Map<SolverMatrix, number>();
  const add = (matrix: SolverMatrix, adjoint: boolean): number =>
    products.push(matrix.scale === undefined ? floatBlocks(matrix, adjoint) : signBlocks(matrix, matrix.scale, adjoint)) - 1;
  const ahead = add(A, false), frame = G ? add(G, false) : -1;
  for (const { W } of steps) if (!backs.has(W)) backs.set(W, add(W, true));

  const image = new Uint8Array(end - start);
  for (const { at, bytes } of parts) image.set(bytes, at - start);
  const iterates = { x: place(4 * n * together), u: place(4 * n * together), r: place(4 * m * together), y: place(4 * m * together), framed: place(4 * (G?.rows ?? 0) * together), scratch: place(tables),
    second: products.some(product => 'second' in product) ? place(4 * n * together) : 0 };
  return {
    image,
    spec: {
      n, m, image: start, drawn: drawn.map(({ rows, cols, first, seed }) => [floats.get(A)! + 4 * first, rows, cols, seed]), ...iterates, pages: Math.ceil(end / pageBytes), together, laneBlock,
      // The exact kernel for one signal is that for several.
      fewest: precision === 'exact' ? 1 : 2,
      kinds: [kinds[precision], kinds.exact],
      products, ahead, frame, steps: steps.map(({ W, eta, theta, keep }) => [backs.get(W)!, eta, theta, keep]),
    },
  };
}
