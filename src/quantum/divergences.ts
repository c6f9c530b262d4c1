/** A function of a distribution p over 2ⁿ outcomes: its value, with ∂/∂p added to `gradient`. */
export type Divergence = (p: Float64Array, gradient: Float64Array) => number;

/** KL(p ‖ π) = Σ p (ln p − ln π) in nats; outcomes that never come add nothing. */
export const kullbackLeibler = (logPi: Float64Array): Divergence => (p, gradient) => {
  let sum = 0;
  for (let w = 0; w < p.length; w++) {
    if (p[w]! <= 0) continue;
    const ratio = Math.log(p[w]!) - logPi[w]!;
    sum += p[w]! * ratio;
    gradient[w]! += ratio + 1;
  }
  return sum;
};

/** K p for k(w, w') = a^Hamming(w, w'), in place: n passes of [[1, a], [a, 1]]. */
export function applyKernel(p: Float64Array, a: number): void {
  for (let stride = 1; stride < p.length; stride *= 2)
    for (let block = 0; block < p.length; block += 2 * stride) for (let k = block; k < block + stride; k++) {
      const u = p[k]!, v = p[k + stride]!;
      p[k] = u + a * v;
      p[k + stride] = a * u + v;
    }
}

/** Throws a RangeError for none, and outside (0, 1). */
export function checkKernels(kernels: readonly number[]): void {
  if (!kernels.length || !kernels.every(a => a > 0 && a < 1))
    throw new RangeError(`maximumMeanDiscrepancy: expected kernels a between 0 and 1, got ${kernels.join(', ') || 'none'}`);
}

/**
 * The squared maximum mean discrepancy (Gretton et al. 2012), (p − π)ᵀK(p − π), by the mean of Hamming-product kernels a^h:
 * the Gaussian kernel on bits of width σ has a = exp(−1/(2σ²)).
 */
export function maximumMeanDiscrepancy(logPi: Float64Array, kernels: readonly number[]): Divergence {
  checkKernels(kernels);
  const pi = logPi.map(Math.exp);
  return (p, gradient) => {
    const difference = p.map((value, w) => value - pi[w]!);
    let sum = 0;
    for (const a of kernels) {
      const smooth = difference.slice();
      applyKernel(smooth, a);
      for (let w = 0; w < p.length; w++) {
        sum += difference[w]! * smooth[w]! / kernels.length;
        gradient[w]! += 2 * smooth[w]! / kernels.length;
      }
    }
    return sum;
  };
}

/** Number of ones. */
export function popcount(w: number): number {
  let v = w - ((w >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The same against the uniform prior from outcomes alone, without bias: the mean of a^h over pairs of different draws, less
 * ((1 + a)/2)ⁿ. What hardware can measure. Throws a RangeError for fewer than two draws.
 */
export function sampledDiscrepancy(outcomes: Uint32Array, qubits: number, kernels: readonly number[]): number {
  checkKernels(kernels);
  const B = outcomes.length;
  if (B < 2) throw new RangeError(`sampledDiscrepancy: expected at least 2 outcomes, got ${B}`);
  const pairs = new Float64Array(qubits + 1);
  for (let i = 0; i < B; i++) for (let j = 0; j < i; j++) pairs[popcount(outcomes[i]! ^ outcomes[j]!)]! += 2 / (B * (B - 1));
  const mean = (a: number): number => pairs.reduce((sum, part, h) => sum + part * a ** h, 0) - ((1 + a) / 2) ** qubits;
  return kernels.reduce((sum, a) => sum + mean(a), 0) / kernels.length;
}
