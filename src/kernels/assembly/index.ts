export { gemm, gemmScratch } from './gemm';
export { softThreshold, softThresholdVjp, axpby, dot } from './elementwise';
export { adam } from './adam';
export { correlateValid, correlateValidTaps, correlateValidAdjoint } from './correlate';
export { winograd, winogradScratch, winogradWeights } from './winograd';
export { conv3x3, conv3x3Scratch, conv3x3Weights, conv3x3WeightsScratch } from './conv3x3';
