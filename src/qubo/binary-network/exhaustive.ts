import { breathing } from '../../core/breathing.js';
import { popCount } from './forward.js';
import { checkProblem, scored, type Trainer, type TrainingProblem } from './problem.js';
import type { Topology } from './topology.js';

/** One setting of a neuron's weights: what it gives on all samples, and its part of the objective. */
interface Candidate { readonly code: number; readonly plane: Int32Array; readonly cost: number }

/** Writes what neuron j gives with the weights of `code`, and returns its part of the objective. */
type Evaluate = (j: number, code: number, out: Int32Array) => number;

const mostSettings = 2 ** 26, widest = 24;

const lastMaskOf = (count: number): number => (count % 32 ? 2 ** (count % 32) - 1 : -1);

/** Evaluates one neuron from the planes of what it sums, counting the agreements of 32 samples at once, bit by bit. */
function evaluator({ topology: net, samples, gamma = 0, biases }: TrainingProblem, planes: readonly Int32Array[]): Evaluate {
  const { words, count } = samples, lastMask = lastMaskOf(count), counter = new Int32Array(32);
  const labelsOf = net.neurons.map((_, j) => samples.labels[net.outputs.indexOf(j)]);
  return (j, code, out) => {
    const { from, firstWeight, bits, shift } = net.neurons[j]!, n = from.length, labels = labelsOf[j];
    let errors = 0, margin = 0, bias = 0;
    for (let word = 0; word < words; word++) {
      const mask = word === words - 1 ? lastMask : -1;
      for (let b = 0; b <= bits; b++) counter[b] = -((shift >> b) & 1);
      for (let i = 0; i < n; i++) {
        let carry = planes[from[i]!]![word]! ^ (((code >> i) & 1) - 1);
        for (let b = 0; carry !== 0; b++) { const sum = counter[b]!; counter[b] = sum ^ carry; carry &= sum; }
      }
      const given = counter[bits]!;
      out[word] = given & mask;
      if (labels) errors += popCount((given ^ labels[word]!) & mask);
      if (gamma > 0) for (let b = 0; b < bits; b++) margin += popCount(~(counter[b]! ^ given) & mask) * 2 ** b;
    }
    if (biases) for (let i = 0; i < n; i++) if ((code >> i) & 1) bias += biases[firstWeight + i]!;
    return errors - gamma * margin + bias;
  };
}

/**
 * The settings of a hidden neuron of inputs that can differ in effect: of those that give the same on all samples the cheapest.
 * Without biases all weights around a neuron of odd fan-in may change sign together, so that those that give −1 on the first sample do.
 */
function distinct({ topology: net, samples, biases }: TrainingProblem, evaluate: Evaluate, j: number): Candidate[] {
  const { length } = net.neurons[j]!.from, found = new Map<string, Candidate>();
  for (let code = 0; code < 2 ** length; code++) {
    const plane = new Int32Array(samples.words), cost = evaluate(j, code, plane);
    if (!biases && length % 2 && plane[0]! & 1) continue;
    const key = plane.join(), known = found.get(key);
    if (!known || cost < known.cost) found.set(key, { code, plane, cost });
  }
  return [...found.values()];
}

/** Settings that are tried: a product over neurons, where k twins choose among n with repetition in (n + k − 1 over k) ways. */
function settingsOf({ neurons }: Topology, lists: readonly (Candidate[] | undefined)[], twins: readonly number[]): number {
  const earlier = new Int32Array(neurons.length);
  let product = 1;
  neurons.forEach(({ from }, j) => {
    earlier[j] = twins[j]! < 0 ? 0 : earlier[twins[j]!]! + 1;
    product *= lists[j] ? (lists[j].length + earlier[j]!) / (earlier[j]! + 1) : 2 ** from.length;
  });
  return product;
}

/**
 * The best weights of all, by trying all: neuron after neuron, those that differ only by a symmetry once. Ends at once where nothing
 * is wrong and nothing else is asked for. Throws a RangeError above 2²⁶ settings; 9-3-1 and any network of up to 24 weights are below.
 */
export function exhaustive(): Trainer {
  return {
    name: 'exhaustive',
    async train(problem, { signal } = {}) {
      checkProblem(problem);
      const { topology: net, samples, gamma = 0, biases } = problem, { neurons } = net, sources = net.inputs + net.biases;
      const wide = neurons.find(({ from }) => from.length > widest);
      if (wide)
        throw new RangeError(`exhaustive: expected at most ${widest} inputs of a neuron, got ${wide.from.length} of "${wide.name}"`);
      const constant = new Int32Array(samples.words).fill(-1);
      const planes = net.names.map((_, node) => samples.inputs[node] ?? (node < sources ? constant : new Int32Array(samples.words)));
      const evaluate = evaluator(problem, planes), outputs = new Set(net.outputs);
      const lists = neurons.map(({ from }, j) =>
        (!outputs.has(j) && from.every(node => node < sources) ? distinct(problem, evaluate, j) : undefined));
      // Neurons with the same inputs and the same followers may change places: the later one takes no earlier candidate.
      const kind = (j: number): string => `${neurons[j]!.from}|${net.successors[neurons[j]!.node]}`;
      const twins = neurons.map((_, j) =>
        (lists[j] && !biases ? neurons.findLastIndex((_, i) => i < j && lists[i] !== undefined && kind(i) === kind(j)) : -1));
      const settings = settingsOf(net, lists, twins);
      if (settings > mostSettings)
        throw new RangeError(`exhaustive: expected at most ${mostSettings} settings of the weights, got ${Math.round(settings)}`);

      const target = gamma > 0 || biases ? -Infinity : 0;
      const codes = new Int32Array(neurons.length), chosen = new Int32Array(neurons.length);
      let best = codes.slice(), lowest = Infinity;
      function take(j: number, at: number, cost: number): void {
        const one = lists[j]![at]!;
        chosen[j] = at;
        codes[j] = one.code;
        planes[neurons[j]!.node] = one.plane;
        visit(j + 1, cost + one.cost);
      }
      function visit(j: number, cost: number): void {
        if (j === neurons.length) {
          if (cost < lowest) { lowest = cost; best = codes.slice(); }
          return;
        }
        const { node, from } = neurons[j]!, list = lists[j];
        if (list) {
          for (let at = twins[j]! < 0 ? 0 : chosen[twins[j]!]!; at < list.length && lowest > target; at++) take(j, at, cost);
        } else for (let code = 0; code < 2 ** from.length && lowest > target; code++) {
          codes[j] = code;
          visit(j + 1, cost + evaluate(j, code, planes[node]!));
        }
      }
      const breathe = breathing('training');
      if (!lists[0]) visit(0, 0);
      else for (let at = 0; at < lists[0].length && lowest > target && !signal?.aborted; at++) {
        take(0, at, 0);
        await breathe();
      }
      const weights = neurons.flatMap(({ from }, j) => Array.from(from, (_, i) => (best[j]! >> i) & 1));
      return scored(problem, weights, { proven: !signal?.aborted });
    },
  };
}
