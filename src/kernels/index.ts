export { alloc, free, scratch, temp } from './memory.js';
export { resident } from './resident.js';
export { type MatrixView, view, transposed, gemm } from './matrix.js';
export { softThreshold, softThresholdVjp, axpby, dot } from './elementwise.js';
export { type AdamOptions, adamStep } from './adam.js';
export { type CorrelateShape, correlateValid, correlateValidTaps, correlateValidAdjoint } from './correlate.js';
export { type Conv3x3Shape, conv3x3, conv3x3InputGradient, conv3x3WeightGradient } from './conv3x3.js';
