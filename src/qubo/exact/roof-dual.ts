import type { Posiform, Terms } from './posiform.js';

/**
 * Roof duality (Hammer, Hansen & Simeone 1984): the largest constant that a posiform of the function can have, by a maximum flow
 * through the implications from wishes to complements of wishes (Boros & Hammer 2002). Every flow goes along a path and along its
 * mirror image at once, so that terms stay terms. Blocking flows in layers (Dinic 1970).
 */
export interface RoofDual {
  /** Raises the constant as far as it goes, or to the limit; yields now and then. Then fixes variables that a minimum fixes so. */
  raise(terms: Terms, limit: number): Generator<void, boolean>;
  /** Makes literal w true. */
  fix(terms: Terms, w: number): void;
}

const flowsPerYield = 64;

/**
 * Flows are multiples of this, so that the terms of whole coefficients are, and all sums are exact. A flow that passes a term twice
 * asks for half of it; what is too small to be halved stays where it is.
 */
export const grain = 2 ** -5;

/** Of whole coefficients. */
export function roofDual({ n, starts, targets, terms: termOf }: Posiform): RoofDual {
  const layer = new Int32Array(2 * n), queue = new Uint32Array(2 * n), current = new Uint32Array(2 * n);
  const path = new Uint32Array(2 * n), along = new Uint32Array(2 * n), uses = new Uint8Array(termOf.length);

  /** Layers of literals by their distance from a wish; whether any of them is the complement of a wish. */
  function layers({ pairs, wishes }: Terms): boolean {
    let tail = 0, found = false;
    layer.fill(-1);
    for (let w = 0; w < 2 * n; w++) if (wishes[w]! > grain) { layer[w] = 0; queue[tail++] = w; }
    for (let head = 0; head < tail; head++) {
      const w = queue[head]!, i = w >> 1, b = w & 1;
      if (wishes[w ^ 1]! > grain) found = true;
      if (found) continue;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) {
        const t = targets[k]! ^ b;
        if (layer[t]! < 0 && pairs[termOf[k]! ^ b]! > grain) { layer[t] = layer[w]! + 1; queue[tail++] = t; }
      }
    }
    return found;
  }

  /** Sends what the path of `length` arcs and its mirror image hold; the first place where it is then blocked. */
  function send(terms: Terms, length: number): number {
    const { pairs, wishes } = terms, first = path[0]!, last = path[length]! ^ 1;
    let flow = first === last ? wishes[first]! / 2 : Math.min(wishes[first]!, wishes[last]!);
    for (let k = 0; k < length; k++) uses[along[k]!]!++;
    for (let k = 0; k < length; k++) flow = Math.min(flow, pairs[along[k]!]! / uses[along[k]!]!);
    flow = Math.floor(flow / grain) * grain;
    for (let k = 0; k < length; k++) {
      const term = along[k]!;
      uses[term] = 0;
      pairs[term]! -= flow;
      pairs[term ^ 1]! += flow;
    }
    wishes[first]! -= flow;
    wishes[last]! -= flow;
    terms.constant += flow;
    if (wishes[first]! <= grain) return 0;
    for (let k = 0; k < length; k++) if (pairs[along[k]!]! <= grain) return k;
    return length;
  }

  function* block(terms: Terms, limit: number): Generator<void> {
    const { pairs, wishes } = terms;
    let sent = 0;
    for (let i = 0; i < n; i++) current[2 * i] = current[2 * i + 1] = starts[i]!;
    for (let source = 0; source < 2 * n; source++) {
      if (layer[source] !== 0) continue;
      path[0] = source;
      for (let length = 0; length >= 0 && wishes[source]! > grain;) {
        const w = path[length]!, i = w >> 1, b = w & 1;
        if (wishes[w ^ 1]! > grain) {
          if (terms.constant >= limit) return;
          length = send(terms, length);
          if (++sent % flowsPerYield === 0) yield;
          continue;
        }
        let k = current[w]!;
        for (; k < starts[i + 1]!; k++) if (layer[targets[k]! ^ b] === layer[w]! + 1 && pairs[termOf[k]! ^ b]! > grain) break;
        current[w] = k;
        if (k < starts[i + 1]!) {
          along[length++] = termOf[k]! ^ b;
          path[length] = targets[k]! ^ b;
        } else {
          layer[w] = -2;
          length--;
        }
      }
    }
  }

  function fix(terms: Terms, w: number): void {
    const { pairs, wishes, fixed } = terms, i = w >> 1, b = w & 1;
    terms.constant += wishes[w ^ 1]!;
    wishes[w] = wishes[w ^ 1] = 0;
    fixed[i] = 1 - b;
    terms.free--;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const term = termOf[k]! ^ b, t = targets[k]! ^ b;
      if (pairs[term] !== 0) {
        wishes[t]! += pairs[term]!;
        const both = Math.min(wishes[t]!, wishes[t ^ 1]!);
        wishes[t]! -= both;
        wishes[t ^ 1]! -= both;
        terms.constant += both;
      }
      pairs[term] = pairs[term ^ 1] = 0;
    }
  }

  /** What the energy may lose where all that has a layer is made true: terms that were too small to carry a flow. */
  function left({ pairs, wishes, fixed }: Terms): number {
    let sum = 0;
    for (let w = 0; w < 2 * n; w++) {
      if (layer[w]! < 0 || fixed[w >> 1]! >= 0) continue;
      const i = w >> 1, b = w & 1;
      sum += wishes[w ^ 1]!;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) if (layer[targets[k]! ^ b]! < 0) sum += pairs[termOf[k]! ^ b]!;
    }
    return sum;
  }

  return {
    fix,
    * raise(terms, limit) {
      while (layers(terms)) {
        yield* block(terms, limit);
        if (terms.constant >= limit) return false;
      }
      if (terms.constant >= limit) return false;
      // What a wish reaches is true in a minimum (Hammer, Hansen & Simeone 1984); energies that are less than 1 apart are equal.
      if (left(terms) < 1) for (let w = 0; w < 2 * n; w++) if (layer[w]! >= 0 && terms.fixed[w >> 1]! < 0) fix(terms, w);
      return true;
    },
  };
}
