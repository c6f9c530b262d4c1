import { cholesky } from '../../core/cholesky.js';
import type { Statistics } from './calibration.js';

/** The Cholesky factor L Lᵀ = P (X̂ᵀX̂ + ridge) Pᵀ of a layer; place n − 1 is decided first. */
export interface GramFactor {
  readonly n: number;
  readonly ridge: number;
  /** The variable at each place: inputs of large energy are decided first, while the others can still make up for them. */
  readonly order: Uint32Array;
  readonly L: Float64Array;
}

/** What GPTQ adds to the diagonal, as a part of its mean; inputs that are always zero need it. */
const defaultDamping = 0.01;

/** Throws where the Gram matrix has no positive entry on its diagonal and damping nothing to go by. */
export function gramFactor({ n, gram }: Pick<Statistics, 'n' | 'gram'>, damping = defaultDamping): GramFactor {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += gram[i * n + i]! / n;
  const ridge = mean > 0 ? damping * mean : 1;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => gram[a * n + a]! - gram[b * n + b]! || a - b);
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0, from = order[i]! * n; j <= i; j++) L[i * n + j] = gram[from + order[j]!]!;
    L[i * n + i]! += ridge;
  }
  return { n, ridge, order, L: cholesky(L, n) };
}
