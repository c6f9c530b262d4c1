export { gemm, gemmScratch } from './gemm';
export { softThreshold, softThresholdVjp, axpby, dot } from './elementwise';
export { adam } from './adam';
export { correlateValid, correlateValidTaps, correlateValidAdjoint } from './correlate';
export { conv3x3, conv3x3Weights, frame, frameStride } from './conv3x3';
