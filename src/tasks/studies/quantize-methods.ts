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
export const tooLarge = (name: string, fanIn: number): boolean => name.startsWith('exact-') && fanIn > exactInputs;

/** One way to quantize, by its name in the table. */
export function quantizationOf(name: string, budget: SolveOptions): Quantization {
  const entry = entries.find(one => one.name === name);
  if (!entry) throw new RangeError(`quantize-dense: expected one of ${quantizedNames.join(', ')}, got ${name}`);
  const { kind, grid, fitted } = entry;
  return { grid, method: kinds[kind]!(budget), scale: fitted ? 'fitted' : 'largest', bias: fitted ? 'fitted' : 'rounded' };
}
