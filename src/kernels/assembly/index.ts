export { gemm, gemmScratch } from './gemm';
export { softThreshold, softThresholdVjp, axpby, dot } from './elementwise';
export { adam } from './adam';
export { correlateValid, correlateValidTaps, correlateValidAdjoint } from './correlate';
