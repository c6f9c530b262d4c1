import type { Dataset, Layer, Param, PatternMap, State, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { dot, scratch, temp } from '../kernels/index.js';
import type { SignRows } from '../qubo/sign-rows.js';
import { measured } from '../unrolled/batches.js';
import { runLayers } from '../unrolled/network.js';
import { rowGroups, type Direction, type RowGroups } from './row-groups.js';

/** Measurements of `count` training signals, one after the other. */
export function calibrationMeasurements({ problem: { operator } }: UnrolledNetwork, data: Dataset, count: number,
  { seed = 1, snrDb }: { readonly seed?: number; readonly snrDb?: number }): Float32Array {
  const source = measured(operator, data, { seed, validation: 0, ...(snrDb !== undefined && { snrDb }) });
  const x = new Float32Array(count * sizeOf(operator.inShape)), y = new Float32Array(count * sizeOf(operator.outShape));
  source.fill('train', source.trainIndices(0, count), x, y);
  return y;
}

/** The rows of a matrix, with what they meet and what they are to give. */
export interface MatrixRows {
  readonly param: Param;
  readonly groups: readonly (SignRows & { readonly places: readonly Uint32Array[] })[];
  /** Σ_t ‖d_t‖²: the error of weights that are all zero. */
  readonly energy: number;
}

/** Calibration signals on their way through a network: the state in front of layer `at`. */
export interface Trajectory {
  readonly layers: readonly Layer[];
  readonly y: Float32Array;
  readonly count: number;
  state: State;
  at: number;
}

/** Calls `run` on signals `first` … `end` − 1, as many of n numbers at a time as bound the temporaries of wide layers. */
export function eachChunk(n: number, count: number, run: (first: number, end: number) => void): void {
  const chunk = Math.max(1, Math.min(256, Math.floor(2 ** 14 / n)));
  for (let first = 0; first < count; first += chunk) run(first, Math.min(first + chunk, count));
}

const mapped = (state: State, change: (values: Float32Array) => Float32Array): State =>
  Object.fromEntries(Object.entries(state).map(([key, values]) => [key, change(values)]));
const copied = (state: State): State => mapped(state, values => values.slice());
const part = (values: Float32Array, from: number, to: number, count: number): Float32Array => {
  const size = values.length / count;
  return values.subarray(from * size, to * size);
};

export const trajectory = (net: UnrolledNetwork, y: Float32Array): Trajectory => {
  const count = y.length / sizeOf(net.problem.operator.outShape);
  return { layers: net.layers, y, count, state: scratch(() => copied(net.initial(count))), at: 0 };
};

/** Runs layers from the trajectory's to `to` − 1 on signals `first` … `end` − 1 of a state, in place. */
function runPart({ layers, y, count, at }: Trajectory, state: State, to: number, first: number, end: number): void {
  const own = mapped(state, values => part(values, first, end, count));
  scratch(() => runLayers(layers.slice(at, to), own, part(y, first, end, count), end - first, () => {}));
}

const eachPart = ({ state, count }: Trajectory, run: (first: number, end: number) => void): void =>
  eachChunk(state['x']!.length / count, count, run);

/** Takes the signals on to layer `to`. */
export function advance(path: Trajectory, to: number): void {
  eachPart(path, (first, end) => runPart(path, path.state, to, first, end));
  path.at = to;
}

/** Called after each product of a matrix; the arrays are valid during the call alone. */
type Visit = (direction: Direction, input: Float32Array, output: Float32Array, batch: number) => void;

/** Shows the products of matrices during `run` to their visitors. */
function watched(visitors: ReadonlyMap<Param, Visit>, run: () => void): void {
  const maps = [...visitors].map(([param, visit]) => {
    const map = param.map!;
    const watch = (direction: Direction): PatternMap['apply'] => (w, x, out, batch) => {
      map[direction](w, x, out, batch);
      visit(direction, x, out, batch);
    };
    param.map = { ...map, apply: watch('apply'), applyAdjoint: watch('applyAdjoint') };
    return [param, map] as const;
  });
  try {
    run();
  } finally {
    for (const [param, map] of maps) param.map = map;
  }
}

/** Sums of what one matrix meets and what it is to give there. */
function sumsOf(param: Param): { readonly add: Visit; rows(): MatrixRows } {
  const map = param.map!, targets = new Float64Array(map.count);
  let energy = 0, known: { readonly direction: Direction; readonly sums: RowGroups } | undefined;
  return {
    add: (direction, input, wanted, batch) => scratch(() => {
      known ??= { direction, sums: rowGroups(map.pattern, direction) };
      if (known.direction !== direction)
        throw new TypeError(`${param.name}: expected a matrix that is used in one direction, got W x and Wᵀ y in one network`);
      known.sums.add(input, batch);
      // ⟨wanted, M(w) input⟩ is linear in the weights: its gradient is Σ_t d_t v_t at their places.
      const gradient = temp(map.count).fill(0);
      if (direction === 'apply') map.addGradient(input, wanted, gradient, batch);
      else map.addGradient(wanted, input, gradient, batch);
      for (let i = 0; i < targets.length; i++) targets[i]! += gradient[i]!;
      energy += dot(wanted, wanted);
    }),
    rows: () => ({
      param, energy,
      groups: (known?.sums.groups() ?? []).map(({ places, gram }) => ({
        places, gram: gram(), targets: places.map(own => Float64Array.from(own, place => targets[place]!)),
      })),
    }),
  };
}

/** What each matrix of a network meets, and gives, from the trajectory's layer to the last. */
export function ownProducts(path: Trajectory, params: readonly Param[]): MatrixRows[] {
  const sums = params.map(sumsOf), state = copied(path.state);
  watched(new Map(params.map((param, i) => [param, sums[i]!.add])),
    () => eachPart(path, (first, end) => runPart(path, state, path.layers.length, first, end)));
  return sums.map(each => each.rows());
}

/**
 * What `param` meets in the layers up to `to` − 1, and what its counterpart gives in the other network's: rows that make up for the
 * errors in front of them. Both trajectories are in front of the same layer.
 */
export function pairedProducts(path: Trajectory, param: Param, other: Trajectory, counterpart: Param, to: number): MatrixRows {
  const sums = sumsOf(param), state = copied(path.state), otherState = copied(other.state);
  eachPart(path, (first, end) => {
    const wanted: Float32Array[] = [];
    let next = 0;
    watched(new Map([[counterpart, (_, __, output) => { wanted.push(output.slice()); }]]),
      () => runPart(other, otherState, to, first, end));
    watched(new Map([[param, (direction, input, _, batch) => sums.add(direction, input, wanted[next++]!, batch)]]),
      () => runPart(path, state, to, first, end));
  });
  return sums.rows();
}
