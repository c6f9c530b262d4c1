import { random } from '../../core/random.js';
import { field } from '../model.js';
import { randomState, type IntegerForm } from './integer-form.js';

export interface Range {
  readonly hot: number;
  readonly cold: number;
}

const states = 3,
  stream = 0x74656d70,
  /** Of the mean gain in random states: what was best on max-cut and dense instances alike, see benchmarks. */
  hotPart = 0.5,
  /** ln 200: a spin in the smallest gap of note leaves it once in 200 sweeps. */
  coldPart = 1 / Math.log(200);

/**
 * Temperatures in the model's units. Hot: half of the mean absolute gain of a flip in random states. Cold: from the gains that hold
 * local minima together, their 5th percentile, because one tiny coefficient would freeze half of a schedule that looked at the
 * smallest one.
 */
export function automaticTemperatures(form: IntegerForm): Range {
  const { model } = form, walker = form.walker(), gaps: number[] = [];
  let sum = 0;
  for (let k = 0; k < states; k++) {
    const rng = random(stream, k), state = randomState(model.n, rng);
    for (let i = 0; i < model.n; i++) sum += Math.abs(field(model, state, i));
    walker.start(model.linear, state, [rng.bits(), rng.bits()]);
    walker.descend();
    const settled = walker.state();
    for (let i = 0; i < model.n; i++) {
      const gap = Math.abs(field(model, settled, i));
      if (gap * form.system.scale >= 1) gaps.push(gap);
    }
  }
  if (!gaps.length) return { hot: 1, cold: 1 };
  gaps.sort((a, b) => a - b);
  const cold = coldPart * gaps[Math.floor(gaps.length / 20)]!;
  return { hot: Math.max(cold, hotPart * sum / (states * model.n)), cold };
}

/** Temperatures `first` … `first + length − 1` of a geometric schedule of `count`, times `scale`. */
export const geometric = ({ hot, cold }: Range, count: number, first = 0, length = count, scale = 1): Float32Array =>
  Float32Array.from({ length }, (_, k) => scale * (count === 1 ? cold : hot * (cold / hot) ** ((first + k) / (count - 1))));
