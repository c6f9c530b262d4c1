export interface LadderSize {
  readonly least: number;
  readonly most: number;
  /** Rejections of a swap that are aimed at. */
  readonly rejection: number;
}

/**
 * Temperatures between the same ends, ascending, at which neighbours reject swaps equally often: rejections add up along a ladder
 * (Syed, Bouchard-Côté, Deligiannidis & Doucet 2022), and in between log T is interpolated.
 */
export function evenLadder(
  temperatures: ArrayLike<number>, rejections: readonly number[], { least, most, rejection }: LadderSize,
): Float32Array {
  const sums = [0];
  // A little more than was seen, so that no step has none.
  for (const value of rejections) sums.push(sums.at(-1)! + Math.max(value, 0.01));
  const barrier = sums.at(-1)!, steps = Math.min(most, Math.max(least, Math.round(barrier / rejection) + 1)) - 1;
  let k = 0;
  return Float32Array.from({ length: steps + 1 }, (_, level) => {
    const sum = barrier * level / steps;
    while (k < rejections.length - 1 && sums[k + 1]! < sum) k++;
    const part = Math.min(1, (sum - sums[k]!) / (sums[k + 1]! - sums[k]!));
    return temperatures[k]! * (temperatures[k + 1]! / temperatures[k]!) ** part;
  });
}
