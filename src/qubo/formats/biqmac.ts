import { matrixFormat } from './matrix-text.js';

/** Biq Mac Library `.sparse` and `.bq` (Wiegele 2007): minimise xᵀQx, Q symmetric and given once a pair. */
export const biqmac = matrixFormat('biqmac', 'Biq Mac .sparse, .bq: n m, then i j q from 1; minimise, pairs count twice',
  { base: 1, sense: 'min', counting: 'double' });
