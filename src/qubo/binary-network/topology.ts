/** A node as the user names it: an input has no `from`, a bias is an input that is always 1, a neuron names what it sums. */
export interface NodeSpec {
  readonly name: string;
  readonly bias?: true;
  readonly from?: readonly string[];
}

/** What a neuron sums, and how its count is written in bits: count + shift = Σ_b 2^b s_b + 2^bits a, with a = [count ≥ threshold]. */
export interface Neuron {
  readonly name: string;
  /** Its own place among the nodes. */
  readonly node: number;
  /** Nodes that it sums; the weight of the i-th is number firstWeight + i. */
  readonly from: Uint32Array;
  readonly firstWeight: number;
  /** Agreements that make it +1: ⌊n/2⌋ + 1 of its n inputs, so that a sum of 0 is −1. */
  readonly threshold: number;
  readonly bits: number;
  readonly shift: number;
}

/**
 * A network of signs over any directed acyclic graph: nodes are the inputs that samples give, then biases, then neurons, each after
 * all that it sums.
 */
export interface Topology {
  readonly names: readonly string[];
  readonly inputs: number;
  readonly biases: number;
  readonly neurons: readonly Neuron[];
  /** Numbers in `neurons` of those that are asked for labels. */
  readonly outputs: readonly number[];
  /** For each node, the neurons that sum it. */
  readonly successors: readonly (readonly number[])[];
  readonly weights: number;
}

const bitsFor = (values: number): number => Math.ceil(Math.log2(values));

/** Neurons so that each stands after all that it sums. Throws where there is a cycle. */
function inOrder(specs: readonly NodeSpec[]): NodeSpec[] {
  const byName = new Map(specs.map(spec => [spec.name, spec])), placed: NodeSpec[] = [];
  const state = new Map<string, 'open' | 'placed'>();
  for (const first of specs) {
    const path: { spec: NodeSpec; next: number }[] = state.has(first.name) ? [] : [{ spec: first, next: 0 }];
    while (path.length) {
      const top = path.at(-1)!, { spec } = top;
      state.set(spec.name, 'open');
      const name = spec.from?.[top.next++];
      if (name === undefined) { state.set(spec.name, 'placed'); placed.push(spec); path.pop(); }
      else if (state.get(name) === 'open') throw new RangeError(`topology: expected no cycle, got one through "${name}"`);
      else if (!state.has(name)) path.push({ spec: byName.get(name)!, next: 0 });
    }
  }
  return placed.filter(spec => spec.from);
}

function checkSpecs(specs: readonly NodeSpec[]): void {
  const names = new Set<string>();
  for (const { name } of specs) {
    if (names.has(name)) throw new RangeError(`topology: expected different names, got "${name}" twice`);
    names.add(name);
  }
  for (const { name, bias, from } of specs) {
    if (!from) continue;
    if (bias) throw new RangeError(`topology: expected a bias to sum nothing, got "${name}" with inputs`);
    if (!from.length) throw new RangeError(`topology: expected neuron "${name}" to sum at least one node, got none`);
    const unknown = from.find(source => !names.has(source));
    if (unknown !== undefined) throw new RangeError(`topology: expected known nodes, got "${unknown}" into "${name}"`);
    if (new Set(from).size !== from.length) throw new RangeError(`topology: expected each node once into "${name}", got one twice`);
  }
}

/**
 * Any directed acyclic graph of sign neurons, nodes in any order; `outputs` are the neurons that nothing sums unless named. Throws a
 * RangeError for cycles, unknown nodes, repeated names and neurons without inputs.
 */
export function topology(specs: readonly NodeSpec[], outputs?: readonly string[]): Topology {
  checkSpecs(specs);
  const inputs = specs.filter(spec => !spec.from && !spec.bias), biases = specs.filter(spec => spec.bias), ordered = inOrder(specs);
  const names = [...inputs, ...biases, ...ordered].map(spec => spec.name), place = new Map(names.map((name, node) => [name, node]));
  const first = inputs.length + biases.length, successors: number[][] = names.map(() => []);
  let weights = 0;
  const neurons = ordered.map(({ name, from }, j): Neuron => {
    const n = from!.length, threshold = Math.floor(n / 2) + 1, bits = bitsFor(Math.max(threshold, n - threshold + 1));
    for (const source of from!) successors[place.get(source)!]!.push(j);
    const neuron = { name, node: first + j, firstWeight: weights, threshold, bits, shift: 2 ** bits - threshold };
    weights += n;
    return { ...neuron, from: Uint32Array.from(from!, source => place.get(source)!) };
  });
  if (!neurons.length) throw new RangeError('topology: expected at least one neuron, got none');
  const last = neurons.flatMap(({ node }, j) => (successors[node]!.length ? [] : [j]));
  const wanted = outputs?.map(name => (place.get(name) ?? -1) - first) ?? last;
  const odd = wanted.findIndex(j => j < 0);
  if (odd >= 0 || !wanted.length || new Set(wanted).size !== wanted.length)
    throw new RangeError(`topology: expected different neurons as outputs, got ${odd >= 0 ? `"${outputs![odd]}"` : `[${outputs}]`}`);
  return { names, inputs: inputs.length, biases: biases.length, neurons, outputs: wanted, successors, weights };
}

export interface LayeredOptions {
  /** Every neuron also sums a bias. */
  readonly bias?: boolean;
  /** Pairs of layers [from, to] that are joined besides each and its next. */
  readonly skips?: readonly (readonly [number, number])[];
}

/** Fully joined layers of these sizes, inputs first: layered([9, 3, 1]) has nodes x0 … x8, h1.0 … h1.2 and h2.0. */
export function layered(sizes: readonly number[], { bias = false, skips = [] }: LayeredOptions = {}): Topology {
  if (sizes.length < 2 || !sizes.every(size => Number.isSafeInteger(size) && size > 0))
    throw new RangeError(`layered: expected two or more sizes above 0, got [${sizes}]`);
  for (const [from, to] of skips)
    if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from + 1 < to && to < sizes.length))
      throw new RangeError(`layered: expected skips over at least one layer, got [${from}, ${to}]`);
  const nodes = sizes.map((size, layer) => Array.from({ length: size }, (_, i) => (layer ? `h${layer}.${i}` : `x${i}`)));
  const sourcesOf = (layer: number): string[] => [...skips.filter(([, to]) => to === layer).map(([from]) => from), layer - 1]
    .sort((a, b) => a - b).flatMap(from => nodes[from]!).concat(bias ? ['bias'] : []);
  const specs: NodeSpec[] = nodes.flatMap((layer, l) => layer.map(name => (l ? { name, from: sourcesOf(l) } : { name })));
  return topology(bias ? [...specs, { name: 'bias', bias: true }] : specs);
}
