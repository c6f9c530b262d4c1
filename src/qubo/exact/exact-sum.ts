/**
 * Adds a number to a sum without rounding: `parts` have that sum, none of them overlap, and the largest is the last (Shewchuk 1997).
 * The empty list is 0.
 */
export function addExactly(parts: number[], value: number): void {
  let kept = 0, large = value;
  for (let k = 0; k < parts.length; k++) {
    const part = parts[k]!, [high, low] = Math.abs(large) < Math.abs(part) ? [part, large] : [large, part];
    large = high + low;
    const rest = low - (large - high);
    if (rest !== 0) parts[kept++] = rest;
  }
  parts.length = kept;
  if (large !== 0) parts.push(large);
}

export const signOf = (parts: readonly number[]): number => Math.sign(parts.at(-1) ?? 0);

/** The sum in f64, to a unit of its last place, and what that lacks. */
export function rounded(parts: readonly number[]): { readonly value: number; readonly rest: number[] } {
  const value = parts.reduce((sum, part) => sum + part, 0), rest = parts.slice();
  addExactly(rest, -value);
  return { value, rest };
}

const bits = new DataView(new ArrayBuffer(8));

/** The largest f64 that is not above the sum. */
export function roundedDown(parts: readonly number[]): number {
  const { value, rest } = rounded(parts);
  if (signOf(rest) >= 0) return value;
  if (value === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}
