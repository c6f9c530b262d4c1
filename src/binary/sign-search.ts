import type { Layer, Param, UnrolledNetwork } from '../types.js';
import type { Sample } from '../qubo/model.js';
import { signSums, type RowMethod } from '../qubo/sign-rows.js';
import type { Codes } from './bits.js';
import { advance, ownProducts, pairedProducts, trajectory, type MatrixRows } from './calibration.js';
import { signs } from './codes.js';
import { cloneNetwork, oneBitParams, type Coded } from './one-bit-network.js';
import { outputMetrics } from './output-metrics.js';
import { leastSquaresScale } from './scale.js';

export interface SignSearchOptions {
  /** Finds the signs of rows at each scale that is tried. */
  readonly method: RowMethod;
  /** Finds them once more, from the best so far, where it does more than `method`. */
  readonly last?: RowMethod;
  /** Seeds of rows begin here, in each matrix. */
  readonly seed: number;
  /**
   * What matrices meet. 'float': the inputs of the float network, all matrices at once. 'quantized': matrix after matrix in the order of
   * the network, each meeting what those in front of it leave as signs and giving what it gave in the float network, so that it makes up
   * for their errors. A single matrix has none in front of it.
   */
  readonly inputs: 'float' | 'quantized';
  /** Called after each matrix: how many are done and to do at most, and the latest error of products or estimates, relative to theirs. */
  readonly onMatrix: (done: number, total: number, error: number) => Promise<void>;
}

type Signs = ReadonlyMap<Param, Codes>;
interface Found { readonly codes: Signs; readonly scale: number; readonly error: number }

/** Factors between the scales that are tried, upwards from that of plain signs, and how many: where signs cancel, larger ones fit. */
const ladder = 1.5, rungs = 8;
/** Rounds of signs and scale in turn, at most; they end where the error falls by less than this share. */
const rounds = 4, settled = 1e-3;

const samplesOf = (codes: Codes, places: readonly Uint32Array[]): Sample[] =>
  places.map(own => Int8Array.from(own, place => codes[place]!));
const copied = (codes: Signs): Map<Param, Codes> => new Map([...codes].map(([param, own]) => [param, own.slice()]));

/** λ of least squares and the error there, relative to the products, of all matrices together. */
function fitted(matrices: readonly MatrixRows[], codes: Signs): Found {
  let linear = 0, quadratic = 0, energy = 0;
  for (const { param, groups, energy: own } of matrices) {
    energy += own;
    for (const group of groups) {
      const sums = signSums(group, samplesOf(codes.get(param)!, group.places));
      linear += sums.linear;
      quadratic += sums.quadratic;
    }
  }
  const scale = quadratic > 0 ? Math.max(0, linear / quadratic) : 0;
  return { codes, scale, error: energy > 0 ? Math.max(0, 1 + (scale * scale * quadratic - 2 * scale * linear) / energy) : 0 };
}

/** Other signs for a matrix, in place. */
async function improve({ param, groups }: MatrixRows, codes: Codes, scale: number, method: RowMethod, from: number,
  metric?: () => Float64Array | undefined): Promise<void> {
  let seed = from;
  for (const { places, ...rows } of groups) {
    const weights = places.map(own => Float64Array.from(own, place => param.value[place]!));
    const found = await method(rows, scale, { signs: samplesOf(codes, places), weights, seed, metric });
    places.forEach((own, r) => own.forEach((place, k) => { codes[place] = found[r]![k]!; }));
    seed += places.length;
  }
}

/** Calls `attempt` on scales upwards while its error falls; the best. */
async function climbed(first: number, attempt: (scale: number) => Promise<Found>): Promise<Found> {
  let best = await attempt(first);
  for (let rung = 1; rung < rungs; rung++) {
    const found = await attempt(first * ladder ** rung);
    if (!(found.error < best.error)) break;
    best = found;
  }
  return best;
}

/** All matrices on the float network's inputs: rungs, then rows are solved and the scale fitted in turn; plain signs where none is better. */
async function atOnce(
  matrices: readonly MatrixRows[], plain: Found, { method, last = method, seed, onMatrix }: SignSearchOptions,
): Promise<Found> {
  const total = matrices.length * (rungs + rounds);
  let done = 0, latest = plain.error;
  async function round({ codes }: Found, scale: number, own: RowMethod): Promise<Found> {
    const next = copied(codes);
    for (const matrix of matrices) {
      await improve(matrix, next.get(matrix.param)!, scale, own, seed);
      await onMatrix(++done, total, latest);
    }
    const found = fitted(matrices, next);
    latest = found.error;
    return found;
  }
  let best = await climbed(plain.scale, scale => round(plain, scale, method));
  done = matrices.length * rungs;
  for (let r = 0; r < rounds; r++) {
    const found = await round(best, best.scale, last), before = best.error;
    if (found.error <= before) best = found;
    if (found.error > (1 - settled) * before) break;
  }
  return best.error <= plain.error ? best : plain;
}

/**
 * Matrix after matrix at every rung; then once more with the last method at the scale whose estimates were nearest to the float
 * network's or, where there is none, plain signs if theirs were nearer.
 */
async function inSequence(
  net: UnrolledNetwork, y: Float32Array, plain: Found, { method, last, seed, onMatrix }: SignSearchOptions,
): Promise<Found> {
  const originals = oneBitParams(net), total = originals.length * (rungs + 1);
  let done = 0, latest = plain.error, metrics: ReturnType<typeof outputMetrics> | undefined;
  async function pass(from: Signs, scale: number, own?: RowMethod): Promise<Found> {
    const copy = cloneNetwork(net), codes = copied(from), path = trajectory(copy, y), float = trajectory(net, y);
    for (const [i, param] of oneBitParams(copy).entries()) {
      const original = originals[i]!, next = codes.get(original)!, uses = (layer: Layer): boolean => layer.params.includes(param);
      const first = copy.layers.findIndex(uses);
      if (own) {
        advance(path, first);
        advance(float, first);
        const rows = pairedProducts(path, param, float, original, copy.layers.findLastIndex(uses) + 1);
        await improve(rows, next, scale, own, seed, () => (metrics ??= outputMetrics(net, y, originals, seed)).get(original));
      }
      param.value = next.map(code => scale * code);
      await onMatrix(++done, total, latest);
    }
    for (const each of [path, float]) advance(each, copy.layers.length);
    const reached = path.state['x']!, wanted = float.state['x']!;
    let error = 0, energy = 0;
    for (let k = 0; k < wanted.length; k++) {
      error += (reached[k]! - wanted[k]!) ** 2;
      energy += wanted[k]! ** 2;
    }
    latest = error / energy;
    return { codes, scale, error: latest };
  }
  const best = await climbed(plain.scale, scale => pass(plain.codes, scale, method));
  done = originals.length * rungs;
  if (last) return pass(best.codes, best.scale, last);
  const before = await pass(plain.codes, plain.scale);
  return best.error <= before.error ? best : before;
}

/**
 * Signs and one scale for all of a network's one-bit matrices, so that its products on the measurements y are near the float network's
 * in least squares. The matrices are trainable. Throws a RangeError where all weights are 0.
 */
export async function searchSigns(who: string, net: UnrolledNetwork, y: Float32Array, options: SignSearchOptions): Promise<Coded> {
  const params = oneBitParams(net), matrices = ownProducts(trajectory(net, y), params);
  const codes = new Map(params.map(param => {
    const own = new Float32Array(param.value.length);
    signs(param.value, own);
    return [param, own] as const;
  }));
  const { scale: fit, error } = fitted(matrices, codes);
  const scale = fit > 0 ? fit : leastSquaresScale(params.map(param => [param.value, codes.get(param)!] as const));
  if (!(scale > 0)) throw new RangeError(`${who}: expected a network with weights that are not all 0; train it first`);
  const plain = { codes, scale, error };
  return options.inputs === 'quantized' && params.length > 1 ? inSequence(net, y, plain, options) : atOnce(matrices, plain, options);
}
