import type { Neuron, Topology } from './topology.js';

/** Samples as planes of bits, sample k in bit k mod 32 of word ⌊k/32⌋: 32 of them pass through a network at once. */
export interface Samples {
  readonly count: number;
  readonly words: number;
  /** One for each input node. */
  readonly inputs: readonly Int32Array[];
  /** One for each output of the network. */
  readonly labels: readonly Int32Array[];
}

function planesOf(rows: readonly ArrayLike<number>[], width: number, who: string): Int32Array[] {
  const words = Math.ceil(rows.length / 32), planes = Array.from({ length: width }, () => new Int32Array(words));
  rows.forEach((row, k) => {
    if (row.length !== width) throw new RangeError(`${who}: expected ${width} values in row ${k}, got ${row.length}`);
    for (let i = 0; i < width; i++) {
      if (row[i] !== 0 && row[i] !== 1) throw new RangeError(`${who}: expected 0 or 1, got ${row[i]} in row ${k}`);
      if (row[i]) planes[i]![k >> 5]! |= 1 << (k & 31);
    }
  });
  return planes;
}

/** K rows of 0 and 1 (1 stands for +1, 0 for −1), one value for each input, with a label for each output. */
export function packSamples(net: Topology, rows: readonly ArrayLike<number>[], labels: readonly ArrayLike<number>[]): Samples {
  if (!rows.length || rows.length !== labels.length)
    throw new RangeError(`samples: expected as many labels as samples and at least one, got ${labels.length} and ${rows.length}`);
  return {
    count: rows.length, words: Math.ceil(rows.length / 32),
    inputs: planesOf(rows, net.inputs, 'samples'), labels: planesOf(labels, net.outputs.length, 'labels'),
  };
}

export function checkWeights(net: Topology, weights: ArrayLike<number>): void {
  if (weights.length !== net.weights) throw new RangeError(`weights: expected ${net.weights} bits, got ${weights.length}`);
  for (let w = 0; w < weights.length; w++)
    if (weights[w] !== 0 && weights[w] !== 1) throw new RangeError(`weights: expected 0 or 1, got ${weights[w]}`);
}

/** Bits set in a word (Warren, Hacker's Delight, 5-2). */
export function popCount(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A network with weights, every neuron evaluated on every sample, kept up to date under flips of single weights. */
export interface NetworkState {
  /** Bits: 1 stands for +1. */
  readonly weights: Uint8Array;
  /** All weights are −1 until some are loaded. */
  load(weights: ArrayLike<number>): void;
  flip(weight: number): void;
  /** Wrong output bits over all samples. */
  errors(): number;
  /** Integer margins of neuron j over all samples together: see `margins.ts`. */
  margin(j: number): number;
  /** 0 or 1: what a node gives for sample k. */
  value(node: number, k: number): number;
  /** Bit b of what the count of neuron j has above (a = 1) or below (a = 0) the power of two that a stands for. */
  slack(j: number, b: number, k: number): number;
}

/** Exact integers throughout: counts are added up bit by bit in planes ("vertical counters"), 32 samples a word. */
export function networkState(net: Topology, samples: Samples): NetworkState {
  const { neurons, inputs, biases } = net, { words, count } = samples;
  const sources = inputs + biases, weights = new Uint8Array(net.weights), target = new Uint32Array(net.weights);
  // Neuron j has bits + 1 planes of its shifted count, lowest first; the highest is what it gives.
  const first: number[] = [];
  let planes = sources;
  neurons.forEach(({ from, firstWeight, bits }, j) => {
    first.push(planes);
    planes += bits + 1;
    target.fill(j, firstWeight, firstWeight + from.length);
  });
  const memory = new Int32Array(planes * words), changed = new Int32Array(neurons.length * words);
  const touched = new Uint8Array(neurons.length), stale = new Uint8Array(neurons.length).fill(1);
  const margins = new Float64Array(neurons.length);
  const planeOf = (node: number): number => (node < sources ? node : first[node - sources]! + neurons[node - sources]!.bits) * words;
  const edges = neurons.map(({ from }) => Uint32Array.from(from, planeOf));
  samples.inputs.forEach((plane, i) => memory.set(plane, i * words));
  memory.fill(-1, inputs * words, sources * words);
  const lastMask = count % 32 ? 2 ** (count % 32) - 1 : -1;
  const inWord = (bits: number, word: number): number => popCount(word === words - 1 ? bits & lastMask : bits);
  const followers = neurons.map(({ node }) => net.successors[node]!.map(j => [j, neurons[j]!.from.indexOf(node)] as const));

  function evaluate(j: number): void {
    const { firstWeight, bits, shift }: Neuron = neurons[j]!, start = first[j]! * words;
    for (let b = 0; b <= bits; b++) memory.fill((shift >> b) & 1 ? -1 : 0, start + b * words, start + (b + 1) * words);
    edges[j]!.forEach((plane, i) => {
      for (let word = 0; word < words; word++) {
        let carry = weights[firstWeight + i] ? memory[plane + word]! : ~memory[plane + word]!;
        for (let at = start + word; carry !== 0; at += words) { const sum = memory[at]!; memory[at] = sum ^ carry; carry &= sum; }
      }
    });
  }
  /** Adds 1 in the samples of `up` and takes 1 in those of `down`: no sample is in both. */
  function step(start: number, word: number, up: number, down: number): void {
    for (let at = start + word; (up | down) !== 0; at += words) {
      const sum = memory[at]!;
      memory[at] = sum ^ (up | down);
      up &= sum;
      down &= ~sum;
    }
  }
  /** Neuron j agrees with its input i where it did not and the other way round, in the samples of `where`. */
  function toggle(j: number, i: number, word: number, where: number, before: number): void {
    const { firstWeight, bits } = neurons[j]!, start = first[j]! * words, out = start + bits * words + word, old = memory[out]!;
    const agreed = weights[firstWeight + i] ? before : ~before;
    step(start, word, where & ~agreed, where & agreed);
    changed[j * words + word]! ^= old ^ memory[out]!;
    touched[j] = 1;
    stale[j] = 1;
  }
  function propagate(from: number): void {
    for (let j = from; j < neurons.length; j++) {
      if (!touched[j]) continue;
      touched[j] = 0;
      for (let word = 0; word < words; word++) {
        const where = changed[j * words + word]!;
        if (where === 0) continue;
        changed[j * words + word] = 0;
        const before = memory[(first[j]! + neurons[j]!.bits) * words + word]! ^ where;
        for (const [next, i] of followers[j]!) toggle(next, i, word, where, before);
      }
    }
  }
  const evaluateAll = (): void => {
    for (let j = 0; j < neurons.length; j++) evaluate(j);
    stale.fill(1);
  };
  evaluateAll();
  return {
    weights,
    load(given) {
      checkWeights(net, given);
      weights.set(given);
      evaluateAll();
    },
    flip(weight) {
      const j = target[weight]!, i = weight - neurons[j]!.firstWeight, plane = edges[j]![i]!;
      for (let word = 0; word < words; word++) toggle(j, i, word, -1, memory[plane + word]!);
      weights[weight]! ^= 1;
      propagate(j);
    },
    errors() {
      let sum = 0;
      net.outputs.forEach((j, o) => {
        const plane = planeOf(neurons[j]!.node), labels = samples.labels[o]!;
        for (let word = 0; word < words; word++) sum += inWord(memory[plane + word]! ^ labels[word]!, word);
      });
      return sum;
    },
    margin(j) {
      if (!stale[j]) return margins[j]!;
      const { bits } = neurons[j]!, start = first[j]! * words;
      let sum = 0;
      for (let word = 0; word < words; word++) {
        const given = memory[start + bits * words + word]!;
        for (let b = 0; b < bits; b++) sum += inWord(~(memory[start + b * words + word]! ^ given), word) * 2 ** b;
      }
      stale[j] = 0;
      return (margins[j] = sum);
    },
    value: (node, k) => (memory[planeOf(node) + (k >> 5)]! >>> (k & 31)) & 1,
    slack: (j, b, k) => (memory[(first[j]! + b) * words + (k >> 5)]! >>> (k & 31)) & 1,
  };
}

/** What a network gives for every sample: one row of bits for each of its outputs. */
export function predict(net: Topology, samples: Samples, weights: ArrayLike<number>): Uint8Array[] {
  const state = networkState(net, samples);
  state.load(weights);
  return net.outputs.map(j => Uint8Array.from({ length: samples.count }, (_, k) => state.value(net.neurons[j]!.node, k)));
}
