import { matrixFormat } from './matrix-text.js';

/** MQLib's QUBO instances (Dunning, Gupta & Silberholz 2018): maximise xᵀQx, Q symmetric and given once a pair. */
export const mqlib = matrixFormat('mqlib', 'MQLib QUBO: n m, then i j q from 1; maximise, pairs count twice',
  { base: 1, sense: 'max', counting: 'double' });
