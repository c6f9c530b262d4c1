import type { Shape } from '../types.js';
import { sizeOf } from '../core/array.js';
import { fourierPlan32, inParts } from './fft.js';
import { rootsOfProducts } from './fft-table.js';
import { resident } from './resident.js';
import { kernels, readable, room, writable, writeBack } from './wasm.js';

/** The unitary transform F of `batch` real signals one after the other; out is another array than the input. */
export interface RealFourierPlan {
  /** X = F x, all frequencies. */
  forward(x: Float32Array, X: Float32Array, batch?: number): void;
  /** x = the real part of Fᴴ X, whatever X: the adjoint, and the inverse where X = F x. */
  adjoint(X: Float32Array, x: Float32Array, batch?: number): void;
}

/** As `fourierPlan32`; signals of one or two axes of which the last is even cost half as much as complex ones. */
export function realFourierPlan32(shape: Shape): RealFourierPlan {
  const width = shape.at(-1)!, size = sizeOf(shape);
  const plan = shape.length <= 2 && width % 2 === 0 ? byHalves(shape, width / 2) : byEmbedding(shape);
  return {
    forward(x, X, batch = 1) {
      checkRoom(size, x, X, batch);
      plan.forward(x, X, batch);
    },
    adjoint(X, x, batch = 1) {
      checkRoom(size, x, X, batch);
      plan.adjoint(X, x, batch);
    },
  };
}

function checkRoom(size: number, x: Float32Array, X: Float32Array, batch: number): void {
  if (x.length < size * batch || X.length < 2 * size * batch)
    throw new RangeError(`realFourier: expected ${size * batch} numbers and ${2 * size * batch} of the spectrum, got ${x.length} and ${X.length}`);
}

/** Real signals as complex ones of half the width (assembly/fft-real.ts). */
function byHalves(shape: Shape, half: number): RealFourierPlan {
  const size = sizeOf(shape), height = size / (2 * half), plan = fourierPlan32([...shape.slice(0, -1), half]);
  const roots = resident(rootsOfProducts(2, half).subarray(2 * half));
  return {
    forward: (x, X, batch = 1) => inParts(shape, batch, (first, count) => {
      const part = X.subarray(2 * size * first, 2 * size * (first + count)), written = writable(part), Z = room(size * count);
      plan.forward(x.subarray(size * first), Z, count);
      for (let at = 0; at < 4 * size * count; at += 4 * size)
        kernels.untangle(Z.byteOffset + at, written.byteOffset + 2 * at, height, half, readable(roots).byteOffset);
      writeBack(written, part);
    }),
    adjoint: (X, x, batch = 1) => inParts(shape, batch, (first, count) => {
      const from = readable(X.subarray(2 * size * first, 2 * size * (first + count))), Z = room(size * count);
      for (let at = 0; at < 4 * size * count; at += 4 * size)
        kernels.tangle(from.byteOffset + 2 * at, Z.byteOffset + at, height, half, readable(roots).byteOffset);
      plan.inverse(Z, x.subarray(size * first), count);
    }),
  };
}

function byEmbedding(shape: Shape): RealFourierPlan {
  const size = sizeOf(shape), plan = fourierPlan32(shape);
  return {
    forward(x, X, batch = 1) {
      for (let i = 0; i < size * batch; i++) {
        X[2 * i] = x[i]!;
        X[2 * i + 1] = 0;
      }
      plan.forward(X, X, batch);
    },
    adjoint: (X, x, batch = 1) => inParts(shape, batch, (first, count) => {
      const Z = room(2 * size * count);
      plan.inverse(X.subarray(2 * size * first), Z, count);
      for (let i = 0; i < size * count; i++) x[size * first + i] = Z[2 * i]!;
    }),
  };
}
