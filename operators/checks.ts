/** Throws unless every named number is a positive integer. */
export function checkCounts(who: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(counts))
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`${who}: expected ${name} to be a positive integer, got ${n}`);
}

/** Throws unless (AᴴA + rho I) is sure to be positive definite. */
export function checkRho(who: string, rho: number): void {
  if (!(Number.isFinite(rho) && rho > 0)) throw new RangeError(`${who}.normalSolver: expected rho > 0, got ${rho}`);
}

/** Throws unless `value` is one of `names`. */
export function checkName(who: string, what: string, value: string, names: readonly string[]): void {
  if (!names.includes(value)) throw new RangeError(`${who}: expected ${what} to be one of ${names.join(', ')}, got ${JSON.stringify(value)}`);
}
