import { annealing } from '../../qubo/solvers/annealing.js';
import {
  bySolver, exact, gptq, greedy, integerGrid, kBestRounding, nearest, quboMethod, signGrid, type RoundingMethod, type WeightGrid,
} from '../../qubo/rounding/index.js';
import type { SolveOptions } from '../../qubo/solvers/solver.js';
import type { Quantization } from './quantized-network.js';

/** `budget`: how long each neuron is annealed. */
type Kind = (budget: SolveOptions) => RoundingMethod;
const kinds: Readonly<Record<string, Kind>> = {
  rtn: () => nearest(),
  greedy: () => greedy(),
  gptq: () => gptq(),
  annealing: budget => bySolver(annealing(), budget),
  'k-best': () => kBestRounding(),
  exact: () => exact(),
  qubo: budget => quboMethod(annealing(), budget),
};

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly grid: WeightGrid;
  readonly fitted: boolean;
}

const widths = [8, 4, 3, 2, 1], fittedWidths = [4, 3, 2, 1];
const entries: readonly Entry[] = [
  ...widths.flatMap(bits => Object.keys(kinds).map(kind =>
    ({ name: `${kind}-${bits}`, kind, grid: integerGrid(bits), fitted: false }))),
  ...fittedWidths.flatMap(bits => ['rtn', 'gptq', 'qubo'].map(kind =>
    ({ name: `${kind}-fitted-${bits}`, kind, grid: integerGrid(bits), fitted: true }))),
  ...[['one-bit-sign', 'rtn'], ['one-bit-gptq', 'gptq'], ['one-bit-qubo', 'qubo']].map(([name, kind]) =>
    ({ name: name!, kind: kind!, grid: signGrid, fitted: true })),
];

export const quantizedNames: readonly string[] = entries.map(({ name }) => name);

/** How many inputs a neuron may have for its best rounding to be searched to the end. */
const exactInputs = 40;

export interface Affordable {
  readonly methods: readonly string[];
  /** What is left out, if anything is. */
  readonly notes: readonly string[];
}

/** The methods that neurons of so many inputs can be given. Throws a RangeError where that is none of them. */
export function affordable(names: readonly string[], inputs: number): Affordable {
  const isTooLarge = (name: string): boolean => name.startsWith('exact-') && inputs > exactInputs;
  const methods = names.filter(name => !isTooLarge(name)), left = names.filter(isTooLarge).join(', ');
  if (left && !methods.length)
    throw new RangeError(`quantize-dense: expected methods for ${inputs} inputs, got ${left}, for at most ${exactInputs}`);
  return { methods, notes: left ? [`${left} left out: ${inputs} inputs, exact search takes at most ${exactInputs}`] : [] };
}

/** One way to quantize, by its name in the table. */
export function quantizationOf(name: string, budget: SolveOptions): Quantization {
  const entry = entries.find(one => one.name === name);
  if (!entry) throw new RangeError(`quantize-dense: expected one of ${quantizedNames.join(', ')}, got ${name}`);
  const { kind, grid, fitted } = entry;
  return { grid, method: kinds[kind]!(budget), scale: fitted ? 'fitted' : 'largest', bias: fitted ? 'fitted' : 'rounded' };
}
