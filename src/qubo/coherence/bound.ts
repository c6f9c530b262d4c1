import { cholesky, choleskySolve } from '../../core/cholesky.js';
import { columnOf, type Dictionary } from './dictionary.js';

/** Newton steps, and by how much the barrier's weight falls when they are done. */
const mostSteps = 12, fall = 5;
/** The bound is this close to the best of its kind, relative to itself. */
const precision = 1e-3;

/** The inverse of a positive definite matrix. */
function inverted(M: Float64Array, n: number): Float64Array {
  // Row by row of L⁻¹, M⁻¹ = L⁻ᵀ L⁻¹.
  const L = cholesky(M, n), R = new Float64Array(n * n), inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const own = 1 / L[i * n + i]!;
    R[i * n + i] = own;
    for (let k = 0; k < i; k++) {
      const by = -own * L[i * n + k]!;
      for (let j = 0; j <= k; j++) R[i * n + j]! += by * R[k * n + j]!;
    }
    for (let r = 0; r <= i; r++) for (let q = 0, by = R[i * n + r]!; q <= r; q++) inverse[r * n + q]! += by * R[i * n + q]!;
  }
  for (let r = 0; r < n; r++) for (let q = 0; q < r; q++) inverse[q * n + r] = inverse[r * n + q]!;
  return inverse;
}

/** The Cholesky factor of M, or undefined where M is not positive definite. */
function factor(M: Float64Array, n: number): Float64Array | undefined {
  try {
    return cholesky(M, n);
  } catch {
    return undefined;
  }
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/**
 * A lower bound of Σ_{j≠i}(sᵀa_j)² / (sᵀa_i)² over all codes s with `zeros` zeros and signs elsewhere: 1 / aᵀ(G − diag d)⁻¹a − 1
 * for any d whose sum over every support is at least 0 and that leaves G − diag d positive definite, since then
 * (aᵀs)² ≤ aᵀ(G − diag d)⁻¹a · sᵀ(G − diag d)s ≤ aᵀ(G − diag d)⁻¹a · sᵀGs. The best d is found by Newton's method with a
 * logarithmic barrier: it is the dual of the semidefinite relaxation. d = 0 gives the float optimum. Valid up to rounding in f64;
 * undefined where G is not positive definite.
 */
export function coherenceBound(dictionary: Dictionary, i: number, zeros = 0): number | undefined {
  const { rows: n, gram } = dictionary, a = columnOf(dictionary.A, dictionary, i), share = 1 / (n - zeros);
  if (!factor(gram, n)) return undefined;

  /** d = share · Σ slack − slack: with slacks of at least 0, the sum over any n − zeros places is at least 0. */
  const shifted = (slack: Float64Array): Float64Array => {
    const M = gram.slice(), mean = share * sumOf(slack);
    for (let r = 0; r < n; r++) M[r * n + r]! -= mean - slack[r]!;
    return M;
  };
  const ratio = (M: Float64Array, L = cholesky(M, n)): number => {
    const w = a.slice();
    choleskySolve(L, n, w);
    return w.reduce((sum, value, r) => sum + value * a[r]!, 0);
  };
  const cost = (slack: Float64Array, weight: number): number => {
    if (zeros && slack.some(value => value <= 0)) return Infinity;
    const M = shifted(slack), L = factor(M, n);
    if (!L) return Infinity;
    let logs = 0;
    for (let r = 0; r < n; r++) logs += 2 * Math.log(L[r * n + r]!) + (zeros ? Math.log(slack[r]!) : 0);
    return ratio(M, L) - weight * logs;
  };

  /** One damped Newton step of the slacks; false where none gains. */
  function step(slack: Float64Array, weight: number): boolean {
    const H = inverted(shifted(slack), n), w = new Float64Array(n), gradient = new Float64Array(n), Q = new Float64Array(n * n);
    for (let r = 0; r < n; r++) for (let q = 0; q < n; q++) w[r]! += H[r * n + q]! * a[q]!;
    for (let r = 0; r < n; r++) {
      gradient[r] = w[r]! ** 2 + weight * H[r * n + r]!;
      for (let q = 0; q < n; q++) Q[r * n + q] = H[r * n + q]! * (2 * w[r]! * w[q]! + weight * H[r * n + q]!);
    }
    // From d to the slacks: d = C slack with C = share · 11ᵀ − 1.
    const sums = Float64Array.from({ length: n }, (_, r) => sumOf(Q.subarray(r * n, (r + 1) * n)));
    const all = share * share * sumOf(sums), total = share * sumOf(gradient);
    const trace = Float64Array.from({ length: n }, (_, r) => Q[r * n + r]!);
    // Without zeros d does not change as all slacks grow by the same number, which is kept out.
    const pinned = zeros ? 0 : sumOf(trace) / n / n;
    for (let r = 0; r < n; r++) {
      gradient[r] = total - gradient[r]! - (zeros ? weight / slack[r]! : 0);
      for (let q = 0; q < n; q++) Q[r * n + q]! += all - share * (sums[r]! + sums[q]!) + pinned;
      if (zeros) Q[r * n + r]! += weight / slack[r]! ** 2;
    }
    const change = gradient.map(value => -value), L = factor(Q, n);
    if (!L) return false;
    choleskySolve(L, n, change);
    const slope = change.reduce((sum, value, r) => sum - value * gradient[r]!, 0), now = cost(slack, weight);
    for (let length = 1; length > 1e-9; length /= 2) {
      const next = slack.map((value, r) => value + length * change[r]!);
      if (!(cost(next, weight) < now - 1e-4 * length * slope)) continue;
      slack.set(next);
      return slope > 0.01 * weight * n;
    }
    return false;
  }

  const slack = new Float64Array(n).fill(1e-3);
  for (let weight = 1e-3; ; weight /= fall) {
    for (let k = 0; k < mostSteps && step(slack, weight); k++);
    const value = ratio(shifted(slack));
    // n (2n with zeros) times the barrier's weight is how far from the best d this one is.
    if (weight * n * (zeros ? 2 : 1) < precision * value) return 1 / value - 1;
  }
}
