import type { Param, UnrolledNetwork } from '../types.js';
import type { Sample } from '../qubo/model.js';
import { improveSigns, signSums, type RowSearch } from '../qubo/sign-rows.js';
import type { Codes } from './bits.js';
import { advance, ownProducts, pairedProducts, trajectory, type MatrixRows } from './calibration.js';
import { signs } from './codes.js';
import { cloneNetwork, oneBitParams, type Coded } from './one-bit-network.js';
import { leastSquaresScale } from './scale.js';

export interface SignSearchOptions extends RowSearch {
  /** What matrices meet: the inputs of the float network, or those that the matrices in front of them leave when they are signs. */
  readonly inputs: 'float' | 'quantized';
  /** Called after each matrix: how many are done and to do at most, and the products' error so far relative to the products. */
  readonly onMatrix: (done: number, total: number, error: number) => Promise<void>;
}

/** Factors between the scales that are tried, and how many: signs that cancel make a larger scale fit than their weights' size. */
const ladder = 1.5, rungs = 8;
/** Rounds of signs and scale in turn, at most; they end where the error falls by less than this share. */
const rounds = 4, settled = 1e-3;

const samplesOf = (codes: Codes, places: readonly Uint32Array[]): Sample[] => places.map(own => Int8Array.from(own, place => codes[place]!));

/** λ of least squares and the error there, relative to the products, of all matrices together. */
function fitted(matrices: readonly MatrixRows[], codes: ReadonlyMap<Param, Codes>): { scale: number; error: number } {
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
  return { scale, error: energy > 0 ? Math.max(0, 1 + (scale * scale * quadratic - 2 * scale * linear) / energy) : 0 };
}

/** Better signs for a matrix, in place. Seeds of its rows begin at `seed`. */
async function improve({ groups }: MatrixRows, codes: Codes, scale: number, search: RowSearch | undefined): Promise<void> {
  let seed = search?.options.seed ?? 1;
  for (const group of groups) {
    const found = await improveSigns(group, scale, samplesOf(codes, group.places),
      search && { ...search, options: { ...search.options, seed } });
    group.places.forEach((own, r) => own.forEach((place, k) => { codes[place] = found[r]![k]!; }));
    seed += group.places.length;
  }
}

const copied = (codes: ReadonlyMap<Param, Codes>): Map<Param, Codes> => new Map([...codes].map(([param, own]) => [param, own.slice()]));

/**
 * Signs and one scale for all of a network's one-bit matrices, so that its products on the measurements y stay near the float
 * network's in least squares. Rungs of scales, each with descents alone; then rows are solved and the scale fitted in turn; then, with 'quantized' inputs,
 * matrix after matrix in the order of the network, each making up for those in front of it. Throws a RangeError where all weights are 0.
 */
export async function searchSigns(net: UnrolledNetwork, y: Float32Array, { inputs, onMatrix, ...search }: SignSearchOptions): Promise<Coded> {
  const params = oneBitParams(net), matrices = ownProducts(trajectory(net, y), params);
  let codes: Map<Param, Codes> = new Map(params.map(param => {
    const own = new Float32Array(param.value.length);
    signs(param.value, own);
    return [param, own];
  }));
  let { scale, error } = fitted(matrices, codes);
  if (!(scale > 0)) scale = leastSquaresScale(params.map(param => [param.value, codes.get(param)!] as const));
  if (!(scale > 0)) throw new RangeError('qubo: expected a network with weights that are not all 0; train it first');

  const total = params.length * (rungs + rounds + (inputs === 'quantized' ? 1 : 0));
  let done = 0;
  /** Signs from `from` at one scale, and the scale that fits them. */
  async function round(from: ReadonlyMap<Param, Codes>, at: number, solved: RowSearch | undefined) {
    const own = copied(from);
    for (const matrix of matrices) {
      await improve(matrix, own.get(matrix.param)!, at, solved);
      await onMatrix(++done, total, error);
    }
    return { codes: own, ...fitted(matrices, own) };
  }

  const plain = codes, first = scale;
  for (let rung = 0; rung < rungs; rung++) {
    const found = await round(plain, first * ladder ** rung, undefined);
    if (found.error >= error) break;
    ({ codes, scale, error } = found);
  }
  done = params.length * rungs;
  for (let r = 0; r < rounds; r++) {
    const before = error;
    ({ codes, scale, error } = await round(codes, scale, search));
    if (error > (1 - settled) * before) break;
  }
  done = params.length * (rungs + rounds);
  if (inputs === 'quantized') await inSequence(net, y, { codes, scale }, search, matrices[0]!, () => onMatrix(++done, total, error));
  return { codes, scale };
}

/** Finds the signs of each matrix anew, in place, with those in front of it as signs; the first meets what it met. */
async function inSequence(net: UnrolledNetwork, y: Float32Array, { codes, scale }: Coded, search: RowSearch, first: MatrixRows,
  onMatrix: () => Promise<void>): Promise<void> {
  const copy = cloneNetwork(net), path = trajectory(copy, y), float = trajectory(net, y), originals = oneBitParams(net);
  for (const [i, param] of oneBitParams(copy).entries()) {
    const uses = (layer: { readonly params: readonly Param[] }): boolean => layer.params.includes(param);
    const own = codes.get(originals[i]!)!, from = copy.layers.findIndex(uses);
    advance(path, from);
    advance(float, from);
    if (originals[i] !== first.param)
      await improve(pairedProducts(path, param, float, originals[i]!, copy.layers.findLastIndex(uses) + 1), own, scale, search);
    param.value = own.map(code => scale * code);
    await onMatrix();
  }
}
