import { eachNeighbour, fromTriplets, type QuadraticModel, type Sample } from '../model.js';
import { addExactly, rounded } from './exact-sum.js';

/** A model of some variables of another, all others fixed; its offset is 0. */
export interface Part {
  readonly model: QuadraticModel;
  readonly variables: Uint32Array;
  /** Sum of what rounding took from the linear coefficients. */
  readonly doubt: number;
}

/**
 * The free variables of a model (those whose `fixed` is −1; else it is a bit, for spins too) as models that share no coupling, the small
 * ones first. Without those that are `done`, which nothing else that is free is coupled to.
 */
export function partsOf(model: QuadraticModel, fixed: Sample, done = new Uint8Array(model.n)): Part[] {
  const { n, vartype } = model, place = new Int32Array(n).fill(-1), parts: Part[] = [];
  for (let first = 0; first < n; first++) {
    if (fixed[first]! >= 0 || place[first]! >= 0 || done[first]) continue;
    const variables = [first], rows: number[] = [], cols: number[] = [], values: number[] = [], linear: number[] = [];
    let doubt = 0;
    place[first] = 0;
    for (let at = 0; at < variables.length; at++) {
      const i = variables[at]!, own = [model.linear[i]!];
      eachNeighbour(model, i, (j, value) => {
        if (fixed[j]! >= 0) addExactly(own, value * (vartype === 'spin' ? 2 * fixed[j]! - 1 : fixed[j]!));
        else {
          if (place[j]! < 0) place[j] = variables.push(j) - 1;
          if (place[j]! > at) { rows.push(at); cols.push(place[j]!); values.push(value); }
        }
      });
      const { value, rest } = rounded(own);
      linear.push(value);
      doubt += rest.reduce((sum, part) => sum + Math.abs(part), 0);
    }
    const own = fromTriplets(variables.length, { rows, cols, values }, { vartype, linear });
    parts.push({ model: own, variables: Uint32Array.from(variables), doubt });
  }
  return parts.sort((a, b) => a.model.n - b.model.n);
}

/** By how much the energies of a sample and its complement can differ, of a binary model. */
export function oddness(model: QuadraticModel): number {
  let odd = 0;
  for (let i = 0; i < model.n; i++) {
    let field = model.linear[i]!;
    eachNeighbour(model, i, (_, value) => { field += value / 2; });
    odd += Math.abs(field);
  }
  return odd;
}
