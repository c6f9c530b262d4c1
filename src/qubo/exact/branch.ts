import { energy, type QuadraticModel, type Sample } from '../model.js';
import { copyOf, posiform, type Terms } from './posiform.js';
import { grain, roofDual } from './roof-dual.js';

/** What a search knows: the best sample so far, a lower bound of all energies, and how many bounds it took. */
export interface Found {
  sample: Sample;
  energy: number;
  lower: number;
  nodes: number;
}

interface Node {
  /** Made anew from the decisions where memory is short. */
  readonly terms?: Terms;
  readonly lower: number;
  /** Literals made true. */
  readonly decisions: readonly number[];
}

/**
 * Goes through all samples of a binary model of whole coefficients that may be better than `found`, which it improves: depth first, by
 * the variable whose pairs weigh most, with the roof dual as a bound (Boros, Hammer & Tavares 2006). Yields now and then. All is proven
 * when it returns true; false says that it gave up after `most` nodes. Nodes that wait keep their terms in `keptBytes`, and are made
 * anew beyond.
 */
export function* branch(model: QuadraticModel, found: Found, most = Infinity, keptBytes = 2 ** 28): Generator<void, boolean> {
  const { form, terms: root } = posiform(model), { n, starts, terms: termOf } = form, dual = roofDual(form);
  const kept = Math.floor(keptBytes / (8 * (root.pairs.length + root.wishes.length))), stack: Node[] = [];
  // Any better energy is one less at least: a bound above that ends a node.
  const limit = (): number => found.energy - 1 + grain;
  const pending = (now: number): number => stack.reduce((least, { lower }) => Math.min(least, lower), Math.min(now, found.energy));

  function heaviest({ pairs, fixed }: Terms): number {
    let chosen = -1, most = -1;
    for (let i = 0; i < n; i++) {
      if (fixed[i]! >= 0) continue;
      let sum = 0;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) sum += pairs[termOf[k]!]! + pairs[termOf[k]! ^ 1]!;
      if (sum > most) { most = sum; chosen = i; }
    }
    return chosen;
  }

  function* remake(decisions: readonly number[]): Generator<void, Terms | undefined> {
    const terms = copyOf(root);
    for (const w of decisions) {
      if (terms.fixed[w >> 1]! < 0) dual.fix(terms, w);
      if (!(yield* dual.raise(terms, limit()))) return undefined;
    }
    return terms;
  }

  if (yield* dual.raise(root, limit())) stack.push({ terms: root, lower: root.constant, decisions: [] });
  found.lower = Math.max(found.lower, Math.min(root.constant, found.energy));
  while (stack.length) {
    if (found.nodes >= most) return false;
    const node = stack.pop()!;
    if (node.lower >= limit()) continue;
    found.nodes++;
    found.lower = Math.max(found.lower, pending(node.lower));
    const terms = node.terms ?? (yield* remake(node.decisions));
    if (!terms) continue;
    if (terms.free === 0) {
      const value = energy(model, terms.fixed);
      if (value < found.energy) { found.energy = value; found.sample = terms.fixed; }
      continue;
    }
    const i = heaviest(terms);
    let children: (Node & { readonly terms: Terms })[] = [];
    for (const w of [2 * i, 2 * i + 1]) {
      const child = copyOf(terms);
      dual.fix(child, w);
      if (!(yield* dual.raise(child, limit()))) continue;
      const one = { terms: child, lower: child.constant, decisions: [...node.decisions, w] };
      children.push(one);
      // What cost nothing satisfies every term that it touches, up to wishes that are left: no other value can do better.
      if (child.constant === terms.constant && child.wishes.reduce((sum, wish) => sum + wish, 0) < 1) { children = [one]; break; }
    }
    children.sort((a, b) => b.lower - a.lower);
    for (const { terms: own, ...rest } of children) stack.push(stack.length < kept ? { ...rest, terms: own } : rest);
    yield;
  }
  found.lower = found.energy;
  return true;
}
