import type { LinearOperator } from '../src/types.js';
import { linop } from '../src/core/linop.js';
import { random } from '../src/core/random.js';
import { checkCounts, checkRho } from './checks.js';

/**
 * `rows` different rows, drawn by the seed and kept in ascending order, of the n × n Sylvester Hadamard matrix
 * H[i, j] = (−1)^popcount(i & j), times 1/√m; n is a power of two. Applied by the fast Walsh–Hadamard transform.
 * Columns are not permuted, so neighbouring entries of x meet equal signs in the rows of low sequency.
 */
export function hadamard(rows: number, n: number, { seed }: { seed: number }): LinearOperator {
  checkCounts('hadamard', { rows, n });
  if (2 ** Math.round(Math.log2(n)) !== n) throw new RangeError(`hadamard: expected n to be a power of two, got ${n}`);
  if (rows > n) throw new RangeError(`hadamard: expected at most n = ${n} rows, got ${rows}`);
  const chosen = drawRows(rows, n, seed), entry = 1 / Math.sqrt(rows), work = new Float64Array(n);

  return linop({
    name: 'hadamard', inShape: [n], outShape: [rows],
    forward(x, out) {
      work.set(x);
      walshHadamard(work);
      for (let i = 0; i < rows; i++) out[i] = entry * work[chosen[i]!]!;
    },
    adjoint(y, out) {
      work.fill(0);
      for (let i = 0; i < rows; i++) work[chosen[i]!] = entry * y[i]!;
      walshHadamard(work);
      out.set(work);
    },
    pattern: () => ({ kind: 'dense', rows, cols: n }),
    weights() {
      const w = new Float32Array(rows * n);
      for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) w[i * n + j] = oddBits(chosen[i]! & j) ? -entry : entry;
      return w;
    },
    /** AAᵀ = (n/m) I, so Woodbury's identity gives (b − AᵀA b / (n/m + rho)) / rho. */
    normalSolver(rho) {
      checkRho('hadamard', rho);
      const isChosen = new Uint8Array(n);
      for (const row of chosen) isChosen[row] = 1;
      return (b, out, batch) => {
        for (let start = 0; start < n * batch; start += n) {
          for (let j = 0; j < n; j++) work[j] = b[start + j]!;
          walshHadamard(work);
          for (let j = 0; j < n; j++) work[j]! /= n * (isChosen[j] ? n / rows + rho : rho);
          walshHadamard(work);
          out.set(work, start);
        }
      };
    },
    describe: () => ({ kind: 'hadamard', args: { rows, n, seed } }),
  });
}

/** `count` of the numbers 0 … n − 1, ascending. */
function drawRows(count: number, n: number, seed: number): Uint32Array {
  const { integer } = random(seed), all = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + integer(n - i), kept = all[j]!;
    all[j] = all[i]!;
    all[i] = kept;
  }
  return all.slice(0, count).sort();
}

function oddBits(word: number): boolean {
  for (const shift of [16, 8, 4, 2, 1]) word ^= word >>> shift;
  return (word & 1) === 1;
}

/** H v in place, not normalised: n log₂ n additions. */
function walshHadamard(v: Float64Array): void {
  for (let half = 1; half < v.length; half *= 2)
    for (let start = 0; start < v.length; start += 2 * half)
      for (let i = start; i < start + half; i++) {
        const a = v[i]!, b = v[i + half]!;
        v[i] = a + b;
        v[i + half] = a - b;
      }
}
