/** The codes that a weight may take: min, min + step, … , max. A weight is scale · code. */
export interface WeightGrid {
  readonly name: string;
  readonly bits: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Two's complement: −2^(b−1) … 2^(b−1) − 1, so that int1 is {−1, 0}. */
export function integerGrid(bits: number): WeightGrid {
  if (!Number.isInteger(bits) || bits < 1 || bits > 8) throw new RangeError(`integerGrid: expected 1 to 8 bits, got ${bits}`);
  const half = 2 ** (bits - 1);
  return { name: `int${bits}`, bits, min: -half, max: half - 1, step: 1 };
}

/** {−1, +1}: signs with one scale. */
export const signGrid: WeightGrid = { name: 'one-bit', bits: 1, min: -1, max: 1, step: 2 };

/** The smallest scale that puts every weight between −|min| and |min|: max|W| / 2^(b−1) for integers. 1 where all weights are 0. */
export function largestScale({ min }: WeightGrid, weights: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!);
    if (!Number.isFinite(size)) throw new RangeError(`scale: expected finite weights, got ${weights[i]} at ${i}`);
    if (size > most) most = size;
  }
  return most > 0 ? most / -min : 1;
}

const clip = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** The lower one of the two codes that u is rounded to: never the largest, so that the upper one exists. */
export const lowerCode = ({ min, max, step }: WeightGrid, u: number): number =>
  clip(min + step * Math.floor((u - min) / step), min, max - step);

/** Asymmetric int8 inputs: x ≈ scale · (q − zeroPoint), q in −128 … 127. */
export interface InputGrid {
  readonly scale: number;
  readonly zeroPoint: number;
}

const lowest = -128, highest = 127;

/** The grid over [min, max], widened to contain 0, which it represents exactly. */
export function inputGrid(min: number, max: number): InputGrid {
  const low = Math.min(0, min), high = Math.max(0, max);
  if (!(Number.isFinite(low) && Number.isFinite(high)))
    throw new RangeError(`inputGrid: expected a finite range, got ${min} to ${max}`);
  if (low === high) return { scale: 1, zeroPoint: 0 };
  return { scale: (high - low) / (highest - lowest), zeroPoint: Math.floor((low * highest - high * lowest) / (low - high) + 0.5) };
}

/** q − zeroPoint of every input: integers from −255 to 255, as f32. */
export function inputCodes({ scale, zeroPoint }: InputGrid, inputs: ArrayLike<number>): Float32Array {
  const codes = new Float32Array(inputs.length);
  for (let i = 0; i < codes.length; i++)
    codes[i] = clip(Math.floor(inputs[i]! / scale + zeroPoint + 0.5), lowest, highest) - zeroPoint;
  return codes;
}
