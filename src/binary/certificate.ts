import type { OneBitNetwork, Pattern } from '../types.js';
import { denseOf, explicit, explicitOperator } from '../core/explicit.js';
import { random } from '../core/random.js';
import { sizeOf } from '../core/array.js';
import { physicsOf } from '../unrolled/frame.js';

/**
 * What can be certified of the one-bit iteration x⁺ = soft(x − λBᵀ(A x − y), θ) from the learnt signs B, in f64.
 * With δ = max_i |1 − λ b_iᵀa_i| and μ = λ max_{i≠j} |b_iᵀa_j|: if ρ = δ + (2s − 1)μ < 1, s-sparse signals (T2: s in each
 * block) are recovered without false positives and ‖x_{k+1} − x‖₁ ≤ ρ ‖x_k − x‖₁ under θ_k = μ ‖x_k − x‖₁. Behind a frame G the
 * iteration is x − λBᵀG(A x − y), and G A stands for A.
 */
export interface RecoveryCertificate {
  readonly theorem: 'T1' | 'T2';
  /** λ* = 2 / (min_i d_i + max_i d_i), d_i = b_iᵀa_i: the scale that makes δ smallest. */
  readonly scale: number;
  readonly delta: number;
  readonly mu: number;
  /** Nonzeros (T2: in one block) of the task's signals, and the rate there. */
  readonly sparsity: number;
  readonly rho: number;
  /** Whether the bound says nothing at the task's sparsity. */
  readonly vacuous: boolean;
  /** The largest sparsity that is certified; 0 if none is. */
  readonly certifiedSparsity: number;
  /** At the certified sparsity: the bound on the ℓ1 error after each layer, and the largest that was observed. */
  readonly layers: readonly { readonly layer: number; readonly bound: number; readonly observed: number }[];
}

/** A finite-class bound on |test − training| of the loss min(NMSE, 1): √((nnz ln 2 + p q ln 2 + ln(1/δ')) / 2N). */
export interface GeneralizationCertificate {
  readonly theorem: 'T3';
  readonly signs: number;
  readonly realParams: number;
  readonly samples: number;
  readonly confidence: number;
  readonly gap: number;
  readonly vacuous: boolean;
}

interface Block { readonly rows: number; readonly cols: number; readonly A: Float64Array; readonly B: Float64Array }

/** Row-major f64 blocks of A and of the signs; one block unless the pattern is block-diagonal. */
function cutBlocks(pattern: Pattern, A: Float64Array, B: Float64Array, rows: number, cols: number): Block[] {
  if (pattern.kind !== 'blocks') return [{ rows, cols, A, B }];
  let row = 0, col = 0;
  return pattern.blocks.map(block => {
    const cut = (M: Float64Array): Float64Array => {
      const out = new Float64Array(block.rows * block.cols);
      for (let i = 0; i < block.rows; i++)
        out.set(M.subarray((row + i) * cols + col, (row + i) * cols + col + block.cols), i * block.cols);
      return out;
    };
    const placed = { ...block, A: cut(A), B: cut(B) };
    row += block.rows; col += block.cols;
    return placed;
  });
}

/** b_iᵀa_j for one block. */
function products({ rows, cols, A, B }: Block): Float64Array {
  const out = new Float64Array(cols * cols);
  for (let r = 0; r < rows; r++) for (let i = 0; i < cols; i++) {
    const b = B[r * cols + i]!;
    if (b !== 0) for (let j = 0; j < cols; j++) out[i * cols + j]! += b * A[r * cols + j]!;
  }
  return out;
}

/** Signals on which the certified iteration is run. */
const trials = 20;

/** The largest ℓ1 error (T2: of any block) after each layer of the certified iteration, on seeded `s`-sparse signals of ℓ1 norm 1. */
function observe(blocks: readonly { G: Float64Array; n: number }[], lambda: number, mu: number, rho: number, s: number, layers: number): number[] {
  const worst = new Array<number>(layers).fill(0);
  for (const [b, { G, n }] of blocks.entries()) for (let trial = 0; trial < trials; trial++) {
    const rng = random(b, trial), x = new Float64Array(n);
    for (let k = 0; k < s; k++) x[rng.integer(n)] = rng.normal();
    const size = x.reduce((sum, value) => sum + Math.abs(value), 0) || 1;
    let z = new Float64Array(n);
    for (let k = 0; k < layers; k++) {
      const theta = mu * rho ** k, next = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        let gradient = 0;
        for (let j = 0; j < n; j++) gradient += G[i * n + j]! * (z[j]! - x[j]! / size);
        const v = z[i]! - lambda * gradient;
        next[i] = Math.sign(v) * Math.max(Math.abs(v) - theta, 0);
      }
      z = next;
      worst[k] = Math.max(worst[k]!, z.reduce((sum, value, i) => sum + Math.abs(value - x[i]! / size), 0));
    }
  }
  return worst;
}

/**
 * T1, or T2 for block patterns, of a network whose one matrix W has signs on the pattern of A. Undefined where the theorem
 * does not speak: other networks, a prox other than l1, those that do not start from zero, weights in the Fourier basis, channel-wise scales.
 * Throws a RangeError unless `sparsity`, the number of entries of a signal that are not 0, is a positive integer.
 */
export function recoveryCertificate(net: OneBitNetwork, sparsity: number): RecoveryCertificate | undefined {
  if (!Number.isSafeInteger(sparsity) || sparsity < 1) throw new RangeError(`recoveryCertificate: expected a sparsity of 1 or more, got ${sparsity}`);
  if (net.description.preset !== 'learned-ista' || net.description.args['start'] === 'linear' || net.problem.prox.name !== 'l1') return undefined;
  const { operator } = net.problem, W = net.params.find(param => param.name === 'W');
  const matrix = net.matrices.find(({ name }) => name === 'W');
  if (!W || !matrix || net.matrices.length > 1 || matrix.rowScales || net.scale === 0 || !operator.weights) return undefined;
  if (matrix.pattern.kind === 'diagonal' && matrix.pattern.basis === 'fourier') return undefined;
  const physics = physicsOf(net), rows = sizeOf(physics.outShape), cols = sizeOf(physics.inShape);
  const A = denseOf(explicitOperator(physics));
  const B = denseOf(explicit(matrix.pattern, Float64Array.from(W.value, value => value / net.scale)));
  const blocks = cutBlocks(matrix.pattern, A, B, rows, cols).map(block => ({ G: products(block), n: block.cols }));
  let low = Infinity, high = -Infinity, off = 0;
  for (const { G, n } of blocks) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
    const value = G[i * n + j]!;
    if (i === j) { low = Math.min(low, value); high = Math.max(high, value); }
    else off = Math.max(off, Math.abs(value));
  }
  const theorem = matrix.pattern.kind === 'blocks' ? 'T2' : 'T1';
  const scale = low + high > 0 ? 2 / (low + high) : 0, delta = Math.max(Math.abs(1 - scale * low), Math.abs(1 - scale * high)), mu = scale * off;
  const rate = (s: number): number => delta + (2 * s - 1) * mu;
  const longest = Math.max(...blocks.map(({ n }) => n));
  let certifiedSparsity = 0;
  while (scale > 0 && certifiedSparsity < longest && rate(certifiedSparsity + 1) < 1) certifiedSparsity++;
  const rho = rate(certifiedSparsity);
  const observed = certifiedSparsity ? observe(blocks, scale, mu, rho, certifiedSparsity, net.layers.length) : [];
  return {
    theorem, scale, delta, mu, sparsity, rho: rate(sparsity), vacuous: !(rate(sparsity) < 1), certifiedSparsity,
    layers: observed.map((value, k) => ({ layer: k + 1, bound: rho ** (k + 1), observed: value })),
  };
}

/** T3 for a network trained on `samples` signals; real params count 32 bits each. */
export function generalizationCertificate(net: OneBitNetwork, samples: number, confidence = 0.95): GeneralizationCertificate {
  const coded = new Set(net.matrices.map(({ name }) => name));
  const signs = net.params.reduce((sum, { name, value }) => sum + (coded.has(name) ? value.length : 0), 0);
  const realParams = 1 + net.params.reduce((sum, { name, value }) => sum + (coded.has(name) ? 0 : value.length), 0);
  const bits = (net.matrices.some(({ zeros }) => zeros) ? 2 : 1) * signs + 32 * realParams;
  const gap = Math.sqrt((bits * Math.LN2 + Math.log(1 / (1 - confidence))) / (2 * samples));
  return { theorem: 'T3', signs, realParams, samples, confidence, gap, vacuous: gap >= 1 };
}
