import { eachNeighbour, fromTriplets, type QuadraticModel, type Sample } from '../model.js';

/** A model of some variables of another, all others fixed; its offset is 0. */
export interface Part {
  readonly model: QuadraticModel;
  readonly variables: Uint32Array;
}

/** The free variables of a binary model (those whose `fixed` is −1) as models that share no coupling, the small ones first. */
export function partsOf(model: QuadraticModel, fixed: Sample): Part[] {
  const { n } = model, place = new Int32Array(n).fill(-1), parts: Part[] = [];
  for (let first = 0; first < n; first++) {
    if (fixed[first]! >= 0 || place[first]! >= 0) continue;
    const variables = [first], rows: number[] = [], cols: number[] = [], values: number[] = [], linear: number[] = [];
    place[first] = 0;
    for (let at = 0; at < variables.length; at++) {
      const i = variables[at]!;
      let own = model.linear[i]!;
      eachNeighbour(model, i, (j, value) => {
        if (fixed[j]! >= 0) own += value * fixed[j]!;
        else {
          if (place[j]! < 0) place[j] = variables.push(j) - 1;
          if (place[j]! > at) { rows.push(at); cols.push(place[j]!); values.push(value); }
        }
      });
      linear.push(own);
    }
    parts.push({ model: fromTriplets(variables.length, { rows, cols, values }, { linear }), variables: Uint32Array.from(variables) });
  }
  return parts.sort((a, b) => a.model.n - b.model.n);
}

/** Whether a binary model has the same energy for a sample and its complement, up to `rounding`. */
export function isSymmetric(model: QuadraticModel, rounding: number): boolean {
  let odd = 0;
  for (let i = 0; i < model.n; i++) {
    let field = model.linear[i]!;
    eachNeighbour(model, i, (_, value) => { field += value / 2; });
    odd += Math.abs(field);
  }
  return odd <= rounding;
}
