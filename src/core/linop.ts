import type { LinearOperator, OperatorDescription, Pattern, Shape, Tensor } from '../types.js';
import { batchOf, batchedShape, checkOut, checkShape, flat, sizeOf, zeros } from './array.js';

/** What an author writes: two plain loops over flat arrays, and what is known of the structure. */
export interface LinopDefinition {
  readonly name: string;
  readonly inShape: Shape;
  readonly outShape: Shape;
  /** out = A x for one signal; every entry of `out` must be written. */
  forward?(x: Float32Array, out: Float32Array): void;
  /** out = Aᴴ y for one signal. */
  adjoint?(y: Float32Array, out: Float32Array): void;
  /** The same for a batch, where that is faster than one signal after the other; replaces the two above. */
  apply?(x: Float32Array, out: Float32Array, batch: number): void;
  applyAdjoint?(y: Float32Array, out: Float32Array, batch: number): void;
  pattern?(): Pattern;
  weights?(): Float32Array;
  readonly stored?: true;
  readonly derived?: true;
  readonly geometry?: true;
  normalSolver?(rho: number): (b: Float32Array, out: Float32Array, batch: number) => void;
  describe?(): OperatorDescription;
}

type Loop = (input: Float32Array, out: Float32Array) => void;

const overBatch = (loop: Loop, inSize: number, outSize: number) => (x: Float32Array, out: Float32Array, batch: number): void => {
  if (batch === 1) loop(x, out);
  else for (let b = 0; b < batch; b++)
    loop(x.subarray(b * inSize, (b + 1) * inSize), out.subarray(b * outSize, (b + 1) * outSize));
};

/**
 * A checked linear operator out of two plain loops. Shapes in and out are checked by the public `forward` and `adjoint`,
 * which also take batches; `dotTest` checks that the loops are adjoint to each other.
 */
export function linop(definition: LinopDefinition): LinearOperator {
  const { name, inShape, outShape, forward, adjoint } = definition;
  checkShape(`${name}: input`, inShape);
  checkShape(`${name}: output`, outShape);
  const inSize = sizeOf(inShape), outSize = sizeOf(outShape);
  const apply = definition.apply ?? (forward && overBatch(forward, inSize, outSize));
  const applyAdjoint = definition.applyAdjoint ?? (adjoint && overBatch(adjoint, outSize, inSize));
  if (!apply || !applyAdjoint) throw new TypeError(`${name}: expected both a forward and an adjoint loop`);

  const checked = (verb: string, run: typeof apply, from: Shape, to: Shape) => (x: Tensor, out?: Tensor): Tensor => {
    const batch = batchOf(`${name}.${verb}`, x, from);
    const shape = batchedShape(x, from, to);
    out ??= zeros(shape);
    checkOut(`${name}.${verb}`, out, shape, x);
    run(flat(x), out.data, batch);
    return out;
  };

  return {
    name, inShape, outShape, apply, applyAdjoint,
    forward: checked('forward', apply, inShape, outShape),
    adjoint: checked('adjoint', applyAdjoint, outShape, inShape),
    pattern: definition.pattern ?? (() => {
      throw new TypeError(`${name}: no sparsity pattern is known; give linop a pattern, or use matrix() for a dense one`);
    }),
    ...(definition.weights && { weights: definition.weights }),
    ...(definition.derived && { derived: definition.derived }),
    ...(definition.stored && { stored: definition.stored }),
    ...(definition.geometry && { geometry: definition.geometry }),
    ...(definition.normalSolver && { normalSolver: definition.normalSolver }),
    ...(definition.describe && { describe: definition.describe }),
  };
}
