export interface Interval {
  readonly mean: number;
  /** Half the width of the 95 % t-interval; null for a single value. */
  readonly half: number | null;
  readonly count: number;
}

const steps = 2000, halvings = 60;

/** ∫ cosᵖ from 0 to `to` by Simpson's rule. */
function cosineIntegral(power: number, to: number): number {
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * Math.cos(to * i / steps) ** power;
  return sum * to / steps / 3;
}

/** t with P(|T| < t) = 0.95 for Student's T: t = √ν tan θ turns the density into cos^(ν−1) θ. */
export function studentQuantile(freedom: number): number {
  const whole = cosineIntegral(freedom - 1, Math.PI / 2);
  let low = 0, high = Math.PI / 2;
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (cosineIntegral(freedom - 1, middle) < 0.95 * whole) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan(low);
}

/** Mean of independent values and its 95 % t-interval. */
export function interval(values: readonly number[]): Interval {
  const count = values.length, mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, half: null, count };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { mean, half: studentQuantile(count - 1) * Math.sqrt(variance / count), count };
}

/** Of b − a, pair by pair. */
export const pairedInterval = (a: readonly number[], b: readonly number[]): Interval => interval(b.map((value, i) => value - a[i]!));
