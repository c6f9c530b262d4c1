import type { NetworkDescription, Pattern, Problem } from '../types.js';
import { sizeOf } from '../core/array.js';
import { weightCount } from '../core/pattern.js';
import { framedPattern } from './frame.js';
import { istaNetWeights, type IstaNetOptions } from './ista-net-options.js';

/** Weights of AᵀA; 0 where only building it tells how many it fills in. */
function gramWeights(pattern: Pattern): number {
  if (pattern.kind === 'dense') return pattern.cols ** 2;
  if (pattern.kind !== 'blocks') return 0;
  return weightCount({ ...pattern, blocks: pattern.blocks.map(({ cols }) => ({ rows: cols, cols })) });
}

/** Thresholds, where layers have more than one. */
const thresholds = ({ prox: { windows } }: Problem, layers: unknown): number => (windows ? Number(layers) * windows.width ** windows.shape.length : 0);

/**
 * How many weights the matrices and kernels of a described network have, and thresholds in windows, told before any is allocated: a description in a file is
 * not trusted. Not a number, or negative, for arguments that the preset will refuse.
 */
export function describedWeights(problem: Problem, { preset, args }: NetworkDescription): number {
  if (preset === 'ista-net') {
    const { shape = [] } = args;
    return Array.isArray(shape) ? istaNetWeights(problem, args as unknown as IstaNetOptions) : NaN;
  }
  const coupling = args['coupling'] ?? (preset === 'learned-ista' ? 'tied' : 'closed-form');
  if ((preset !== 'learned-ista' && preset !== 'admm') || coupling === 'closed-form') return thresholds(problem, args['layers']);
  const { operator } = problem,
    redundancy = preset === 'learned-ista' && coupling !== 'lista' ? args['frame'] : undefined,
    pattern = redundancy === undefined ? operator.pattern() : framedPattern(preset, operator.pattern(), redundancy as number),
    count = weightCount(pattern),
    fitted = thresholds(problem, args['layers']) + (preset === 'learned-ista' && args['start'] === 'linear' ? sizeOf(operator.inShape) * sizeOf(operator.outShape) : 0);
  if (coupling === 'coupled' || coupling === 'untied') return fitted + Number(args['layers']) * count;
  return fitted + (coupling === 'lista' ? count + gramWeights(pattern) : count);
}
