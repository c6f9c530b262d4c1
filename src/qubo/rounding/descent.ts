import { residuals, type NeuronProblem } from './problem.js';

/** Gains below this part of the error's terms are rounding noise. */
const noise = 1e-12;

/**
 * Steepest descent in place: the one change between a variable's two choices that lowers the output error most, until none does. A
 * variable whose code is neither of its two choices stays.
 */
export function descend(problem: NeuronProblem, codes: Float64Array): Float64Array {
  const { n, gram, scale, low, step, square } = problem, half = residuals(problem, codes);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, scale * scale * gram[i * n + i]!);
  const least = -noise * (square + largest);
  const change = codes.map((code, i) => code === low[i] ? step[i]! : code === low[i]! + step[i]! ? -step[i]! : 0);
  for (;;) {
    let best = -1, gain = least;
    for (let i = 0; i < n; i++) {
      const d = scale * change[i]!, gained = d * (d * gram[i * n + i]! + 2 * half[i]!);
      if (gained < gain) [best, gain] = [i, gained];
    }
    if (best < 0) return codes;
    const d = change[best]!;
    for (let j = 0, at = best * n; j < n; j++) half[j]! += scale * d * gram[at + j]!;
    codes[best]! += d;
    change[best] = -d;
  }
}
