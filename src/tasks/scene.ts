import type { Dataset, LinearOperator, OneBitNetwork, Tensor } from '../types.js';
import { flat, formatShape, sameShape, sizeOf, tensor } from '../core/array.js';
import { onOperator } from '../binary/one-bit-network.js';
import { pack } from '../packed/engine.js';
import { measured } from '../unrolled/batches.js';

/** What is measured, reconstructed and scored as a whole: an image, or a batch of signals. */
export interface Scene {
  readonly name: string;
  /** The physics of the whole scene: what classical solvers work on. */
  readonly operator: LinearOperator;
  /** `count` signals of operator.inShape, one after the other, and their measurements. */
  readonly count: number;
  readonly truth: Float32Array;
  readonly y: Float32Array;
  /** The same measurement as networks take it, where that is not `y`: weighted, so that gradient steps converge fast. */
  readonly weighted?: { readonly operator: LinearOperator; readonly y: Float32Array };
  /** Where y is a batch of a network's own measurements: its signals are put together to the scene. Else a network is carried to `operator`. */
  readonly blocks?: { readonly count: number; assemble(signals: Float32Array): Float32Array };
}

/** A scene of one image, measured without noise unless `disturb` adds some. Throws a RangeError that names it for an image of another size than the operator's. */
export function imageScene(
  name: string,
  image: Tensor,
  operator: LinearOperator,
  disturb?: (y: Float32Array) => void,
  blocks?: Scene['blocks'],
): Scene {
  if (!sameShape(image.shape, operator.inShape))
    throw new RangeError(`${name}: expected an image of ${formatShape(operator.inShape)}, got ${formatShape(image.shape)}`);
  const truth = flat(image),
    y = new Float32Array(sizeOf(operator.outShape));
  operator.apply(truth, y, 1);
  disturb?.(y);
  return { name, operator, count: 1, truth, y, ...(blocks && { blocks }) };
}

/** The scene as networks and linear estimates see it. */
export const asNetworksSee = (scene: Scene): Scene => ({ ...scene, ...scene.weighted });

/** The measurements as a solver takes them. */
export const measurementOf = ({ y, operator, count }: Scene): Tensor =>
  count === 1 ? tensor(y, operator.outShape) : tensor(y, [count, ...operator.outShape]);

/** The packed network's iterates on a scene, each as the whole scene. */
export function iteratesOn(net: OneBitNetwork, scene: Scene): Float32Array[] {
  const { y, count, blocks, operator } = asNetworksSee(scene),
    own = net.problem.operator;
  if (blocks)
    return pack(net)
      .iterates(tensor(y, [blocks.count, ...own.outShape]))
      .map(x => blocks.assemble(x.data));
  const carried = own === operator ? net : onOperator(net, operator);
  return pack(carried)
    .iterates(tensor(y, [count, ...operator.outShape]))
    .map(x => x.data);
}

/** The test signals as one scene. */
export function signalScene(
  { operator, signals }: { operator: LinearOperator; signals: Dataset },
  snrDb: number,
  seed: number,
  limit: number,
): Scene {
  const count = Math.min(signals.size.test, limit),
    source = measured(operator, signals, { snrDb, seed, validation: 0 });
  const truth = new Float32Array(count * source.n),
    y = new Float32Array(count * source.m);
  source.fill(
    'test',
    Array.from({ length: count }, (_, i) => i),
    truth,
    y,
  );
  return { name: 'test signals', operator, count, truth, y };
}

/** The first `count` signals of a scene. */
export const firstSignals = ({ weighted, ...scene }: Scene, count: number): Scene => ({
  ...scene,
  ...(weighted && { weighted: { ...weighted, y: weighted.y.subarray(0, (weighted.y.length / scene.count) * count) } }),
  count,
  truth: scene.truth.subarray(0, (scene.truth.length / scene.count) * count),
  y: scene.y.subarray(0, (scene.y.length / scene.count) * count),
});
