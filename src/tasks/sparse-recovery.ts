import type { LinearOperator } from '../types.js';
import { publishedSparse, sparseSpikes } from '../../datasets/index.js';
import { gaussian, hadamard, matrix, rademacher } from '../../operators/index.js';
import { blockDiagonal } from '../core/combine.js';
import { l1 } from '../core/prox.js';
import type { Recipe, Task } from './task.js';

const density = 0.1, blockCount = 8;
const dense: Recipe = {
  layerSteps: 200, layerRate: 0.01, jointSteps: 4000, jointRate: 1e-3, batch: 64, supportSelection: { perLayer: 1.2, max: 13 },
};
const small: Recipe = { ...dense, jointSteps: 2000 };

const blocks = (make: (rows: number, cols: number, options: { seed: number }) => LinearOperator) => (seed: number): LinearOperator =>
  blockDiagonal(Array.from({ length: blockCount }, (_, b) => make(32, 64, { seed: seed * blockCount + b })));

const embedded: Readonly<Record<string, (seed: number) => LinearOperator>> = {
  'gaussian': seed => gaussian(250, 500, { seed }),
  'rademacher': seed => rademacher(250, 500, { seed }),
  'hadamard': seed => hadamard(256, 512, { seed }),
  'gaussian-blocks': blocks(gaussian),
  'rademacher-blocks': blocks(rademacher),
};

/** ALISTA's set-up (Liu et al. 2019): Bernoulli(0.1)-Gaussian signals; the published D and test signals where data is given. */
export const sparseRecovery: Task = {
  name: 'sparse-recovery',
  summary: 'Bernoulli-Gaussian signals from half as many random measurements',
  variants: Object.keys(embedded),
  networks: ['learned-ista'],
  takesFrame: ['learned-ista'],
  layers: 16,
  make({ variant, seed, folder, frame }) {
    const common = { prox: l1(), lambda: 0.1, ...(frame !== undefined && { frame }) };
    if (variant === 'gaussian' && folder) {
      const { D, signals } = publishedSparse(path => folder.read(path), { seed });
      return { ...common, operator: matrix(D, { name: 'published-D' }), signals, data: 'published D and test signals', sparsity: 50, recipe: dense };
    }
    const operator = embedded[variant]!(seed), n = operator.inShape[0]!, isBlocks = variant.endsWith('blocks');
    return {
      ...common, operator, signals: sparseSpikes(n, { density, seed }), data: `embedded generator, seed ${seed}`,
      sparsity: Math.round(density * (isBlocks ? n / blockCount : n)), recipe: isBlocks ? small : dense,
    };
  },
};
